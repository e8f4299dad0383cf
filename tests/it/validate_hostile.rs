//! Hostile input ends in diagnostics: never in a panic, never in a hang, never in much memory.

use std::{fmt::Write as _, path::Path};

use letterform::{
    declaration::{Code, LoadOptions, Loaded, load_text},
    render::diagnostics,
};
use proptest::prelude::*;

fn load(text: impl Into<Vec<u8>>) -> Loaded {
    let options = LoadOptions::new("2026-06-01".parse().expect("a date"));
    load_text(Path::new("/nowhere/letters.yaml"), text.into(), &options)
}

fn codes(text: impl Into<Vec<u8>>) -> Vec<Code> {
    load(text).diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

const LETTER: &str = "name: 委托\n    authorizer: 甲公司\n    authorizedParty: 乙公司\n    organizationCode: 91330100799655058B\n    \
                      validity: 2026-01-01~2028-01-01\n    signatures: [菜鸟]\n    fileKey: 1/a.jpg\n";

fn letter(field: &str, line: &str) -> String {
    let lines =
        LETTER.lines().map(|own| if own.trim().starts_with(field) { format!("    {line}") } else { own.to_owned() });
    format!("version: 1\nletters:\n  - {}\n", lines.collect::<Vec<_>>().join("\n").trim_start())
}

#[test]
fn an_alias_bomb_costs_nothing() {
    let mut text = "version: 1\nx0: &x0 [a, a, a, a, a, a, a, a, a]\n".to_owned();
    for i in 1..60 {
        writeln!(text, "x{i}: &x{i} [*x{0}, *x{0}, *x{0}, *x{0}, *x{0}, *x{0}, *x{0}, *x{0}, *x{0}]", i - 1)
            .expect("written");
    }
    text += "letters: *x59\n";
    let codes = codes(text);
    assert_eq!(codes.iter().filter(|code| **code == Code::FieldUnknown).count(), 60);
    assert_eq!(codes.iter().filter(|code| **code == Code::WrongType).count(), 9);
}

#[test]
fn aliases_do_not_multiply_work() {
    let signatures = vec!["字!"; 50_000].join(",");
    let mut text = format!("version: 1\nx: &s [{signatures}]\ny: &t {}\nletters:\n", "长".repeat(1_000_000));
    for i in 0..20_000 {
        writeln!(text, "  - {{name: 授权{i}, signatures: *s, authorizer: *t, scan: *t, organizationCode: *t}}")
            .expect("written");
    }
    let loaded = load(text);
    assert!(loaded.has_errors() && loaded.diagnostics.len() <= 100_001);
}

#[test]
fn an_alias_of_a_letter_and_one_of_itself_are_errors() {
    let text = letter("name", "name: 委托").replace("  - ", "  - &a\n    ") + "  - *a\n  - *a\n";
    assert_eq!(codes(text), [Code::NameDuplicate, Code::NameDuplicate]);
    assert_eq!(codes("version: 1\nletters: &a [*a]\n"), [Code::YamlAlias]);
}

#[test]
fn deep_nesting_is_refused_early() {
    for text in ["[".repeat(1_000_000), "{a: ".repeat(100_000), "- ".repeat(100_000), "? ".repeat(100_000)] {
        let codes = codes(text);
        assert!(matches!(codes[..], [Code::YamlLimits | Code::YamlSyntax]), "{codes:?}");
    }
}

#[test]
fn a_file_with_a_problem_at_every_byte_keeps_a_bounded_number() {
    let loaded = load(format!("version: 1\nletters: [{}]", "1,".repeat(110_000)));
    assert_eq!(loaded.diagnostics.len(), 100_001);
    assert_eq!(loaded.diagnostics.last().expect("one").code, Code::TooManyProblems);
}

#[test]
fn text_of_every_kind_gets_the_right_value_or_a_clear_error() {
    let utf16: Vec<u8> =
        format!("\u{feff}{}", letter("name", "name: 委托")).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let crlf = letter("name", "name: 委托").replace('\n', "\r\n");
    for good in [utf16, crlf.into_bytes(), format!("\u{feff}{}", letter("name", "name: 委托")).into_bytes()] {
        let loaded = load(good);
        assert_eq!((loaded.diagnostics.len(), loaded.letters.len()), (0, 1), "{:?}", loaded.diagnostics);
        assert_eq!(loaded.letters[0].letter.name.as_str(), "委托");
    }
    assert_eq!(codes("version: 1\nletters:\n\t- name: x\n"), [Code::YamlSyntax]);
    assert_eq!(codes("version: 1\0\nletters: []\n"), [Code::Encoding]);
    assert_eq!(codes(""), [Code::VersionMissing]);
    assert_eq!(codes("version: 1\nletters: []\n---\nletters: []\n"), [Code::VersionMissing]);
    assert_eq!(codes("just a text"), [Code::WrongType]);
}

#[test]
fn yaml_types_are_texts_in_the_place_of_texts() {
    for (field, line, expected) in [
        ("signatures", "signatures: [no, 12306]", vec![Code::SignatureLetters, Code::SignatureDigits]),
        ("organizationCode", "organizationCode: 0123", vec![Code::CodeCheckDigit]),
        ("name", "name: 0123", vec![Code::NameDigits]),
        ("name", "name: no", vec![]),
        ("name", "name: !!str 委托", vec![]),
        ("name", "name: !!null 委托", vec![Code::YamlTag, Code::YamlTag]),
        ("name", "name: null", vec![Code::ValueEmpty]),
        ("name", "name: 'null'", vec![]),
        ("name", "name:", vec![Code::ValueEmpty]),
        ("name", "name: {a: b}", vec![Code::WrongType]),
        ("validity", "validity: {from: 2026-01-01, to: 2028-01-01}", vec![]),
        ("validity", "validity: {from: 2026-01-01}", vec![Code::FieldMissing]),
        ("validity", "validity: 2026-01-01", vec![Code::ValidityForm]),
        ("signatures", "signatures: 菜鸟", vec![Code::WrongType]),
    ] {
        let mut expected = expected;
        expected.dedup();
        assert_eq!(codes(letter(field, line)), expected, "{line}");
    }
}

/// Pieces of which hostile files are made: right and wrong words of the format, and what upsets
/// readers of text.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(
        &[
            "version: 1\n",
            "letters:\n",
            "letters: ",
            "defaults:\n",
            "  - ",
            "  ",
            "    ",
            "name: ",
            "authorizer: ",
            "authorizedParty: ",
            "organizationCode: ",
            "validity: ",
            "signatures: ",
            "scan: ",
            "fileKey: ",
            "from: ",
            "to: ",
            "菜鸟",
            "授权书",
            "2026-01-01",
            "~",
            "2028-01-01",
            "～",
            "：",
            "，",
            "【",
            "】",
            "91330100799655058B",
            "test",
            "测试",
            "[",
            "]",
            "{",
            "}",
            ",",
            ": ",
            ":",
            "- ",
            "-",
            "? ",
            "&a ",
            "*a",
            "!!str ",
            "!x ",
            "|\n",
            ">\n",
            "'",
            "\"",
            "\\",
            "\\u0000",
            "# ",
            "# letterform: allow LF-expired ",
            "# letterform: ",
            "---\n",
            "...\n",
            "%YAML 1.2\n",
            "<<: ",
            "\n",
            "\r\n",
            "\r",
            "\t",
            " ",
            "\0",
            "\u{feff}",
            "\u{85}",
            "\u{2028}",
            "\u{202e}",
            "\u{1b}[31m",
            "\u{301}",
            "😀",
            "null",
            "~",
            "no",
            "0",
            "1e5",
            ".inf",
            "../",
            "/",
            "a.jpg",
            "ａ",
        ][..],
    )
}

