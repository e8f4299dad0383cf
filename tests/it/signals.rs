//! Signals end every command, and an apply in order.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader, Read as _},
    os::unix::process::CommandExt as _,
    process::{Child, Command, Stdio},
};

use crate::declarations::letter;
use crate::project::{Emulator, Project, Run};

fn signal(child: &Child, name: &str) {
    let killed = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
}

/// A project whose declarations are a FIFO that nobody writes to.
fn stuck() -> Project {
    let project = Project::new();
    assert!(Command::new("mkfifo").arg(project.path().join("letters.yaml")).status().unwrap().success());
    project
}

/// Waits until the program has opened the FIFO: opening for writing blocks until then.
fn opened(project: &Project) -> std::fs::File {
    std::fs::File::options().write(true).open(project.path().join("letters.yaml")).unwrap()
}

#[test]
fn a_command_that_waits_for_a_file_ends_at_once() {
    for (name, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        for arguments in [
            &["validate", "letters.yaml"][..],
            &["plan", "letters.yaml", "--sandbox=sb"],
            &["list", "letters.yaml", "--sandbox=sb"],
            &["apply", "--auto-approve", "letters.yaml", "--sandbox=sb"],
            &["report", "letters.yaml", "--sandbox=sb"],
        ] {
            let project = stuck();
            let child = project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            let writer = opened(&project);
            signal(&child, name);
            let run = Run::of(child.wait_with_output().unwrap()).exits(status);
            drop(writer);
            assert!(run.stderr.contains(&format!("stopped by SIG{name}")), "{arguments:?}: {}", run.stderr);
        }
    }
}

#[test]
fn a_query_ends_at_the_first_signal() {
    let project = Project::with_letters(&["甲"]);
    let emulator = Emulator::start(&project, &["query delay=600000"]);
    for arguments in [&["plan"][..], &["list"], &["show", "甲"], &["report"], &["import"], &["apply", "--auto-approve"]]
    {
        let mut command = emulator.command(&project, &[arguments, &["-vv"]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        // The query is sent right after this.
        while !line.contains("connected to") {
            line.clear();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "{arguments:?}");
        }
        signal(&child, "INT");
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{arguments:?}: {rest}");
    }
}

#[test]
fn an_apply_finishes_what_is_under_way_when_its_terminal_is_closed() {
    // So many that the signal comes before the last one on the busiest machine.
    let letters: Vec<_> = (0..200).map(|number| letter(&format!("委托{number}"))).collect();
    let project = Project::with_letters(&letters);
    let emulator = Emulator::start(&project, &["create delay=100"]);
    for name in ["HUP", "TERM"] {
        let arguments = ["apply", "--auto-approve", "--parallelism=1", "--format=json", "--journal=journal"];
        let mut child = emulator.spawn(&project, &arguments);
        let mut progress = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.starts_with("[1/") {
            line.clear();
            assert_ne!(progress.read_line(&mut line).unwrap(), 0);
        }
        signal(&child, name);
        let run = Run::of(child.wait_with_output().unwrap()).exits(1);
        let journal = project.read("journal");
        let count = |what: &str| journal.matches(what).count();
        assert_eq!(count("\"event\":\"began\""), count("\"event\":\"settled\""), "{journal}");
        assert!(run.json()["summary"]["skipped"].as_u64().unwrap() > 0, "{}", run.stdout);
    }
}

#[test]
fn an_apply_under_nohup_survives_its_terminal() {
    let project = Project::with_letters(&["甲", "乙", "丙"]);
    let emulator = Emulator::start(&project, &["create delay=100"]);
    let apply = emulator.command(&project, &["apply", "--auto-approve", "--parallelism=1"]);
    let mut command = Command::new("sh");
    command.args(["-c", r#"trap '' HUP; exec "$0" "$@""#]).arg(apply.get_program()).args(apply.get_args());
    command
        .current_dir(project.path())
        .env_clear()
        .envs(apply.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut child = command.process_group(0).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    progress.read_line(&mut line).unwrap();
    signal(&child, "HUP");
    let mut rest = String::new();
    progress.read_to_string(&mut rest).unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).exits(0);
    assert!(run.stdout.contains("3 created"), "{}{rest}", run.stdout);
}
