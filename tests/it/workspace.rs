//! Several accounts in one workspace, planned and applied by the built program.
use std::fs;

use crate::declarations::{self, Account, account};
use crate::papers::paper;
use crate::project::{Project, Run};
use serde_json::{Value, json};

fn retail() -> Account {
    account("retail").with("region", "cn-hangzhou")
}

fn travel() -> Account {
    account("旅行").with("letters", "[travel]")
}

/// An account whose folder is missing.
fn broken() -> Account {
    account("broken").with("letters", "nowhere")
}

/// A workspace with these accounts, of which `retail` has two letters and `旅行` has one.
fn workspace(accounts: &[Account]) -> Project {
    Project::new()
        .file("letterform.yaml", declarations::workspace(accounts))
        .folder("retail", &["甲委托", "乙委托"])
        .folder("travel", &["甲委托"])
}

/// Each account with the summary of its plan or report, or with the message of its failure.
fn accounts(document: &Value) -> Vec<(String, Value)> {
    let summary = |account: &Value| {
        let name = account["account"].as_str().unwrap().to_owned();
        let result = ["plan", "report", "error"].iter().find_map(|kind| account.get(kind)).unwrap();
        (name, result.get("summary").or(result.get("message")).unwrap().clone())
    };
    document["accounts"].as_array().unwrap().iter().map(summary).collect()
}

fn created(count: usize) -> Value {
    json!({"created": count, "unchanged": 0, "conflict": 0, "failed": 0, "unknown": 0, "skipped": 0})
}

#[test]
fn all_accounts_are_planned_and_applied_side_by_side_each_with_letters_of_its_own() {
    let project = workspace(&[retail(), travel()]);
    let plan = project.sandbox(&["plan", "--format=json", "--detailed-exitcode"]).exits(2).json();
    assert_eq!(plan["summary"], json!({"create": 3, "unchanged": 0, "conflict": 0, "unmanaged": 0}));
    assert_eq!(plan["accounts"][0]["plan"]["workspaceAccount"], "retail");
    let report = project.sandbox(&["apply", "--auto-approve", "--format=json"]).exits(0).json();
    assert_eq!(accounts(&report), [("retail".to_owned(), created(2)), ("旅行".to_owned(), created(1))]);
    let again = project.sandbox(&["plan", "--format=json", "--detailed-exitcode"]).exits(0).json();
    assert_eq!(again["summary"], json!({"create": 0, "unchanged": 3, "conflict": 0, "unmanaged": 0}));
    for (schema, document) in [("workspace-plan", &plan), ("workspace-report", &report)] {
        let schema: Value = project.run(&["schema", schema]).json();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(document), "{:?}", validator.iter_errors(document).next());
    }
}

#[test]
fn one_account_alone_has_the_forms_of_one() {
    let project = workspace(&[retail(), travel()]);
    let plan = project.sandbox(&["plan", "--account=旅行", "--format=json"]).exits(0).json();
    assert_eq!((&plan["workspaceAccount"], &plan["summary"]["create"]), (&json!("旅行"), &json!(1)));
    assert_eq!(plan["endpoint"], "sandbox:.letterform/sandbox/旅行");
    let _ = project.sandbox(&["apply", "--account=旅行", "--auto-approve"]).exits(0);
    let rest = project.sandbox(&["plan", "--format=json"]).exits(0).json();
    assert_eq!(rest["summary"], json!({"create": 2, "unchanged": 1, "conflict": 0, "unmanaged": 0}));
}

#[test]
fn a_single_account_needs_no_option_and_an_account_needs_a_workspace() {
    let project = workspace(&[retail()]);
    let _ = project.sandbox(&["apply", "--auto-approve"]).exits(0);
    assert!(project.sandbox(&["show", "甲委托"]).exits(0).stdout.contains("registered as declared"));
    let two = workspace(&[retail(), travel()]);
    let run = two.sandbox(&["show", "甲委托"]).exits(1);
    assert!(run.stderr.contains("--account NAME, one of retail, 旅行"), "{}", run.stderr);
    let none = Project::with_letters(&["甲委托"]);
    let run = none.sandbox(&["plan", "--account=retail"]).exits(1);
    assert!(run.stderr.contains("no workspace file letterform.yaml"), "{}", run.stderr);
}

#[test]
fn the_failure_of_one_account_leaves_the_others_alone() {
    let project = workspace(&[retail(), broken(), travel()]);
    let plan = project.sandbox(&["plan", "--format=json", "--out=plan.json"]).exits(1);
    assert!(plan.stderr.contains("Account broken") && plan.stderr.contains("LF-path-missing"), "{}", plan.stderr);
    let applied = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve", "--format=json"]).exits(1).json();
    let [first, second, third] = &accounts(&applied)[..] else { panic!("three accounts") };
    assert_eq!((&first.1, &third.1), (&created(2), &created(1)));
    assert!(second.1.as_str().unwrap().contains("was not planned"), "{second:?}");
    let markdown = project.sandbox(&["plan", "--format=markdown"]).exits(1).stdout;
    assert!(markdown.contains("### Accounts that failed") && markdown.contains("## 旅行"), "{markdown}");
}

