//! `letterform validate --fix` and `--diff`.

use std::fs;

use crate::declarations::{file, letter};
use crate::project::Project;

/// A file with mistakes that are mended without asking, and one that is not.
fn mistakes() -> Project {
    let wrong = letter("甲乙")
        .renamed("authorizer", "Authorization")
        .valid("2026-01-01～2028/12/31")
        .with("signatures", "[【菜鸟网络】, 裹裹, 裹裹] # 两个")
        .scan("scan.pgn");
    let text = file(&[wrong]).replacen('\n', "\r\n", 1);
    Project::new().file("letters.yaml", text).letters("b.letters.yaml", &["丙丁"])
}

#[test]
fn safe_fixes_are_shown_and_not_written() {
    let project = mistakes();
    let before = fs::read(project.path().join("letters.yaml")).unwrap();
    let run = project.run(&["validate", "--diff"]).exits(1);
    insta::assert_snapshot!(run.stdout);
    assert_eq!(run.stderr, "would fix: 4 problems in 1 file\n");
    assert_eq!(fs::read(project.path().join("letters.yaml")).unwrap(), before);
}

#[test]
fn safe_fixes_are_written_and_the_rest_is_reported() {
    let project = mistakes();
    let run = project.run(&["validate", "--fix"]).exits(1);
    assert_eq!(run.stderr, "fixed: 4 problems in 1 file\n");
    insta::assert_snapshot!(run.stdout);
    let fixed = project.read("letters.yaml");
    assert!(fixed.starts_with("version: 1\r\nletters:\n") && fixed.contains("[菜鸟网络, 裹裹] # 两个\n"), "{fixed}");
    let again = project.run(&["validate", "--fix"]).exits(1);
    assert_eq!(again.stderr, "fixed: 0 problems in 0 files\n");
    assert_eq!(project.read("letters.yaml"), fixed);
    assert_eq!(project.run(&["validate", "--diff"]).exits(0).stdout, "");
}

#[test]
fn fixes_are_told_to_programs() {
    let project = mistakes();
    let json = project.run(&["validate", "--format", "json"]).exits(1).json();
    let fixes: Vec<_> = json["diagnostics"].as_array().unwrap().iter().filter_map(|one| one.get("fix")).collect();
    assert_eq!(fixes.iter().filter(|fix| fix["safe"] == true).count(), 3, "{fixes:#?}");
    let scan = fixes.iter().find(|fix| fix["safe"] == false).unwrap();
    assert_eq!((&scan["edits"][0]["text"], &scan["title"]), (&"scan.png".into(), &"Write `scan.png`".into()));
    let sarif = project.run(&["validate", "--format", "sarif"]).exits(1).json();
    let result = sarif["runs"][0]["results"].as_array().unwrap().iter().find(|one| one["ruleId"] == "LF-field-unknown");
    let replacement = &result.unwrap()["fixes"][0]["artifactChanges"][0]["replacements"][0];
    assert_eq!(replacement["insertedContent"]["text"], "authorizer");
}
