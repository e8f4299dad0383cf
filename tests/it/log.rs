//! What the log tells somebody who looks into a job: each request with its RequestId and how long
//! it took, what was tried again, and for which letter and account.
use serde_json::Value;

use crate::declarations::{account, workspace};
use crate::project::{Emulator, Project, Run};

/// The lines of a log in JSON, and nothing else on standard error that is JSON.
fn lines(run: &Run) -> Vec<Value> {
    run.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[test]
fn each_request_is_told_with_its_id_its_duration_and_its_letter() {
    let project = Project::with_letters(&["甲委托"]);
    let emulator = Emulator::start(&project, &["query status=503 call=1"]);
    let arguments = ["apply", "--auto-approve", "-v", "--log-format=json"];
    let run = emulator.run(&project, &arguments).exits(0);
    let lines = lines(&run);
    let requests: Vec<&Value> = lines.iter().filter(|line| line["fields"]["operation"].is_string()).collect();
    let told = |line: &Value| {
        let field = |name: &str| line["fields"][name].as_str().unwrap_or_default().to_owned();
        assert!(line["fields"]["milliseconds"].is_u64(), "{line}");
        assert!(
            line["fields"]["message"] == "to be tried again after a wait" || field("request_id").len() == 36,
            "{line}"
        );
        let letter = line["span"]["letter"].as_str().unwrap_or("-").to_owned();
        format!("{} {} {letter}", field("operation"), field("message"))
    };
    assert_eq!(
        requests.into_iter().map(told).collect::<Vec<_>>(),
        [
            "QuerySmsAuthorizationLetter failed -",
            "QuerySmsAuthorizationLetter to be tried again after a wait -",
            "QuerySmsAuthorizationLetter answered -",
            "GetQualificationOssInfo answered 甲委托",
            "PostObject answered 甲委托",
            "CreateSmsAuthorizationLetter answered 甲委托",
        ]
    );
}

#[test]
fn the_lines_of_accounts_are_told_apart() {
    let accounts = [account("retail"), account("旅行").with("letters", "travel")];
    let project = Project::new()
        .file("letterform.yaml", workspace(&accounts))
        .folder("retail", &["甲委托"])
        .folder("travel", &["乙委托"]);
    let emulator = Emulator::start(&project, &[]);
    let run = emulator.run(&project, &["plan", "-v", "--log-format=json"]).exits(0);
    let mut accounts: Vec<String> = lines(&run)
        .iter()
        .filter(|line| line["fields"]["operation"] == "QuerySmsAuthorizationLetter")
        .map(|line| line["span"]["account"].as_str().unwrap_or_default().to_owned())
        .collect();
    accounts.sort();
    assert_eq!(accounts, ["retail", "旅行"]);
}

#[test]
fn the_log_is_silent_unless_it_is_asked_for_and_on_standard_error_alone() {
    let project = Project::with_letters(&["甲委托"]);
    let quiet = project.sandbox(&["plan", "--format=json"]).exits(0);
    assert_eq!(quiet.stderr, "");
    let loud = project.sandbox(&["plan", "--format=json", "-vv"]).exits(0);
    assert_eq!((&loud.stdout, loud.stderr.contains("DEBUG")), (&quiet.stdout, true));
    let mut command = project.command(&["plan", "--format=json", "--sandbox"]);
    let asked = Run::of(command.env("RUST_LOG", "letterform=debug").output().unwrap());
    assert_eq!((&asked.stdout, asked.stderr.contains("request_id=")), (&quiet.stdout, true));
}
