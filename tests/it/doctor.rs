//! What `doctor` says of machines in order and out of order, and accounts whose roles are taken.

use serde_json::Value;

use crate::declarations::{self, Account, account};
use crate::project::{Emulator, Project, Run};

const ACCOUNT: &str = "1234567890123456";
const KEY: &str = "--access-key=letterform-emulator:letterform-emulator-secret@1234567890123456";

/// Each check with its verdict.
fn verdicts(run: &Run) -> Vec<(String, String)> {
    let document = run.json();
    let checks = document["examinations"][0]["checks"].as_array().unwrap().clone();
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    checks.iter().map(|check| (text(check, "check"), text(check, "verdict"))).collect()
}

/// The checks that did not end well.
fn troubles(run: &Run) -> Vec<(String, String)> {
    verdicts(run).into_iter().filter(|(_, verdict)| verdict != "ok").collect()
}

fn trouble(check: &str, verdict: &str) -> (String, String) {
    (check.to_owned(), verdict.to_owned())
}

#[test]
fn a_machine_in_order_has_ticks_alone_and_no_secret_is_shown() {
    let project = Project::with_letters(&["甲委托"]);
    let emulator = Emulator::with(&project, &[KEY]);
    let run = emulator.run(&project, &["doctor"]).exits(0);
    for part in [
        "✓ declarations  1 letter in 1 file\n                  1 scan, 5 KiB, can be read",
        ", and its policy allows the scan\n",
        "✓ credentials   AccessKey lett****ator from environment variables",
        "✓ clock         ",
        "✓ signature     accepted",
        "acs:ram::1234567890123456:root (Account, account 1234567890123456)",
        "✓ permission    may ask for letters (0 exist)",
        "Everything is ready",
    ] {
        assert!(run.stdout.contains(part), "{part} is not in:\n{}", run.stdout);
    }
    assert!(!run.stdout.contains(Emulator::KEY.1));
    let json = emulator.run(&project, &["doctor", "--format=json"]).exits(0);
    assert_eq!((troubles(&json), &json.json()["healthy"]), (vec![], &Value::Bool(true)));
    assert_eq!(verdicts(&json).len(), 9);
}

