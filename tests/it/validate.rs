//! `letterform validate` and `letterform explain`, as people and programs meet them.

use crate::declarations::letter;
use crate::project::{Project, Run};
use serde_json::Value;

/// A project with one mistake of every shape: in a value, in a field's name, in two places, in no
/// file.
fn mistakes() -> Project {
    let bad = letter("菜鸟公司-授权书").renamed("authorizedParty", "authorisedParty").signing(&["菜"]);
    let other = letter("菜鸟公司授权书").valid("2026-01-01～2028-12-31");
    Project::with_letters(&["菜鸟公司授权书"])
        .letters("a.letters.yaml", &[bad, other])
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
    // The published schema has a pattern that is no regular expression, for a property that is not
    // used here.
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

/// The first location of each result.
fn locations(log: &Value) -> Vec<Value> {
    let results = log["runs"][0]["results"].as_array().expect("a list");
    results.iter().map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"].clone()).collect()
}

#[test]
fn every_result_of_sarif_has_a_location_from_the_root_of_the_repository() {
    let project = mistakes().file("empty/keep", "").file("sub/letters.yaml", "version: 2\n");
    let whole = project.path().canonicalize().unwrap().join("letters.yaml");
    let at = |uri: &str| serde_json::json!({"uri": uri, "uriBaseId": "%SRCROOT%"});
    let sarif = |arguments: &[&str]| project.run(&[&["validate", "--format=sarif"], arguments].concat()).json();
    assert_eq!(locations(&sarif(&["missing"])), [at("missing")]);
    assert_eq!(locations(&sarif(&["empty"])), [at("empty/letters.yaml")]);
    assert_eq!(locations(&sarif(&["--workspace=none.yaml"])), [at("none.yaml")]);
    project.write("letters.yaml", "version: 2\n");
    assert_eq!(locations(&sarif(&[whole.to_str().unwrap()]))[0], at("letters.yaml"));
    // From a folder below, with git or with none.
    let below = || locations(&project.run_in("sub", &["validate", "--format=sarif", "../letters.yaml", "."]).json());
    let both = [at("letters.yaml"), at("letters.yaml"), at("sub/letters.yaml"), at("sub/letters.yaml")];
    assert_eq!(below(), both);
    std::fs::create_dir(project.path().join(".git")).unwrap();
    assert_eq!(below(), both);
}

#[test]
fn marks_name_files_from_the_root_of_the_repository() {
    let project = Project::new().file("sub/letters.yaml", "version: 2\n");
    let marks = |variable: (&str, &std::path::Path)| {
        let mut command = project.command(&["validate", "--format=github", "."]);
        command.env(variable.0, variable.1).current_dir(project.path().join("sub"));
        Run::of(command.output().unwrap()).stdout
    };
    let inside = marks(("GITHUB_WORKSPACE", &project.path().join("sub/..")));
    assert!(inside.starts_with("::error file=sub/letters.yaml,line=1"), "{inside}");
    let elsewhere = marks(("GITHUB_WORKSPACE", std::path::Path::new("/usr")));
    assert!(elsewhere.starts_with("::error file=letters.yaml,line=1"), "{elsewhere}");
    // Several repositories may be checked out below the folder of a job.
    std::fs::create_dir(project.path().join("sub/.git")).unwrap();
    let nested = marks(("GITHUB_WORKSPACE", project.path()));
    assert!(nested.starts_with("::error file=letters.yaml,line=1"), "{nested}");
}

#[test]
fn problems_without_number_end_with_the_count_of_the_rest() {
    let letters = "  - {name: 1, x: 1}\n".repeat(1_250);
    let project = Project::new().file("letters.yaml", format!("version: 1\nletters:\n{letters}"));
    let run = |arguments: &[&str]| project.run(&[&["validate"], arguments].concat()).exits(1).stdout;
    let text = run(&[]);
    assert!(text.len() < 600_000, "{}", text.len());
    assert_eq!(text.matches("error[").count(), 1_000);
    let end = text.lines().rev().take(6).collect::<Vec<_>>();
    let rest = |line: &&str| line.contains("more problems are not shown; `letterform validate --all`");
    assert!(end.iter().any(rest), "{end:?}");
    let marks = run(&["--format=github"]);
    assert_eq!(marks.matches("\n::").count(), 1_000);
    assert!(marks.contains("\n::notice title=letterform::"));
    assert!(run(&["--all"]).matches("error[").count() > 6_000);
    let log: Value = serde_json::from_str(&run(&["--format=sarif"])).unwrap();
    assert_eq!(locations(&log).len(), 5_000);
    let told = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert!(told.as_str().unwrap().contains("more problems are not shown"));
    // What keeps a plan from being made is cut as well.
    let plan = project.sandbox(&["plan"]).exits(1);
    assert_eq!(plan.stderr.matches("error[").count(), 1_000);
}

#[test]
fn a_hook_looks_at_what_git_tracks() {
    let project = Project::new().folder("sub", &["委托"]).folder("draft", &["委托"]);
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.args(arguments).current_dir(project.path()).env("HOME", project.path()).env_remove("GIT_DIR");
        assert!(command.status().unwrap().success(), "{arguments:?}");
    };
    let validate = || project.run(&["validate", "--tracked"]);
    assert!(validate().exits(1).stderr.contains("--tracked asks git, which says: fatal: not a git repository"));
    git(&["init", "-q", "."]);
    assert_eq!(validate().exits(0).stdout, "0 letters in 0 files: all good\n");
    git(&["add", "sub/letters.yaml"]);
    let missing = validate().exits(1).stdout;
    assert!(missing.contains("LF-scan-missing") && missing.contains("git does not track the scan"), "{missing}");
    git(&["add", "sub/scan.png"]);
    assert_eq!(validate().exits(0).stdout, "1 letter in 1 file: all good\n");
    // From a folder below, too.
    assert_eq!(project.run_in("sub", &["validate", "--tracked"]).exits(0).stdout, "1 letter in 1 file: all good\n");
    // What is there and not added counts without it.
    assert!(project.run(&["validate"]).exits(1).stdout.contains("LF-name-duplicate"));
}

#[test]
fn warnings_do_not_fail_until_they_are_denied() {
    let project = Project::with_letters(&[letter("委托").until("2036-12-31")]);
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
    let long = letter("委托").until(&format!("2036-12-31 {comment}"));
    let run = Project::with_letters(&[long]).run(&["validate", "--deny", "warnings"]).exits(0);
    assert_eq!(run.stdout, "1 letter in 1 file: all good\n");
    let unused = Project::with_letters(&[letter("委托").scan(&format!("scan.png\n{comment}"))]);
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

#[test]
fn text_from_json_and_from_blocks_is_read_as_it_was_meant() {
    let block = letter("|\n      甲乙\n").authorizer(">-\n      菜鸟网络科技有限公司");
    let json = r#"{"version":1,"letters":[],"defaults":{"signatures":["\uD83D\uDE00网"]}}"#;
    let project = Project::new().letters("a.letters.yaml", &[block]).file("b.letters.yaml", json);
    let run = project.run(&["validate"]).exits(1);
    assert!(run.stdout.contains("`😀` (U+1F600) is not allowed in a signature"), "{}", run.stdout);
    assert!(!run.stdout.contains("a.letters.yaml"), "{}", run.stdout);
}
