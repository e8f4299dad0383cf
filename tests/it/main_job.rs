//! The main job over the built program: declare, plan, apply, and nothing to do.

use std::io::Write as _;

use crate::declarations::{file, letter};
use crate::papers::paper;
use crate::project::{Project, Run};

/// What a person reads, with what differs from run to run made equal.
fn shown(run: &Run) -> String {
    let request_id = regex::Regex::new("[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}").unwrap();
    let text = format!("{}--- standard error\n{}", run.stdout, run.stderr);
    request_id.replace_all(&text, "<RequestId>").into_owned()
}

#[test]
fn a_comment_leads_with_what_is_created_and_links_each_letter_and_its_scan() {
    let project = Project::new().folder("sub", &["委托"]);
    let plan = |arguments: &[&str]| {
        let mut command = project.command(&[&["plan", "--sandbox", "--format=markdown"], arguments].concat());
        command.current_dir(project.path().join("sub")).env("GITHUB_WORKSPACE", project.path());
        command.env("GITHUB_SERVER_URL", "https://github.com").env("GITHUB_REPOSITORY", "example/letters");
        Run::of(command.env("GITHUB_SHA", "4ead").output().unwrap()).exits(0).stdout
    };
    let _ = project.run_in("sub", &["apply", "--sandbox", "--auto-approve"]).exits(0);
    let other = letter("新委托").authorizer("苏州听雨茶业有限公司").code("91320500MA1N8K3Q5C");
    project.write("sub/letters.yaml", file(&[letter("委托").until("2028-06-30"), other]));
    let comment = plan(&[]);
    let base = "https://github.com/example/letters/blob/4ead/sub";
    assert!(comment.contains(&format!("[sub/letters.yaml:10]({base}/letters.yaml#L10)")), "{comment}");
    assert!(comment.contains(&format!("scan [scan.png]({base}/scan.png)")), "{comment}");
    let place = format!("declared at <a href=\"{base}/letters.yaml#L3\">sub/letters.yaml:3</a>");
    assert!(comment.contains(&place), "{comment}");
    assert!(comment.find("### To create") < comment.find("### In conflict"), "{comment}");
    // Shorter, when somebody needs room for more.
    let many: Vec<_> = (0..200).map(|index| letter(&format!("委托{index}"))).collect();
    project.write("sub/letters.yaml", file(&many));
    let short = plan(&["--comment-limit=5000"]);
    assert!(short.encode_utf16().count() <= 5_000 && short.contains("**Shortened**"), "{short}");
}

#[test]
fn a_declared_letter_is_planned_created_and_then_there() {
    let project = Project::example("quickstart");
    let plan = project.sandbox(&["plan", "--detailed-exitcode"]).exits(2);
    insta::assert_snapshot!("plan_of_the_quickstart", shown(&plan));
    let apply = project.sandbox(&["apply", "--auto-approve", "--parallelism=1"]).exits(0);
    insta::assert_snapshot!("apply_of_the_quickstart", shown(&apply));
    let again = project.sandbox(&["plan", "--detailed-exitcode"]).exits(0);
    insta::assert_snapshot!("plan_with_nothing_to_do", shown(&again));
    let report = project.sandbox(&["apply", "--auto-approve", "--format=json"]).exits(0).json();
    assert_eq!((&report["summary"]["created"], &report["summary"]["unchanged"]), (&0.into(), &2.into()));
}

#[test]
fn both_signature_forms_are_accepted() {
    let project = Project::with_letters(&["委托"]);
    for form in ["v1", "v3"] {
        let _ = project.sandbox(&["apply", "--auto-approve", "--signature", form]).exits(0);
    }
}

#[test]
fn an_agency_with_several_files_is_applied_as_a_whole() {
    let project = Project::example("agency");
    let report = project.sandbox(&["apply", "--auto-approve", "--format=json"]).exits(0).json();
    assert_eq!(report["summary"]["created"], 4);
    let places: Vec<_> = report["letters"].as_array().unwrap().iter().map(|letter| &letter["source"]).collect();
    assert_eq!(places[0], &serde_json::json!({"file": "culture.letters.yaml", "line": 6}));
    assert_eq!(places[3], &serde_json::json!({"file": "transport.letters.yaml", "line": 16}));
    let _ = project.sandbox(&["plan", "--detailed-exitcode"]).exits(0);
}

#[test]
fn a_letter_with_other_content_is_a_conflict_and_stays_as_it_is() {
    let project = Project::with_letters(&["委托"]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    project.declare(&[letter("委托").signing(&["菜鸟裹裹", "菜鸟网络"]).until("2028-06-30"), letter("新委托")]);
    let plan = project.sandbox(&["plan", "--detailed-exitcode"]).exits(3);
    insta::assert_snapshot!("plan_with_a_conflict", shown(&plan));
    let _ = project.sandbox(&["plan"]).exits(0);
    let markdown = project.sandbox(&["plan", "--format=markdown"]).exits(0);
    insta::assert_snapshot!("plan_with_a_conflict_in_markdown", markdown.stdout);
    let report = project.sandbox(&["apply", "--auto-approve", "--format=json"]).exits(3).json();
    assert_eq!(
        report["summary"],
        serde_json::json!({"created": 1, "unchanged": 0, "conflict": 1, "failed": 0, "unknown": 0, "skipped": 0})
    );
}

#[test]
fn letters_that_are_not_declared_are_left_alone() {
    let project = Project::with_letters(&["甲委托", "乙委托"]);
    // One after the other, as the plan shows the id.
    let _ = project.sandbox(&["apply", "--auto-approve", "--parallelism=1"]).exits(0);
    let project = project.letters("letters.yaml", &["甲委托"]);
    let plan = project.sandbox(&["plan", "--detailed-exitcode"]).exits(0);
    insta::assert_snapshot!("plan_with_an_unmanaged_letter", shown(&plan));
}

#[test]
fn apply_asks_and_takes_nothing_but_yes() {
    let project = Project::with_letters(&["委托"]);
    for (answer, status) in [("no\n", 1), ("y\n", 1), ("", 1), ("yes\n", 0)] {
        let mut command = project.command(&["apply", "--sandbox"]);
        command
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(status), "{answer:?}");
    }
}

#[test]
fn a_plan_is_the_same_bytes_for_the_same_input() {
    let project = Project::example("agency");
    let plan = || project.sandbox(&["plan", "--format=json"]).exits(0).stdout;
    assert_eq!(plan(), plan());
}

#[test]
fn a_saved_plan_is_applied_and_nothing_else() {
    let project = Project::with_letters(&["甲委托"]);
    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(0);
    let project = project.letters("letters.yaml", &["甲委托", "乙委托"]);
    let report = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve", "--format=json"]).exits(0).json();
    assert_eq!(report["summary"]["created"], 1);
    let stale = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve"]).exits(1);
    assert!(stale.stderr.contains("stale") && stale.stderr.contains("甲委托"), "{}", stale.stderr);
}

#[test]
fn a_saved_plan_is_stale_once_a_scan_has_changed() {
    let project = Project::with_letters(&["甲委托"]);
    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(0);
    let mut other = paper().to_vec();
    other.push(0);
    let project = project.file("scan.png", other);
    let stale = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve"]).exits(1);
    assert!(stale.stderr.contains("scan.png has changed"), "{}", stale.stderr);
    let elsewhere = project.run(&["apply", "--plan=plan.json", "--auto-approve", "--sandbox=other"]).exits(1);
    assert!(elsewhere.stderr.contains("it was made for sandbox:.letterform/sandbox"), "{}", elsewhere.stderr);
}
