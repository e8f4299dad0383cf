//! A saved plan belongs to the account and the endpoint that were asked.

use crate::project::{Emulator, Project};

const KEYS: [&str; 2] = [
    "--access-key=LTAIaaaaaaaaaaaa:secretAsecretA@1111111111111111",
    "--access-key=LTAIbbbbbbbbbbbb:secretBsecretB@2222222222222222",
];

#[test]
fn a_saved_plan_is_stale_for_the_credentials_of_another_account() {
    let project = Project::with_letters(&["委托"]);
    let emulator = Emulator::with(&project, &KEYS);
    let run = |key: &str, secret: &str, arguments: &[&str]| {
        let mut command = emulator.command(&project, arguments);
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", key).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret);
        crate::project::Run::of(command.output().unwrap())
    };
    let planned = run("LTAIaaaaaaaaaaaa", "secretAsecretA", &["plan", "--out=plan.json"]).exits(0);
    assert!(planned.stdout.contains("(account 1111111111111111)"), "{}", planned.stdout);
    assert!(planned.stderr.contains("--endpoint=http://127.0.0.1:"), "{}", planned.stderr);
    let apply = ["apply", "--plan=plan.json", "--auto-approve"];
    let other = run("LTAIbbbbbbbbbbbb", "secretBsecretB", &apply).exits(1);
    assert!(other.stderr.contains("it was made for the account 1111111111111111"), "{}", other.stderr);
    let _ = run("LTAIaaaaaaaaaaaa", "secretAsecretA", &apply).exits(0);
    let nothing = run("LTAIaaaaaaaaaaaa", "secretAsecretA", &["plan", "--out=plan.json"]).exits(0);
    assert!(!nothing.stderr.contains("apply --plan"), "{}", nothing.stderr);
}

#[test]
fn the_endpoint_of_a_saved_plan_is_compared_before_credentials_are_looked_for() {
    let project = Project::with_letters(&["委托"]);
    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(0);
    let stale = project.run(&["apply", "--plan=plan.json", "--auto-approve"]).exits(1);
    assert!(stale.stderr.contains("sandbox:") && !stale.stderr.contains("credentials"), "{}", stale.stderr);
}
