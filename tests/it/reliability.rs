//! Whatever happens to a run, each declared letter ends as exactly one letter. Over the built
//! program and its emulator.
#![cfg(unix)]
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, ChildStderr},
};

use crate::project::{Emulator, Project};

fn run_of(emulator: &Emulator, project: &Project, arguments: &[&str]) -> (i32, String) {
    finished(emulator.spawn(project, arguments))
}

/// How a run ended, and its standard output.
fn finished(child: Child) -> (i32, String) {
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8(output.stdout).unwrap())
}

fn project(letters: usize) -> Project {
    let names: Vec<String> = (0..letters).map(|i| format!("委托{i}号")).collect();
    Project::with_letters(&names.iter().map(String::as_str).collect::<Vec<_>>())
}

fn summary(report: &str) -> serde_json::Value {
    serde_json::from_str::<serde_json::Value>(report).unwrap()["summary"].clone()
}

/// Waits until the run has said that a letter was created.
fn wait_for_a_letter(stderr: &mut BufReader<ChildStderr>) {
    let mut line = String::new();
    while !line.contains("created") {
        line.clear();
        assert_ne!(stderr.read_line(&mut line).unwrap(), 0, "it ended before a letter was created");
    }
}

fn signal(child: &Child, name: &str) {
    let status = std::process::Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

const APPLY: [&str; 3] = ["apply", "--auto-approve", "--format=json"];

#[test]
fn lost_answers_and_failures_double_nothing_and_lose_nothing() {
    let project = project(40);
    let faults = [
        "create cut-after p=0.2 seed=1",
        "create cut p=0.1 seed=2",
        "create status-after=500 p=0.1 seed=3",
        "query status=503 p=0.2 seed=4",
        "upload cut-after call=1",
    ];
    let emulator = Emulator::start(&project, &faults);
    let (status, report) = run_of(&emulator, &project, &APPLY);
    assert_eq!((status, &summary(&report)["created"]), (0, &40.into()), "{report}");
    assert_eq!(run_of(&emulator, &project, &["plan", "--detailed-exitcode"]).0, 0);
}

#[test]
fn two_applies_at_once_create_each_letter_once_and_both_succeed() {
    let project = project(60);
    let emulator = Emulator::start(&project, &[]);
    let runs = [emulator.spawn(&project, &APPLY), emulator.spawn(&project, &APPLY)].map(finished);
    let count =
        |outcome: &str| -> u64 { runs.iter().map(|(_, report)| summary(report)[outcome].as_u64().unwrap()).sum() };
    assert_eq!(runs.iter().map(|(status, _)| *status).collect::<Vec<_>>(), [0, 0]);
    assert_eq!((count("created"), count("unchanged")), (60, 60));
    let (_, plan) = run_of(&emulator, &project, &["plan", "--format=json"]);
    assert_eq!(summary(&plan), serde_json::json!({"create": 0, "unchanged": 60, "conflict": 0, "unmanaged": 0}));
}

#[test]
fn a_killed_run_is_taken_up_by_the_next() {
    let project = project(60);
    let emulator = Emulator::start(&project, &["create delay=20"]);
    let mut first = emulator.spawn(&project, &APPLY);
    wait_for_a_letter(&mut BufReader::new(first.stderr.take().unwrap()));
    first.kill().unwrap();
    first.wait().unwrap();
    let (status, report) = run_of(&emulator, &project, &APPLY);
    let summary = summary(&report);
    assert_eq!((status, &summary["failed"]), (0, &0.into()));
    assert_eq!(summary["created"].as_u64().unwrap() + summary["unchanged"].as_u64().unwrap(), 60);
    assert!(summary["unchanged"].as_u64().unwrap() > 0);
}

#[test]
fn the_first_signal_begins_nothing_new_and_the_report_is_true() {
    for name in ["INT", "TERM"] {
        let project = project(60);
        let emulator = Emulator::start(&project, &["create delay=20"]);
        let mut run = emulator.spawn(&project, &APPLY);
        let mut stderr = BufReader::new(run.stderr.take().unwrap());
        wait_for_a_letter(&mut stderr);
        signal(&run, name);
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        let (status, report) = finished(run);
        let report = summary(&report);
        assert_eq!((status, &report["failed"]), (1, &0.into()), "{rest}");
        assert!(report["skipped"].as_u64().unwrap() > 0, "{report}");
        let (_, plan) = run_of(&emulator, &project, &["plan", "--format=json"]);
        assert_eq!(summary(&plan)["unchanged"], report["created"]);
    }
}

#[test]
fn a_limited_service_is_waited_for() {
    let project = project(60);
    let emulator = Emulator::start(&project, &["create rate=40"]);
    let (status, report) = run_of(&emulator, &project, &APPLY);
    assert_eq!((status, &summary(&report)["created"]), (0, &60.into()));
}

#[test]
fn a_journal_has_every_request_and_no_secret() {
    let project = project(3);
    let emulator = Emulator::start(&project, &["create cut-after call=2"]);
    assert_eq!(run_of(&emulator, &project, &[&APPLY[..], &["--journal=journal.jsonl"]].concat()).0, 0);
    let journal = project.read("journal.jsonl");
    let lines: Vec<serde_json::Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let creates = lines.iter().filter(|line| line["operation"] == "CreateSmsAuthorizationLetter");
    assert_eq!(creates.count(), 3, "{journal}");
    assert!(!journal.contains(Emulator::KEY.1), "{journal}");
}

#[test]
fn a_create_whose_answer_is_not_documented_is_looked_up() {
    for fault in ["code-after=isp.BUSY@200", "status-after=408,html", "status-after=499,html", "code-after=OK@400"] {
        let project = project(1);
        let emulator = Emulator::start(&project, &[&format!("create {fault} call=1")]);
        let (status, report) = run_of(&emulator, &project, &APPLY);
        let report: serde_json::Value = serde_json::from_str(&report).unwrap();
        assert_eq!((status, &report["letters"][0]["outcome"]), (0, &"created".into()), "{fault}: {report}");
        assert_eq!(report["letters"][0]["confirmedBy"], "lookup", "{fault}");
    }
}

#[test]
fn a_refusal_of_the_caller_is_told_once_and_stops_the_run() {
    let project = project(40);
    let emulator = Emulator::start(&project, &["create code=isp.RAM_PERMISSION_DENY"]);
    let (status, text) = run_of(&emulator, &project, &["apply", "--auto-approve"]);
    assert_eq!(status, 1);
    assert_eq!(text.matches("allow dysms:CreateSmsAuthorizationLetter").count(), 1, "{text}");
    assert!(text.matches("  failed").count() <= 8 && text.contains("not begun"), "{text}");
    assert!(!text.contains("again"), "{text}");
}

#[test]
fn every_request_is_in_the_journal_once_with_its_own_id() {
    let project = project(3);
    let emulator = Emulator::start(&project, &["oss-info status=503 call=1"]);
    let (status, _) = run_of(&emulator, &project, &["apply", "--auto-approve", "--journal=journal.jsonl"]);
    assert_eq!(status, 0);
    let journal = project.read("journal.jsonl");
    let lines: Vec<serde_json::Value> = journal.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |operation: &str| {
        lines.iter().filter(|line| line["event"] == "request" && line["operation"] == operation).count()
    };
    assert_eq!(of("GetQualificationOssInfo"), 2, "{journal}");
    assert_eq!((of("PostObject"), of("CreateSmsAuthorizationLetter"), of("QuerySmsAuthorizationLetter")), (1, 3, 1));
    let ids: std::collections::HashSet<&str> = lines.iter().filter_map(|line| line["requestId"].as_str()).collect();
    assert_eq!(ids.len(), lines.iter().filter(|line| line["requestId"].is_string()).count(), "{journal}");
}
