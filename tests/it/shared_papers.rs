//! One paper for several letters, and what must be known before a letter is created.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::declarations::{Letter, letter};
use crate::papers::paper;
use crate::project::{Emulator, Project, Run};

fn rules(run: &Run) -> Vec<String> {
    let heads = run.stdout.lines().filter(|line| line.starts_with("error[") || line.starts_with("warning["));
    heads.map(|head| head.split(']').next().unwrap().replace('[', " ")).collect()
}

fn validated(letters: &[Letter]) -> Vec<String> {
    rules(&Project::with_letters(letters).file("copy.png", paper()).run(&["validate"]))
}

#[test]
fn one_paper_for_letters_with_different_content_is_a_warning() {
    let (one, other) = (letter("甲"), letter("乙").signing(&["菜鸟裹裹"]));
    let shared = ["warning LF-picture-shared"];
    assert_eq!(validated(&[one.clone(), other.clone()]), shared);
    // The same picture under another name, and a key that two letters have.
    assert_eq!(validated(&[one.clone(), other.clone().scan("copy.png")]), shared);
    assert_eq!(validated(&[one, other].map(|letter| letter.uploaded("1/a.png"))), shared);
    // The same content under two names is a copy, and no second warning.
    assert_eq!(validated(&[letter("甲"), letter("乙")]), ["warning LF-same-content"]);
}

#[test]
fn a_renewal_with_the_old_paper_is_an_error_in_any_order_and_with_days_between() {
    let old = letter("甲");
    for validity in ["2028-12-01~2030-12-31", "2029-03-01~2030-12-31"] {
        let new = letter("甲2028").valid(validity);
        for letters in [[old.clone(), new.clone()], [new, old.clone()]] {
            let found = validated(&letters);
            assert!(found.contains(&"error LF-picture-of-predecessor".to_owned()), "{found:?}");
            assert!(!found.contains(&"warning LF-picture-shared".to_owned()), "{found:?}");
        }
    }
}