#[test]
fn a_failure_is_told_once() {
    let project = workspace(&[retail(), broken(), travel()]);
    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(1);
    for arguments in [
        &["plan"][..],
        &["apply", "--auto-approve"],
        &["apply", "--auto-approve", "--format=json"],
        &["apply", "--plan=plan.json", "--auto-approve"],
        &["list"],
        &["list", "--format=csv"],
        &["report", "--out=page.html"],
        &["status", "--wait"],
    ] {
        let run = project.sandbox(arguments).exits(1);
        let shown = if arguments.contains(&"--format=json") { String::new() } else { run.stdout.clone() };
        let told = format!("{}{shown}", run.stderr);
        let telling = ["LF-path-missing", "the declarations have 1 error"];
        let count: usize = telling.iter().map(|text| told.matches(text).count()).sum();
        assert_eq!(count, 1, "{arguments:?}: {told}");
    }
    let plan = project.sandbox(&["plan"]).exits(1).stdout;
    assert!(plan.contains("Account broken\nfailed: see the error on standard error\n"), "{plan}");
}

#[test]
fn a_failure_that_accounts_share_is_told_in_full_once() {
    let project = workspace(&[retail(), travel()]);
    let run = project.run(&["plan"]).exits(1);
    assert_eq!(run.stderr.matches("looked in this order").count(), 1, "{}", run.stderr);
    assert_eq!(run.stderr.matches("error: the same as for the account").count(), 1, "{}", run.stderr);
}

#[test]
fn the_workspace_file_is_found_in_a_folder_above() {
    let project = workspace(&[retail(), travel()]);
    let planned = project.run_in("retail", &["plan", "--sandbox", "--out=plan.json"]).exits(0);
    assert!(planned.stdout.contains("../retail/letters.yaml:3"), "{}", planned.stdout);
    assert!(planned.stderr.contains("note: using the workspace file ../letterform.yaml\n"), "{}", planned.stderr);
    let applied = project.run_in("retail", &["apply", "--sandbox", "--plan=plan.json", "--auto-approve"]).exits(0);
    assert!(applied.stdout.contains("3 created"), "{}", applied.stdout);
    let quiet = project.run_in("retail", &["list", "-q", "--sandbox"]).exits(0);
    assert_eq!(quiet.stderr, "");
    // PATHs say where the letters are.
    let paths = project.run_in("retail", &["validate", "."]).exits(0);
    assert!(!paths.stderr.contains("workspace") && paths.stdout.contains("2 letters"), "{}", paths.stdout);
    // A repository of its own is no part of the workspace.
    fs::create_dir(project.path().join("retail/.git")).unwrap();
    let own = project.run_in("retail", &["validate"]).exits(0);
    assert!(own.stdout.contains("2 letters"), "{}", own.stdout);
    // Declarations that are in no account are not passed over in silence.
    let project = project.letters("other/letters.yaml", &["丁委托"]);
    let passed_over = project.run_in("other", &["validate"]).exits(1);
    assert!(passed_over.stdout.is_empty(), "{}", passed_over.stdout);
    assert!(passed_over.stderr.contains("letters.yaml is in no account of the workspace file ../letterform.yaml"));
    let missing = project.run_in("retail", &["plan", "--account=retail"]).exits(1);
    assert!(missing.stderr.contains("in the current folder or above it"), "{}", missing.stderr);
}

#[test]
fn a_saved_plan_opens_no_folder_but_that_of_its_workspace() {
    let project = workspace(&[retail()]).file("outside/letters.yaml", "").file("outside/scan.png", paper());
    project.write("in/letterform.yaml", declarations::workspace(&["retail"]));
    fs::rename(project.path().join("retail"), project.path().join("in/retail")).unwrap();
    let _ = project.run_in("in/retail", &["plan", "--sandbox", "--out=plan.json"]).exits(0);
    let plan = project.read("in/retail/plan.json");
    project.write("in/retail/plan.json", plan.replace("../retail/letters.yaml", "../../outside/letters.yaml"));
    let refused = project.run_in("in/retail", &["apply", "--sandbox", "--plan=plan.json", "--auto-approve"]).exits(1);
    assert!(refused.stderr.contains("../../outside/letters.yaml is outside"), "{}", refused.stderr);
}

#[test]
fn a_saved_plan_is_for_its_own_account() {
    let project = workspace(&[retail(), travel()]);
    let _ = project.sandbox(&["plan", "--account=retail", "--out=plan.json"]).exits(0);
    let other = project.sandbox(&["apply", "--plan=plan.json", "--account=旅行", "--auto-approve"]).exits(1);
    assert!(other.stderr.contains("the plan is for the account retail"), "{}", other.stderr);
    let _ = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve"]).exits(0);
    let list = project.sandbox(&["list", "--format=json"]).exits(0).json();
    let actions = |index: usize| list["accounts"][index]["inventory"]["letters"][0]["action"].clone();
    assert_eq!((actions(0), actions(1)), (json!("unchanged"), json!("create")));
    fs::remove_file(project.path().join("letterform.yaml")).unwrap();
    let lost = project.sandbox(&["apply", "--plan=plan.json", "--auto-approve"]).exits(1);
    assert!(lost.stderr.contains("letterform.yaml"), "{}", lost.stderr);
}

