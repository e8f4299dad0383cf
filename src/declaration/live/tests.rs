//! What is read bit by bit is what is read at once.

use std::{fs, path::PathBuf};

use proptest::{prelude::*, sample::select};

use super::*;
use crate::declaration::{Diagnostic, LoadOptions, load};

/// A picture of one pixel.
fn pixel() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[255]).unwrap();
    bytes
}
const FILES: [&str; 3] = ["a.letters.yaml", "b.letters.yaml", "c/letters.yml"];

/// A folder of declarations, and an editor that has its first two files open.
struct Editor {
    folder: tempfile::TempDir,
    live: LiveDeclarations,
}

impl Editor {
    fn open(texts: &[String]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for picture in ["one.png", "c/two.png"] {
            write(&folder.path().join(picture), &pixel());
        }
        write(&folder.path().join("broken.png"), &pixel()[..30]);
        for (file, text) in FILES.iter().zip(texts) {
            write(&folder.path().join(file), text.as_bytes());
        }
        let mut live = LiveDeclarations::new(Asked::default(), options().today);
        live.add_folder(folder.path());
        for (file, text) in FILES.iter().zip(texts).take(2) {
            live.open(&folder.path().join(file), text.clone());
        }
        Self { folder, live }
    }

    fn path(&self, file: usize) -> PathBuf {
        self.folder.path().join(FILES[file])
    }

    /// Replaces some characters, in the editor and on the disk. What takes that back is returned.
    fn edit(&mut self, Edit { file, at, remove, insert, .. }: &Edit) -> Edit {
        let id = self.live.number(&self.path(*file)).unwrap();
        let text = self.live.source(id).text().to_owned();
        let bounds: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
        let start = at.checked_sub(FROM_END).map_or(at % bounds.len(), |back| (bounds.len() - 1).saturating_sub(back));
        let bytes = bounds[start]..bounds[(start + remove).min(bounds.len() - 1)];
        self.live.edit(id, bytes.clone(), insert);
        write(&self.path(*file), self.live.source(id).text().as_bytes());
        Edit { at: start, remove: insert.chars().count(), insert: text[bytes].to_owned(), file: *file, undone: false }
    }

    /// The problems by bits, and those of all files at once.
    fn problems(&mut self) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
        self.live.judge();
        loop {
            let wanted = self.live.wanted_pictures();
            if wanted.is_empty() {
                break;
            }
            self.live.know(decode_pictures(wanted));
            self.live.judge();
        }
        let by_bits = self.live.files().flat_map(|file| self.live.problems(file).to_vec()).collect();
        let at_once = load(&[self.folder.path().to_owned()], &options()).diagnostics;
        (by_bits, at_once)
    }
}

#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn options() -> LoadOptions {
    LoadOptions::new(jiff::civil::date(2026, 6, 1))
}

/// Beyond it, places are counted from the end of a text.
const FROM_END: usize = 1_000_000;

#[derive(Debug, Clone)]
struct Edit {
    file: usize,
    at: usize,
    remove: usize,
    insert: String,
    /// Whether it is taken back at once.
    undone: bool,
}

/// Letters that have much in common, in files that end and begin in various ways.
fn text() -> impl Strategy<Value = String> {
    let head = select(vec![
        "version: 1\nletters:\n",
        "# yaml\nversion: 1\ndefaults:\n  signatures: [菜鸟]\nletters:\n",
        "version: 1\ndefaults:\n  authorizedParty: 支付宝(中国)网络技术有限公司\n  validity: 2026-01-01~2026-06-30\nletters:\n",
        "# letterform: allow LF-expired 旧\nversion: 1\r\nletters:\n",
        "---\nversion: 1\ndefaults: {authorizedParty: 支付宝#公司}\nletters:\n",
        "version: 1\ndefaults: {authorizer: &a 甲公司}\nletters:\n",
        "version: 1\ndefaults:\n  authorizedParty: &a 支付宝(中国)网络技术有限公司\n  validity: &b 2024-01-01~2025-12-31\nletters:\n",
        "version: 1\ndefaults:\n  authorizer: 菜鸟!\n  authorizedParty: 支付宝(\n  organizationCode: 91330100799655058B\nletters: # below\n",
        "letters:\n",
    ]);
    let end = select(vec![
        "",
        "",
        "",
        "",
        "# end\n",
        "  # letterform: allow LF-validity-short x\n",
        "...\n",
        "defaults: {}\n",
        "version: 1\n",
        "defaults:\n  authorizedParty: 支付宝(中国)网络技术有限公司\n  validity: 2024-01-01~2025-12-31\nversion: 1\n",
        "# between\n\ndefaults:\n  authorizer: 菜鸟 公司! # end\n  signatures:\n  - 菜鸟\n",
    ]);
    (head, proptest::collection::vec(letter(), 0..6), end).prop_map(|(head, letters, end)| {
        let letters = if letters.is_empty() { "  []\n".to_owned() } else { letters.concat() };
        format!("{head}{letters}{end}")
    })
}