#[test]
fn what_renew_writes_cannot_be_applied_before_the_new_scan_is_there() {
    let project = Project::with_letters(&["甲"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let renewed = project.run(&["renew", "甲", "--until", "2029-11-23", "."]).exits(0);
    assert!(renewed.stderr.contains("put the scan of the new one at letters.yaml:18."), "{}", renewed.stderr);
    let text = project.read("letters.yaml");
    let lines: Vec<&str> = text.lines().skip(16).map(str::trim).collect();
    let remark =
        "# This is the old paper. Replace it with the scan of the new one; until then the letter can't be created.";
    assert_eq!(lines, [remark, "scan: scan.png"]);
    let refused = project.sandbox(&["apply", "--auto-approve"]).exits(1);
    assert!(refused.stderr.contains("letters.yaml:18:11"), "{}", refused.stderr);
    // Another renewal is told of the first, and the old letter's own paper stays as it is.
    let again = project.run(&["renew", "甲", "--until", "2029-11-23", "."]).exits(1);
    assert!(again.stderr.contains("甲2026"), "{}", again.stderr);
    project.write("letters.yaml", text.replace("can't be created.\n    scan: scan.png", "\n    scan: new.png"));
    project.write("new.png", [paper(), b"new"].concat());
    let applied = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    assert!(applied.stdout.contains("1 created"), "{}", applied.stdout);
}

#[test]
fn a_renewal_that_exists_with_the_old_paper_is_imported_and_unchanged() {
    let project = Project::with_letters(&["甲"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let emulator = Emulator::holding(&project, |letters| {
        letters.push(registered(&letters[0], 7, "甲2028", "2028-12-01~2030-12-31"));
    });
    let imported = emulator.run(&project, &["import", "--out=old.yaml"]).exits(0);
    assert!(imported.stderr.contains("2 declared."), "{}", imported.stderr);
    assert_eq!(rules(&project.run(&["validate", "old.yaml"]).exits(0)), ["warning LF-not-yet-valid"]);
    let plan = emulator.run(&project, &["plan", "old.yaml"]).exits(0);
    assert!(plan.stdout.contains("2 unchanged"), "{}", plan.stdout);
}

/// A letter of an emulator, like another.
fn registered(like: &Value, id: usize, name: &str, validity: &str) -> Value {
    let mut letter = like.clone();
    letter["id"] = id.into();
    letter["name"] = name.into();
    letter["validity"] = validity.into();
    letter
}

/// Letters with something to warn of: one of them exists.
fn with_warnings() -> Project {
    let project = Project::with_letters(&["有"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    project.declare(&[letter("有"), letter("新").until("2031-12-31").signing(&["Cainiao"])]);
    project
}

const WARNINGS: [&str; 3] = [
    "the letter is valid for more than three years (letters.yaml:14:15) [LF-validity-long]",
    "the signature consists of letters only (letters.yaml:15:18) [LF-signature-letters-only]",
    "the letters `新` and `有` show the same picture (letters.yaml:16:11) [LF-picture-shared]",
];

#[test]
fn every_warning_about_a_letter_to_create_stands_beside_it() {
    let project = with_warnings();
    let plan = project.sandbox(&["plan", "letters.yaml"]).exits(0);
    let beside = plan.stdout.split("+ 新").nth(1).unwrap().split("\n\n").next().unwrap();
    for warning in WARNINGS {
        assert!(beside.contains(&format!("warning: {warning}")), "{warning}: {}", plan.stdout);
    }
    assert!(!plan.stderr.contains("letterform validate"), "{}", plan.stderr);
    let comment = project.sandbox(&["plan", "letters.yaml", "--format=markdown"]).exits(0).stdout;
    let row = comment.lines().find(|line| line.contains("<b>新</b>")).unwrap();
    assert_eq!(row.matches("<b>Warning:</b>").count(), 3, "{row}");
    let json = project.sandbox(&["plan", "letters.yaml", "--format=json"]).exits(0).json();
    let codes: Vec<_> =
        json["warnings"].as_array().unwrap().iter().map(|warning| (&warning["code"], &warning["rule"])).collect();
    assert_eq!(codes[0], (&"declaration".into(), &"LF-validity-long".into()));
    assert_eq!(codes.len(), 3);
}

#[test]
fn the_question_repeats_the_warnings() {
    let project = with_warnings();
    let mut command = project.command(&["apply", "letters.yaml", "--sandbox"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"no\n").unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).exits(1);
    let (warnings, question) = run.stderr.split_once("Create 1 letter").unwrap();
    for warning in WARNINGS {
        assert!(warnings.contains(&format!("warning: 新: {warning}")), "{}", run.stderr);
    }
    assert!(question.contains("Nothing was created."), "{}", run.stderr);
}

#[test]
fn warnings_of_a_kind_in_numbers_are_one_line_with_a_count() {
    let project = Project::with_letters(&["新"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let (names, validity): (Vec<_>, _) =
        ((0..102).map(|index| format!("旧{index}")).collect(), "2024-01-01~2025-12-31");
    let emulator = Emulator::holding(&project, |letters| {
        let good = letters.remove(0);
        let expired = |name: &String| letter(name).valid(validity).uploaded(good["fileKey"].as_str().unwrap());
        project.declare(&names.iter().map(expired).collect::<Vec<_>>());
        letters.extend(names.iter().zip(1..).map(|(name, id)| registered(&good, id, name, validity)));
    });
    let plan = emulator.run(&project, &["plan", "letters.yaml"]).exits(0).stdout;
    let line = "warning: 102 letters have expired: 旧0, 旧1, 旧2 and 99 more [expired]";
    assert_eq!(plan.lines().filter(|line| line.starts_with("warning:")).collect::<Vec<_>>(), [line]);
    let comment = emulator.run(&project, &["plan", "letters.yaml", "--format=markdown"]).exits(0).stdout;
    assert!(comment.contains("- 102 letters have expired: "), "{comment}");
}

#[test]
fn a_successor_silences_the_end_of_its_predecessor_in_validate_as_in_plan() {
    let old = letter("甲").until("2026-12-31");
    let new = letter("甲2026").valid("2026-11-01~2028-12-31").uploaded("1/b.png");
    let ends = |run: &Run| run.stdout.contains("expires");
    for (letters, expected) in [(&[old.clone()][..], true), (&[old, new], false)] {
        let project = Project::with_letters(letters);
        let plan = project.sandbox(&["plan", "letters.yaml"]).exits(0);
        assert_eq!((ends(&project.run(&["validate"])), ends(&plan)), (expected, expected), "{}", plan.stdout);
    }
}

#[test]
fn validate_and_plan_agree_on_the_days_before_the_end() {
    let project = Project::new();
    for (until, expected) in [("2027-01-22", true), ("2027-01-23", true), ("2027-01-24", false)] {
        project.declare(&[letter("甲").until(until)]);
        let validate = project.run(&["validate"]).stdout.contains("LF-expires-soon");
        let plan = project.sandbox(&["plan", "letters.yaml"]).stdout.contains("[expires-soon]");
        assert_eq!((validate, plan), (expected, expected), "{until}");
    }
}