/// How many cases are tried: `LETTERFORM_HOSTILE_RUNS`, of which CI asks for 100,000, or as many as
/// take a few seconds.
fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("LETTERFORM_HOSTILE_RUNS").ok().map(|runs| runs.parse().expect("a number of runs"));
    ProptestConfig { cases: asked.unwrap_or(usual), failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn pieces_in_any_order_never_break_anything(pieces in prop::collection::vec(piece(), 0..24), indented: bool) {
        let head = if indented { "version: 1\nletters:\n  - name: 委托\n    " } else { "" };
        shown(format!("{head}{}", pieces.concat()).into_bytes());
    }
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn bytes_in_any_order_never_break_anything(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        shown(bytes);
    }
}

/// Loads and renders; every place must be one of the file, and nothing that a terminal obeys may be
/// shown.
fn shown(bytes: Vec<u8>) {
    let loaded = load(bytes);
    for diagnostic in &loaded.diagnostics {
        let Some(place) = diagnostic.place else { continue };
        let (file, start, end) = (&loaded.files[place.file.index()], place.span.start, place.span.end);
        assert!(start.line >= 1 && start.column >= 1 && start <= end, "{diagnostic:?}");
        assert!(end.line as usize <= file.line_count() + 1, "{diagnostic:?}");
        let columns = file.line(start.line).chars().count() + 1;
        assert!(start.column as usize <= columns, "{diagnostic:?} of {:?}", file.text());
    }
    let text = anstream::adapter::strip_str(&diagnostics::text(&loaded, diagnostics::Show::All)).to_string();
    assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
}
