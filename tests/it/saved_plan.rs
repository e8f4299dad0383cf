//! A saved plan belongs to the account and the endpoint that were asked.

use crate::project::{Emulator, Project, Run};

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
        Run::of(command.output().unwrap())
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

/// Saves a plan in the sandbox, changes it, and applies it.
fn applied_after(project: &Project, change: impl FnOnce(String) -> Vec<u8>) -> Run {
    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(0);
    let plan = project.read("plan.json");
    project.write("plan.json", change(plan));
    project.sandbox(&["apply", "--plan=plan.json", "--auto-approve"])
}

#[test]
fn a_plan_that_powershell_has_rewritten_is_applied() {
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let project = Project::with_letters(&["委托"]);
        let wide = |plan: String| format!("\u{feff}{plan}").encode_utf16().flat_map(unit).collect();
        assert!(applied_after(&project, wide).exits(0).stdout.contains("1 created"));
    }
    let project = Project::with_letters(&["委托"]);
    assert!(applied_after(&project, |plan| format!("\u{feff}{plan}").into()).exits(0).stdout.contains("1 created"));
}

#[test]
fn a_picture_format_that_contradicts_the_scan_makes_a_plan_stale() {
    let project = Project::with_letters(&["委托"]);
    let run = applied_after(&project, |plan| plan.replace("\"format\": \"png\"", "\"format\": \"gif\"").into());
    let run = run.exits(1);
    assert!(run.stderr.contains("scan.png is not of the format that the plan names"), "{}", run.stderr);
}

#[test]
fn a_plan_opens_no_folder_outside_the_current_one() {
    let project = Project::with_letters(&["委托"]).folder("inner", &["内"]);
    let _ = project.sandbox(&["plan", "--out=inner/plan.json", "letters.yaml"]).exits(0);
    let plan = project.read("inner/plan.json");
    project.write("inner/plan.json", plan.replace("\"letters.yaml\"", "\"../letters.yaml\""));
    let apply = ["apply", "--plan=plan.json", "--auto-approve", "--sandbox=../.letterform/sandbox"];
    let run = project.run_in("inner", &apply).exits(1);
    assert!(run.stderr.contains("../letters.yaml is outside the current folder"), "{}", run.stderr);
    let run = project.run_in("inner", &["plan", "--out=plan.json", "..", "--sandbox"]).exits(0);
    assert!(run.stderr.contains("it can't be applied: ../"), "{}", run.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_is_refused_by_every_command() {
    use std::os::unix::ffi::OsStrExt as _;
    let project = Project::new();
    let folder = project.path().join(std::ffi::OsStr::from_bytes(b"a\xB2\xCB"));
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("letters.yaml"), "version: 1\nletters: []\n").unwrap();
    for arguments in [&["validate"][..], &["plan", "--sandbox"], &["apply", "--auto-approve", "--sandbox"]] {
        let run = project.run(arguments).exits(1);
        let printed = format!("{}{}", run.stdout, run.stderr);
        assert!(printed.contains("is not valid UTF-8"), "{arguments:?}: {printed}");
    }
}