#[test]
fn one_account_of_the_plans_of_all_can_be_applied() {
    let project = workspace(&[retail(), travel()]);
    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(0);
    let some = project.sandbox(&["apply", "--plan=plan.json", "--account=旅行", "--auto-approve", "--format=json"]);
    assert_eq!(accounts(&some.exits(0).json()), [("旅行".to_owned(), created(1))]);
}

#[test]
fn accounts_are_listed_in_the_form_of_a_ci_matrix() {
    let printed = workspace(&[retail(), travel()]).run(&["accounts", "--format=json"]).exits(0);
    assert_eq!(printed.stdout.lines().count(), 1);
    let expected = json!({"include": [
        {"account": "retail", "region": "cn-hangzhou", "endpoint": "https://dysmsapi.aliyuncs.com", "letters": ["retail"]},
        {"account": "旅行", "endpoint": "https://dysmsapi.aliyuncs.com", "letters": ["travel"]},
    ]});
    assert_eq!(printed.json(), expected);
}

#[test]
fn settings_hold_for_every_account_and_the_command_line_outranks_them() {
    let project = workspace(&[retail(), travel()]);
    let settings = "settings: {expiringDays: 1000, lints: {LF-expires-soon: error, LF-same-content: off}}\n";
    project.write("letterform.yaml", project.read("letterform.yaml") + settings);
    let codes = |run: Run| -> usize { run.json()["diagnostics"].as_array().unwrap().len() };
    assert_eq!(codes(project.run(&["validate", "--format=json"]).exits(1)), 3);
    assert_eq!(codes(project.run(&["validate", "--format=json", "--expiring-days=10"]).exits(0)), 0);
    assert_eq!(codes(project.run(&["validate", "--format=json", "--account=旅行"]).exits(1)), 1);
}

#[test]
fn a_mistake_in_the_workspace_file_is_shown_at_its_place_in_every_form() {
    let project = workspace(&[retail(), account("x").with("letters", "../up")]);
    let text = project.run(&["validate"]).exits(1).stdout;
    assert!(text.contains("LF-account-letters") && text.contains("letterform.yaml:4:"), "{text}");
    let json = project.run(&["validate", "--format=json"]).exits(1).json();
    assert_eq!(json["diagnostics"][0]["code"], "LF-account-letters");
    let plan = project.sandbox(&["plan"]).exits(1);
    assert!(plan.stderr.contains("letterform.yaml:4:") && plan.stdout.is_empty(), "{}", plan.stderr);
}

#[test]
fn what_contradicts_a_workspace_is_refused() {
    let project = workspace(&[retail(), travel()]);
    for (arguments, part) in [
        (&["plan", "--account=retail", "retail"][..], "give PATHs, or --workspace and --account"),
        (&["plan", "--account=nope"], "it has retail, 旅行"),
        (&["plan", "--profile=x"], "add --account NAME"),
        (&["show", "甲委托"], "--account NAME, one of retail, 旅行"),
        (&["import"], "--account NAME"),
        (&["plan", "--workspace=none.yaml"], "none.yaml"),
    ] {
        let run = project.run(arguments).exits(1);
        assert!(run.stderr.contains(part), "{arguments:?}: {}", run.stderr);
    }
    // PATHs say where the letters are: the workspace is no matter then.
    let plan = project.sandbox(&["plan", "retail", "--format=json"]).exits(0).json();
    assert_eq!((&plan["endpoint"], plan.get("workspaceAccount")), (&json!("sandbox:.letterform/sandbox"), None));
}

#[test]
fn the_journal_tells_the_account_of_each_line() {
    let project = workspace(&[retail(), travel()]);
    let _ = project.sandbox(&["apply", "--auto-approve", "--journal=journal.jsonl"]).exits(0);
    let journal = project.read("journal.jsonl");
    let lines: Vec<Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (account, letters) in [("retail", 2), ("旅行", 1)] {
        let settled = lines.iter().filter(|line| line["account"] == account && line["event"] == "settled");
        assert_eq!(settled.count(), letters, "{journal}");
    }
}

#[test]
fn the_page_has_a_section_for_each_account() {
    let project = workspace(&[retail(), broken(), travel()]);
    let run = project.sandbox(&["report", "--out=page.html", "--lang=zh"]).exits(1);
    assert!(run.stderr.contains("Wrote: 3 letters in page.html"), "{}", run.stderr);
    let page = project.read("page.html");
    for part in ["<html lang=\"zh-CN\">", "<strong>retail</strong>", "<strong>旅行</strong>", "无法查询该账号"]
    {
        assert!(page.contains(part), "{part}");
    }
    let one = project.sandbox(&["report", "--account=旅行"]).exits(0).stdout;
    assert!(one.starts_with("<!DOCTYPE html>") && !one.contains("乙委托"));
}
