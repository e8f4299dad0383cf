//! `letterform validate` and `letterform explain`, as people and programs meet them.

use crate::project::{Project, letter};
use serde_json::Value;

/// A project with one mistake of every shape: in a value, in a field's name, in two places, in no file.
fn mistakes() -> Project {
    let bad = letter("菜鸟公司-授权书").replace("authorizedParty", "authorisedParty").replace("[菜鸟网络]", "[菜]");
    let other = letter("菜鸟公司授权书").replace("~2028-12-31", "～2028-12-31");
    Project::with_letters(&["菜鸟公司授权书"])
        .file("a.letters.yaml", format!("version: 1\nletters:\n{bad}{other}"))
        .file("客户/b.letters.yaml", "version: 1\nletters:\n  - name：菜鸟\n    scan: x\n")
}

#[test]
fn good_declarations_are_told_in_one_line() {
    let run = Project::with_letters(&["菜鸟公司授权书", "菜鸟公司委托书2"]).run(&["validate"]).exits(0);
    assert!(run.stderr.is_empty());
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn the_examples_are_good() {
    for example in ["quickstart", "agency"] {
        let run = Project::example(example).run(&["validate", "--deny", "warnings"]).exits(0);
        assert!(run.stdout.ends_with(": all good\n"), "{}", run.stdout);
    }
}

#[test]
fn mistakes_are_shown_as_text() {
    let run = mistakes().run(&["validate", ".", "none"]).exits(1);
    assert!(run.stderr.is_empty());
    insta::assert_snapshot!(run.stdout);
}

#[test]
fn mistakes_are_shown_as_annotations() {
    insta::assert_snapshot!(mistakes().run(&["validate", "--format", "github"]).exits(1).stdout);
}

#[test]
fn mistakes_are_told_to_programs_as_json() {
    let run = mistakes().run(&["validate", "--format", "json"]).exits(1);
    let json = run.json();
    assert_eq!((&json["summary"]["errors"], &json["summary"]["warnings"]), (&Value::from(6), &Value::from(0)));
    let first = &json["diagnostics"][0];
    assert_eq!((&first["file"], &first["line"]), (&Value::from("a.letters.yaml"), &Value::from(3)));
    assert_eq!((&first["column"], &first["endColumn"]), (&Value::from(15), &Value::from(16)));
    insta::assert_snapshot!(run.stdout.replace(env!("CARGO_PKG_VERSION"), "[version]"));
}

#[test]
fn sarif_is_valid_against_its_schema() {
    let mut schema: Value = serde_json::from_str(include_str!("../data/sarif-schema-2.1.0.json")).expect("JSON");
    // The published schema has a pattern that is no regular expression, for a property that is not used here.
    for language in ["run", "toolComponent"] {
        let path = format!("/definitions/{language}/properties/language");
        schema.pointer_mut(&path).and_then(Value::as_object_mut).expect("the property").remove("pattern");
    }
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let log = mistakes().run(&["validate", "--format", "sarif"]).exits(1).json();
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    let results = &log["runs"][0]["results"];
    assert_eq!(results[0]["ruleId"], "LF-name-character");
    let uris: Vec<_> = results.as_array().expect("a list").iter().collect();
    assert!(uris.iter().any(|result| {
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "%E5%AE%A2%E6%88%B7/b.letters.yaml"
    }));
}

#[test]
fn warnings_do_not_fail_until_they_are_denied() {
    let project = Project::new()
        .file("letters.yaml", format!("version: 1\nletters:\n{}", letter("委托").replace("~2028", "~2036")));
    assert!(project.run(&["validate"]).exits(0).stdout.contains("warning[LF-validity-long]"));
    for denied in ["warnings", "LF-validity-long", "validity-long"] {
        let run = project.run(&["validate", "--deny", denied]).exits(1);
        assert!(run.stdout.contains("error[LF-validity-long]"), "{}", run.stdout);
    }
    let run = project.run(&["validate", "--deny", "LF-validity-lang"]).exits(1);
    assert!(run.stderr.contains("did you mean LF-validity-long?"), "{}", run.stderr);
}

#[test]
fn a_comment_silences_a_warning_with_a_reason() {
    let comment = "# letterform: allow LF-validity-long the customer asked for ten years";
    let long =
        letter("委托").replace("    validity", &format!("    {comment}\n    validity")).replace("~2028", "~2036");
    let project = Project::new().file("letters.yaml", format!("version: 1\nletters:\n{long}"));
    let run = project.run(&["validate", "--deny", "warnings"]).exits(0);
    assert_eq!(run.stdout, "1 letter in 1 file: all good\n");
    let unused = Project::new().file("letters.yaml", format!("version: 1\nletters:\n{}{comment}\n", letter("委托")));
    assert!(unused.run(&["validate"]).exits(0).stdout.contains("LF-allow-unused"));
}

#[test]
fn the_day_and_the_days_before_the_end_can_be_given() {
    let project = Project::with_letters(&["委托"]);
    let warned = |arguments: &[&str]| {
        let run = project.run(&[&["validate", "--format", "json"], arguments].concat()).exits(0);
        run.json()["diagnostics"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["code"].to_string())
            .collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(warned(&[]), none);
    assert_eq!(warned(&["--today", "2028-12-01"]), [r#""LF-expires-soon""#]);
    assert_eq!(warned(&["--today", "2028-12-01", "--expiring-days", "29"]), none);
    assert_eq!(warned(&["--today", "2029-01-01"]), [r#""LF-expired""#]);
    assert_eq!(warned(&["--today", "2025-12-31"]), [r#""LF-not-yet-valid""#]);
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let text = "version: 1\nletters:\n  - name: \"\\e[31m红\\u202E\"\n    na\u{1b}me: \u{9b}x\n    \"k\\e]0;\": 1\n";
    let project = Project::new().file("a\u{1b}[1m.letters.yaml", text);
    for format in ["text", "json", "github", "sarif"] {
        let run = project.run(&["validate", "--format", format]).exits(1);
        let obeyed = |c: &char| (c.is_control() && *c != '\n') || *c == '\u{202E}';
        assert_eq!(run.stdout.chars().find(obeyed), None, "{format}: {}", run.stdout);
    }
}

#[test]
fn colours_are_for_those_who_want_them() {
    let project = mistakes();
    assert!(!project.run(&["validate"]).stdout.contains('\u{1b}'));
    assert!(project.run(&["validate", "--color", "always"]).stdout.contains("\u{1b}["));
}

#[test]
fn each_file_is_read_once_however_often_it_is_given() {
    let project = Project::with_letters(&["委托"]);
    let path = project.path().to_string_lossy().into_owned();
    let run = project.run(&["validate", ".", "letters.yaml", "./letters.yaml", &path]).exits(0);
    assert_eq!(run.stdout, "1 letter in 1 file: all good\n");
}

#[test]
fn a_rule_is_explained() {
    insta::assert_snapshot!(Project::new().run(&["explain", "LF-validity-long"]).exits(0).stdout);
    let all = Project::new().run(&["explain"]).exits(0).stdout;
    // A blank line and the line that explains the mark come last.
    assert_eq!(all.lines().count(), letterform::declaration::Code::ALL.len() + 2);
    let run = Project::new().run(&["explain", "LF-nothing-like-it"]).exits(1);
    assert!(run.stderr.contains("unknown rule LF-nothing-like-it"), "{}", run.stderr);
}
