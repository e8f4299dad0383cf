//! What is said of scans that a reviewer would send back at a glance, and where.

use crate::declarations::{account, letter, workspace};
use crate::papers::Paper;
use crate::project::Project;

fn copy() -> Vec<u8> {
    Paper { seal: false, ..Paper::default() }.png()
}

#[test]
fn a_copy_is_warned_of_with_what_to_do() {
    let project = Project::with_letters(&["委托"]).file("scan.png", copy());
    let run = project.run(&["validate", "--color=never"]).exits(0);
    insta::assert_snapshot!(run.stdout + &run.stderr);
}

#[test]
fn a_warning_of_a_scan_is_silenced_and_denied_as_any_other() {
    let project = Project::with_letters(&["委托"]).file("scan.png", copy());
    let denied = project.run(&["validate", "--deny=LF-scan-no-red"]).exits(1);
    assert!(denied.stderr.contains("LF-scan-no-red") || denied.stdout.contains("LF-scan-no-red"));
    let account = workspace(&[account("one").with("letters", ".")]);
    project.write("letterform.yaml", account + "settings: {lints: {LF-scan-no-red: off}}\n");
    let off = project.run(&["validate"]).exits(0);
    assert!(!format!("{}{}", off.stdout, off.stderr).contains("no red seal"), "{}{}", off.stdout, off.stderr);
    std::fs::remove_file(project.path().join("letterform.yaml")).unwrap();
    project.declare(&[letter("委托").scan("scan.png # letterform: allow LF-scan-no-red 红章在另一页")]);
    let run = project.run(&["validate", "--deny=warnings"]).exits(0);
    assert!(!format!("{}{}", run.stdout, run.stderr).contains("LF-scan-no-red"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_plan_warns_of_the_scans_of_letters_that_it_creates_and_of_no_others() {
    let project = Project::with_letters(&["甲委托"]).file("scan.png", copy());
    let plan = project.sandbox(&["plan", "--format=json"]).exits(0).json();
    let warning = plan["warnings"].as_array().unwrap().iter().find(|warning| warning["rule"] == "LF-scan-no-red");
    assert_eq!(warning.unwrap()["name"], "甲委托", "{plan}");
    let comment = project.sandbox(&["plan", "--format=markdown"]).exits(0).stdout;
    assert!(comment.contains("the scan shows no red seal"), "{comment}");
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    let after = project.sandbox(&["plan", "--format=json"]).exits(0).json();
    assert_eq!(after["summary"]["unchanged"], 1);
    assert!(!after.to_string().contains("LF-scan-no-red"), "{after}");
}

#[test]
fn what_was_measured_of_a_scan_is_logged() {
    let project = Project::with_letters(&["委托"]);
    let run = project.run(&["validate", "-vv", "--log-format=json"]).exits(0);
    let lines = run.stderr.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let looks: Vec<_> = lines.filter(|line| line["fields"]["balance"].is_number()).collect();
    assert_eq!(looks.len(), 1, "{}", run.stderr);
    assert_eq!(looks[0]["fields"]["width"], 680);
}
