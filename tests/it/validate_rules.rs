//! Every rule can be broken, and its explanation tells the truth about what is right and wrong.

use std::fs;

use letterform::declaration::{Code, LintLevel, LintLevels, LoadOptions, Loaded, Severity, load, load_text, workspace};
use tempfile::TempDir;

use crate::papers::Paper;

/// The fields of a letter with everything in order, one a line.
const LETTER: [&str; 7] = [
    "name: 菜鸟公司授权书",
    "authorizer: 菜鸟网络科技有限公司",
    "authorizedParty: 支付宝(中国)网络技术有限公司",
    "organizationCode: 91330100799655058B",
    "validity: 2026-01-01~2028-01-01",
    "signatures: [菜鸟网络]",
    "fileKey: 123456/test1719383196031.jpg",
];

/// Rules on files, whose examples are words and no YAML. They are broken in the tests below.
const ABOUT_FILES: [Code; 6] = [
    Code::PathMissing,
    Code::NoDeclarations,
    Code::FileUnreadable,
    Code::FileTooLarge,
    Code::Encoding,
    Code::TooManyProblems,
];

fn options() -> LoadOptions {
    LoadOptions::new("2026-06-01".parse().expect("a date"))
}

/// A folder with scans of every kind.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let (good, png) = (Paper::default(), Paper::default().png());
    fs::create_dir(folder.path().join("scans")).expect("created");
    let write = |name: &str, bytes: &[u8]| fs::write(folder.path().join("scans").join(name), bytes).expect("written");
    write("cainiao.png", &png);
    write("truncated.png", &png[..png.len() / 2]);
    write("huge.png", &[&png[..], &vec![0; 5 * 1024 * 1024]].concat());
    write("document.jpg", b"%PDF-1.7");
    write("too-small.png", &Paper { width: 400, ..good }.png());
    write("blank.png", &Paper { text: false, seal: false, ..good }.png());
    write("dark.png", &Paper { light: (50, 10), ..good }.png());
    write("light.png", &Paper { light: (250, 225), ..good }.png());
    write("no-red.png", &Paper { seal: false, ..good }.png());
    write("sideways.png", &Paper { on_its_side: true, ..good }.png());
    folder
}

/// A document with one letter that has the lines of an example in the place of its own ones of the
/// same field.
fn with_fields(example: &str) -> String {
    let field = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let given: Vec<String> = example.lines().map(field).collect();
    let replaced = |own: &str| {
        let own = field(own);
        given.contains(&own)
            || (own == "fileKey" && given.contains(&"scan".to_owned()))
            || (own == "authorizedParty" && given.contains(&"authorisedParty".to_owned()))
    };
    let kept = LETTER.iter().copied().filter(|own| !replaced(own));
    let lines: Vec<&str> = kept.chain(example.lines()).collect();
    format!("version: 1\nletters:\n  -\n    {}\n", lines.join("\n    "))
}

/// The rules that an example of a workspace file breaks: a whole one, some settings, or some fields
/// of an account.
fn judged_as_workspace(folder: &TempDir, example: &str) -> Vec<Code> {
    let field = |name: &str| example.starts_with(&format!("{name}:"));
    let rest = [("name", "name: retail"), ("letters", "letters: retail")];
    let account: Vec<&str> = rest.iter().filter(|(name, _)| !field(name)).map(|(_, line)| *line).collect();
    let text = match example {
        whole if field("version") => whole.to_owned(),
        settings if field("lints") => {
            format!("version: 1\nsettings:\n  {settings}\naccounts: [{{{}}}]\n", account.join(", "))
        }
        fields => format!("version: 1\naccounts:\n  - {fields}\n    {}\n", account.join("\n    ")),
    };
    let path = folder.path().join(workspace::FILE_NAME);
    fs::write(&path, text).expect("written");
    codes(&workspace::load(&path).problems)
}