#[test]
fn each_trouble_has_its_cross_and_says_what_to_do() {
    let project = Project::with_letters(&["甲委托"]);
    let doctor = ["doctor", "--format=json"];
    let refused = Emulator::with(&project, &[KEY, "--fault=query code=isp.RAM_PERMISSION_DENY"]);
    let run = refused.run(&project, &doctor).exits(1);
    assert_eq!(troubles(&run), [trouble("permission", "failed")]);
    assert!(run.stdout.contains("dysms:QuerySmsAuthorizationLetter") && run.stdout.contains("requestId"));

    let emulator = Emulator::with(&project, &[KEY]);
    let mut wrong = emulator.command(&project, &doctor);
    let run = Run::of(wrong.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush").output().unwrap()).exits(1);
    let skipped = [trouble("caller", "skipped"), trouble("permission", "skipped"), trouble("upload", "skipped")];
    assert_eq!(troubles(&run), [&[trouble("signature", "failed")], &skipped[..]].concat());
    assert!(run.stdout.contains("does not belong to the AccessKey id") && !run.stdout.contains("hush"));

    let mut late = emulator.command(&project, &doctor);
    let run = Run::of(late.env("LETTERFORM_NOW", "2026-11-24T05:00:00Z").output().unwrap()).exits(1);
    assert_eq!(troubles(&run)[0], trouble("clock", "failed"));
    assert!(run.stdout.contains("s ahead of the service's"), "{}", run.stdout);

    let mut nobody = emulator.command(&project, &doctor);
    nobody.env_remove("ALIBABA_CLOUD_ACCESS_KEY_ID").env_remove("ALIBABA_CLOUD_ACCESS_KEY_SECRET");
    let run = Run::of(nobody.output().unwrap()).exits(1);
    assert_eq!(troubles(&run)[0], trouble("credentials", "failed"));
    assert!(run.stdout.contains(".aliyun/config.json: no such file"), "{}", run.stdout);

    // Port 1 of this machine answers nobody.
    let gone = Project::with_letters(&["甲委托"]);
    let run = Run::of(gone.asking("http://127.0.0.1:1", &doctor).output().unwrap()).exits(1);
    assert_eq!(troubles(&run)[0], trouble("reachable", "failed"));

    project.write("letters.yaml", "version: 2\n");
    let run = emulator.run(&project, &doctor).exits(1);
    assert_eq!(troubles(&run), [trouble("declarations", "failed")]);
}

/// What only `apply` needs is no obstacle to a plan.
#[test]
fn an_upload_that_is_refused_is_a_warning() {
    let project = Project::with_letters(&["甲委托"]);
    let emulator = Emulator::with(&project, &[KEY, "--fault=oss-info code=isp.RAM_PERMISSION_DENY"]);
    let run = emulator.run(&project, &["doctor", "--format=json"]).exits(0);
    assert_eq!(troubles(&run), [trouble("upload", "warning")]);
    assert!(run.stdout.contains("dysms:GetQualificationOssInfo"), "{}", run.stdout);
}

#[test]
fn a_policy_that_allows_no_scan_is_a_warning_that_quotes_it() {
    let project = Project::with_letters(&["甲委托"]);
    let policy = r#"--upload-policy=[["content-length-range",0,10]]"#;
    let emulator = Emulator::with(&project, &[KEY, policy]);
    let run = emulator.run(&project, &["doctor", "--format=json"]).exits(0);
    assert_eq!(troubles(&run), [trouble("upload", "warning")]);
    assert!(run.stdout.contains("content-length-range"), "{}", run.stdout);
}

/// A workspace with one account.
fn workspace(account: Account) -> Project {
    Project::new().file("letterform.yaml", declarations::workspace(&[account])).folder("shop", &["甲委托"])
}

/// An account whose letters are worked on with this role.
fn with_role() -> Account {
    account("shop").with("role", &format!("'acs:ram::{ACCOUNT}:role/letterform'"))
}

#[test]
fn the_role_of_an_account_is_taken_and_its_letters_are_those_of_the_roles_account() {
    let project = workspace(with_role().with("id", ACCOUNT));
    let other = format!("--access-key=shop-owner:unused@{ACCOUNT}");
    let emulator =
        Emulator::with(&project, &["--access-key=letterform-emulator:letterform-emulator-secret@ci", &other]);
    let doctor = emulator.run(&project, &["doctor"]).exits(0);
    assert!(doctor.stdout.contains("with the role acs:ram::1234567890123456:role/letterform"), "{}", doctor.stdout);
    assert!(doctor.stdout.contains("assumed-role/letterform/letterform (AssumedRoleUser"), "{}", doctor.stdout);
    let _ = emulator.run(&project, &["apply", "--auto-approve"]).exits(0);
    let mut owner = emulator.command(&project, &["plan", "shop", "--format=json", "--detailed-exitcode"]);
    owner.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "shop-owner").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "unused");
    assert_eq!(Run::of(owner.output().unwrap()).exits(0).json()["summary"]["unchanged"], 1);
}

#[test]
fn a_role_is_taken_with_the_token_of_a_ci_system() {
    let provider = format!("'acs:ram::{ACCOUNT}:oidc-provider/GitHub'");
    let project = workspace(with_role().with("oidcProvider", &provider));
    project.write("token", "e30.eyJzdWIiOiJyZXBvIn0.x\n");
    let emulator = Emulator::with(&project, &[KEY]);
    let mut command = emulator.command(&project, &["apply", "--auto-approve"]);
    command.env_remove("ALIBABA_CLOUD_ACCESS_KEY_ID").env_remove("ALIBABA_CLOUD_ACCESS_KEY_SECRET");
    let _ = Run::of(command.env("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "token").output().unwrap()).exits(0);
}

#[test]
fn nothing_is_asked_or_created_with_the_credentials_of_another_account() {
    let project = workspace(account("shop").with("id", "99"));
    let emulator = Emulator::with(&project, &[KEY]);
    for arguments in [&["apply", "--auto-approve"][..], &["plan", "--account=shop"]] {
        let run = emulator.run(&project, arguments).exits(1);
        assert!(run.stderr.contains("are of the account 1234567890123456"), "{}", run.stderr);
    }
    let doctor = emulator.run(&project, &["doctor", "--format=json"]).exits(1);
    assert_eq!(troubles(&doctor), [trouble("caller", "failed")]);
}
