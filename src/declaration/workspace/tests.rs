#![allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
use std::{fs, path::Path};

use super::*;
use crate::declaration::{Code, LintLevel, Severity};

/// A folder with a workspace file of this text, and the folders `a` and `b`.
fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a", "b"] {
        fs::create_dir(folder.path().join(name)).expect("made");
    }
    fs::write(folder.path().join(FILE_NAME), text).expect("written");
    folder
}

fn load_text(text: &str) -> LoadedWorkspace {
    load(&folder(text).path().join(FILE_NAME))
}

/// The rules that a text breaks, with their lines.
fn problems(text: &str) -> Vec<(Code, u32)> {
    let loaded = load_text(text);
    assert!(loaded.workspace.is_none(), "{text}");
    let line = |diagnostic: &crate::declaration::Diagnostic| diagnostic.place.map_or(0, |place| place.span.start.line);
    loaded.problems.diagnostics.iter().map(|diagnostic| (diagnostic.code, line(diagnostic))).collect()
}

#[test]
fn everything_that_can_be_said_is_read() {
    let text = "\
version: 1
settings:
  lints: {warnings: error, LF-validity-long: 'off', LF-expires-soon: warning}
  parallelism: 16
  signatures: true
  timeout: 10
  expiringDays: 90
accounts:
  - {name: 零售, id: 0123456789012345, profile: retail, region: ap-southeast-1, letters: a}
  - name: travel
    role: acs:ram::22:role/letterform
    oidcProvider: acs:ram::22:oidc-provider/GitHub
    endpoint: http://127.0.0.1:8025
    letters: [a, b]
";
    let folder = folder(text);
    let workspace = load(&folder.path().join(FILE_NAME)).workspace.expect("good");
    let Settings { lints, parallelism, timeout, expiring_days, signatures } = &workspace.settings;
    assert_eq!((*parallelism, *timeout, *expiring_days, *signatures), (Some(16), Some(10), Some(90), true));
    assert!(lints.deny_warnings);
    assert_eq!(lints.levels[&Code::ValidityLong], LintLevel::Off);
    let [first, second] = &workspace.accounts[..] else { panic!("two accounts") };
    assert_eq!(first.id.as_ref().map(AccountId::as_str), Some("0123456789012345"));
    assert_eq!(first.endpoint.to_string(), "https://dysmsapi.ap-southeast-1.aliyuncs.com");
    assert_eq!(first.access, Access { profile: Some("retail".to_owned()), role: None });
    let role = second.access.role.as_ref().expect("a role");
    assert_eq!((role.arn.account(), role.oidc_provider.is_some()), ("22", true));
    assert_eq!(second.letters, [folder.path().join("a"), folder.path().join("b")]);
    assert!(workspace.account(&"travel".parse().expect("a name")).is_some());
    assert!(workspace.account(&"other".parse().expect("a name")).is_none());
}

#[test]
fn every_problem_is_told_at_its_place() {
    let text = "\
version: 2
settings:
  lints: {LF-nonsense: error, LF-code-too-long: off, LF-expired: loud, warnings: off}
  parallelism: 0
  timeout: soon
accounts:
  - {name: retail/x, letters: a}
  - {name: A, letters: a, id: x, colour: red}
  - {name: B, letters: a, role: letterform}
  - {name: C, letters: a, oidcProvider: 'acs:ram::1:oidc-provider/x'}
  - {name: D, letters: a, region: moon-1}
  - {name: E, letters: a, endpoint: 'https://dysmsapi.example.com'}
  - {name: F, letters: a, endpoint: 'http://10.0.0.1'}
  - {name: G, letters: ../outside}
  - {name: H, letters: /etc}
  - {name: I}
  - {letters: a}
  - {name: J, letters: []}
  - {name: K, letters: a, region: cn-hangzhou, endpoint: dysmsapi.aliyuncs.com}
  - {name: L, letters: ~}
  - text
  - {name: h, letters: a}
";
    let found = problems(text);
    let expected = [
        (Code::VersionUnknown, 1),
        (Code::SettingValue, 3),
        (Code::SettingValue, 3),
        (Code::SettingValue, 3),
        (Code::SettingValue, 3),
        (Code::SettingValue, 4),
        (Code::SettingValue, 5),
        (Code::AccountName, 7),
        (Code::AccountCredentials, 8),
        (Code::FieldUnknown, 8),
        (Code::AccountCredentials, 9),
        (Code::AccountCredentials, 10),
        (Code::AccountEndpoint, 11),
        (Code::AccountEndpoint, 12),
        (Code::AccountEndpoint, 13),
        (Code::AccountLetters, 14),
        (Code::AccountLetters, 15),
        (Code::FieldMissing, 16),
        (Code::FieldMissing, 17),
        (Code::AccountLetters, 18),
        (Code::AccountEndpoint, 19),
        (Code::ValueEmpty, 20),
        (Code::WrongType, 21),
        // Of the same name as an account that has a problem of its own.
        (Code::AccountDuplicate, 22),
    ];
    for (line, wanted) in (1..=22).map(|line| (line, expected.iter().filter(move |(_, at)| *at == line))) {
        let mut wanted: Vec<Code> = wanted.map(|(code, _)| *code).collect();
        let mut there: Vec<Code> = found.iter().filter(|(_, at)| *at == line).map(|(code, _)| *code).collect();
        wanted.sort();
        there.sort();
        assert_eq!(there, wanted, "line {line}");
    }
}

#[test]
fn names_that_differ_in_case_alone_are_the_same() {
    let text = "version: 1\naccounts:\n  - {name: Retail, letters: a}\n  - {name: retail, letters: b}\n";
    assert_eq!(problems(text), [(Code::AccountDuplicate, 4)]);
}

#[test]
fn a_file_without_accounts_is_no_workspace() {
    for (text, code) in [
        ("", Code::VersionMissing),
        ("version: 1\n", Code::FieldMissing),
        ("version: 1\naccounts: []\n", Code::FieldMissing),
        ("version: 1\naccounts: a\n", Code::WrongType),
        ("accounts: [", Code::YamlSyntax),
        ("- a\n", Code::WrongType),
        ("version: 1\naccounts: [{name: a, letters: a}]\n---\nversion: 1\n", Code::WrongType),
    ] {
        assert_eq!(problems(text).first().map(|(code, _)| *code), Some(code), "{text:?}");
    }
    let missing = load(Path::new("/nowhere/letterform.yaml"));
    assert_eq!(missing.problems.count(Severity::Error), 1);
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_workspace_is_refused() {
    let outside = tempfile::tempdir().expect("a folder");
    let folder = folder("version: 1\naccounts: [{name: a, letters: link}]\n");
    std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).expect("linked");
    let loaded = load(&folder.path().join(FILE_NAME));
    assert_eq!(loaded.problems.diagnostics[0].code, Code::AccountLetters);
}