fn letter() -> impl Strategy<Value = String> {
    let name = select(vec!["甲", "乙a", "乙A", "丙", "\"丁 \"", "戊-己"]);
    let party = select(vec!["菜鸟网络科技有限公司", "菜鸟网络科技有限 公司", "ACME公司", "acme公司", "*a", ""]);
    let other = select(vec!["支付宝(中国)网络技术有限公司", "菜鸟网络科技有限公司", "！公司", "*a", "", ""]);
    let validity = select(vec![
        "",
        "*b",
        "2024-01-01~2025-12-31",
        "2026-01-01~2028-12-31",
        "2026/01/01～2026-06-30",
        "2025-06-01~2026-06-30",
    ]);
    let signatures = select(vec!["", "[菜鸟]", "[菜鸟, 裹裹]", "[裹裹, 【驿站】]", "\n    - 菜鸟\n    - 菜鸟"]);
    let picture =
        select(vec!["scan: one.png", "scan: ../one.png", "scan: two.png", "scan: broken.png", "fileKey: 1/a.jpg"]);
    let rest = select(vec![
        "",
        "",
        "",
        "  # letterform: allow LF-expires-soon x\n",
        "\n",
        "    note: |\n      a\n",
        "    x: {}\n",
    ]);
    (name, party, other, validity, signatures, picture, rest).prop_map(
        |(name, party, other, validity, signatures, picture, rest)| {
            let fields = [
                ("authorizer", party),
                ("authorizedParty", other),
                ("organizationCode", "91330100799655058B"),
                ("validity", validity),
                ("signatures", signatures),
            ];
            let written = fields.into_iter().filter(|(_, value)| !value.is_empty());
            let fields: Vec<String> = written.map(|(field, value)| format!("    {field}: {value}\n")).collect();
            format!("  - name: {name}\n{}    {picture}\n{rest}", fields.concat())
        },
    )
}

fn edit() -> impl Strategy<Value = Edit> {
    let pieces = vec![
        "",
        "",
        "甲",
        "乙",
        "x",
        "1",
        "a",
        "A",
        "年",
        " ",
        "  ",
        " 菜鸟, ",
        "\n",
        "\r\n",
        "\r",
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        "#",
        " #",
        ":",
        ": ",
        "- ",
        "  - ",
        "-",
        "\t",
        "&b ",
        "*b",
        "|",
        "!x ",
        "---\n",
        "...\n",
        "\\u83dc",
        "\0",
        "version: 1\n",
        "  - name: 庚\n",
        "    scan: one.png\n",
        "    authorizer: 菜鸟网络科技有限公司\n",
        "letters:\n",
        "defaults:\n  validity: 2026-01-01~2028-12-31\n",
        "      ",
        "# letterform: allow LF-picture-shared x\n",
        "，",
        "!",
        "*a",
        "&a ",
        "  authorizer: 甲公司\n",
        "  authorizedParty: 乙公司!\n",
        "  validity: 2026-01-01~2026-06-30\n",
        "authorizer",
        "%TAG ! tag:yaml.org,2002:\n---\n",
    ];
    let at = prop_oneof![0..2000_usize, 0..120_usize, FROM_END..FROM_END + 120];
    let remove = select(vec![0, 0, 0, 0, 1, 1, 1, 2, 5, 30, 120, 400]);
    (0..2_usize, at, remove, select(pieces), proptest::bool::weighted(0.7))
        .prop_map(|(file, at, remove, insert, undone)| Edit { file, at, remove, insert: insert.to_owned(), undone })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_bit_by_bit_is_what_is_read_at_once(
        texts in [text(), text(), text()],
        edits in proptest::collection::vec((edit(), proptest::bool::weighted(0.8)), 1..8),
    ) {
        let mut editor = Editor::open(&texts);
        let (by_bits, at_once) = editor.problems();
        prop_assert_eq!(by_bits, at_once, "as opened");
        for (edit, is_looked_at) in edits {
            let back = editor.edit(&edit);
            if !is_looked_at {
                continue;
            }
            let (by_bits, at_once) = editor.problems();
            prop_assert_eq!(by_bits, at_once, "after {:?}", edit);
            if edit.undone {
                editor.edit(&back);
                let (by_bits, at_once) = editor.problems();
                prop_assert_eq!(by_bits, at_once, "after {:?} was taken back", edit);
            }
        }
    }
}

#[test]
fn a_scan_that_changes_while_it_is_decoded_is_decoded_again() {
    let letter = "  - name: 甲乙\n    authorizer: 菜鸟网络科技有限公司\n    authorizedParty: 支付宝(中国)网络技术有限公司\n    \
                  organizationCode: 91330100799655058B\n    validity: 2026-01-01~2028-12-31\n    signatures: [菜鸟]\n    \
                  scan: one.png\n";
    let texts = ["", "", ""].map(|other| format!("version: 1\nletters: []\n{other}"));
    let mut editor = Editor::open(&texts);
    let path = editor.path(0);
    editor.live.open(&path, format!("version: 1\nletters:\n{letter}"));
    editor.live.judge();
    let wanted = editor.live.wanted_pictures();
    let decoded = decode_pictures(wanted.clone());
    let scan = editor.folder.path().join("one.png");
    write(&scan, &pixel()[..30]);
    editor.live.changed_on_disk(&[scan]);
    editor.live.judge();
    editor.live.wanted_pictures();
    editor.live.know(decoded);
    editor.live.judge();
    assert_eq!(editor.live.wanted_pictures(), wanted);
    editor.live.know(decode_pictures(wanted));
    editor.live.judge();
    let file = editor.live.number(&path).unwrap();
    let codes: Vec<&str> = editor.live.problems(file).iter().map(|problem| problem.code.as_str()).collect();
    assert_eq!(codes, ["LF-scan-broken"]);
}

/// More of them find more; the simulation of CI has its own number.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100)
}