fn judged(folder: &TempDir, example: &str) -> Vec<Code> {
    let whole = ["version:", "letters:"].iter().any(|start| example.starts_with(start));
    let text = if whole { example.to_owned() } else { with_fields(example) };
    let loaded = load_text(&folder.path().join("letters.yaml"), text.into_bytes(), &options());
    loaded.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_wrong_example_breaks_its_rule_and_a_right_one_breaks_none() {
    let folder = folder();
    for code in Code::ALL.iter().filter(|code| !ABOUT_FILES.contains(code)) {
        let rule = code.rule();
        let of_a_workspace = ["LF-account-", "LF-setting-"].iter().any(|start| code.as_str().starts_with(start));
        let judged = if of_a_workspace { judged_as_workspace } else { judged };
        let wrong = judged(&folder, rule.bad);
        assert!(wrong.contains(code), "the wrong example of {code} gives {wrong:?}");
        let right = judged(&folder, rule.good);
        let expected: &[Code] = &[];
        assert_eq!(right, expected, "the right example of {code}");
    }
}

fn codes(loaded: &Loaded) -> Vec<Code> {
    loaded.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_file_that_is_too_large_is_not_read_to_its_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("letters.yaml");
    fs::File::create(&path).and_then(|file| file.set_len(100 * 1024 * 1024)).expect("a sparse file");
    assert_eq!(codes(&load(&[path], &options())), [Code::FileTooLarge]);
}

#[test]
fn a_path_that_is_not_there_and_an_empty_folder_are_errors() {
    let folder = tempfile::tempdir().expect("a folder");
    let loaded = load(&[folder.path().to_owned(), folder.path().join("none.yaml")], &options());
    assert_eq!(codes(&loaded), [Code::PathMissing, Code::NoDeclarations]);
}

#[test]
fn a_file_in_another_encoding_does_not_keep_the_others_from_being_read() {
    let folder = folder();
    let text = with_fields(LETTER[0]);
    fs::write(folder.path().join("a.letters.yaml"), b"version: 1 # \xB2\xCB\xC4\xF1\n").expect("written");
    fs::write(folder.path().join("b.letters.yaml"), text).expect("written");
    let loaded = load(&[folder.path().to_owned()], &options());
    assert_eq!((codes(&loaded), loaded.letters.len()), (vec![Code::Encoding], 1));
}

#[cfg(unix)]
#[test]
fn scans_that_are_no_files_or_leave_the_folder_are_refused_without_waiting() {
    use std::os::unix::fs::symlink;
    let (folder, other) = (folder(), folder());
    let scans = folder.path().join("scans");
    symlink(other.path().join("scans/cainiao.png"), scans.join("link.png")).expect("linked");
    symlink("cainiao.png", scans.join("inner.png")).expect("linked");
    symlink("/dev/zero", scans.join("device.png")).expect("linked");
    let made = std::process::Command::new("mkfifo").arg(scans.join("pipe.png")).status().expect("mkfifo runs");
    assert!(made.success());
    for (scan, expected) in [
        ("scans/link.png", vec![Code::ScanOutside]),
        ("scans/inner.png", vec![]),
        ("scans/../scans/cainiao.png", vec![]),
        ("scans/pipe.png", vec![Code::ScanUnreadable]),
        ("../../../../../../../../dev/zero", vec![Code::ScanOutside]),
        ("../nobody/knows.png", vec![Code::ScanOutside]),
        ("/dev/zero", vec![Code::ScanPath]),
        ("scans/device.png", vec![Code::ScanOutside]),
        ("scans", vec![Code::ScanUnreadable]),
        ("scans/cainiao.png/x", vec![Code::ScanMissing]),
    ] {
        assert_eq!(judged(&folder, &format!("scan: {scan}")), expected, "{scan}");
    }
}

#[test]
fn a_scan_may_lie_beside_its_file_when_the_argument_is_the_folder_of_both() {
    let folder = folder();
    let path = folder.path().join("customers/letters.yaml");
    fs::create_dir(path.parent().expect("a folder")).expect("created");
    fs::write(&path, with_fields("scan: ../scans/cainiao.png")).expect("written");
    assert_eq!(codes(&load(&[folder.path().to_owned()], &options())), []);
    assert_eq!(codes(&load(&[path], &options())), [Code::ScanOutside]);
}

#[test]
fn a_warning_is_as_bad_as_somebody_says() {
    let folder = folder();
    let text = with_fields("validity: 2026-01-01~2036-01-01 # letterform: allow LF-validity-short never long enough");
    let load = |lints: LintLevels| {
        let options = LoadOptions { lints, ..options() };
        let loaded = load_text(&folder.path().join("letters.yaml"), text.clone().into_bytes(), &options);
        loaded.diagnostics.iter().map(|diagnostic| (diagnostic.code, diagnostic.severity)).collect::<Vec<_>>()
    };
    let level = |code, level| LintLevels { levels: [(code, level)].into(), ..LintLevels::default() };
    let (long, unused) = (Code::ValidityLong, Code::AllowUnused);
    let (error, warning) = (Severity::Error, Severity::Warning);
    assert_eq!(load(LintLevels::default()), [(long, warning), (unused, warning)]);
    assert_eq!(load(LintLevels { deny_warnings: true, ..LintLevels::default() }), [(long, error), (unused, error)]);
    assert_eq!(load(level(long, LintLevel::Error)), [(long, error), (unused, warning)]);
    assert_eq!(load(level(long, LintLevel::Off)), [(unused, warning)]);
    // A comment about a rule that is off has something to silence as soon as it is on.
    assert_eq!(load(level(Code::ValidityShort, LintLevel::Off)), [(long, warning)]);
}

#[test]
fn a_scalar_is_the_text_that_stands_there() {
    let folder = folder();
    for code in ["012345678901234567", "1210000040000E25", "0x1F", "no", "1_000", "2026-01-01", "1.50", ".inf"] {
        let text = with_fields(&format!("organizationCode: {code}"));
        let loaded = load_text(&folder.path().join("letters.yaml"), text.into_bytes(), &options());
        assert_eq!(loaded.letters[0].letter.organization_code.as_str(), code);
    }
}
