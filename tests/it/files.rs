//! What options name is written into, and never replaced by something else.
#![cfg(unix)]

use std::{
    fs::{self, File},
    io::Read as _,
    os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, symlink},
    process::{Command, Stdio},
};

use crate::project::{Project, Run};

fn project() -> Project {
    Project::with_letters(&["甲"])
}

fn fifo(project: &Project, name: &str) {
    assert!(Command::new("mkfifo").arg(project.path().join(name)).status().unwrap().success());
}

/// The program with its arguments for a shell in the project's folder.
fn shell(project: &Project, script: &str) -> Run {
    let program = assert_cmd::cargo::cargo_bin!("letterform").display().to_string();
    let base = project.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(project.path()).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Run::of(command.env("L", program).stdin(Stdio::null()).output().unwrap())
}

#[test]
fn a_link_is_followed_and_a_file_keeps_its_mode() {
    let project = project().file("target", "old");
    let target = project.path().join("target");
    fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).unwrap();
    symlink("target", project.path().join("link")).unwrap();
    symlink("nowhere-yet", project.path().join("dangling")).unwrap();
    for out in ["link", "dangling"] {
        let _ = project.sandbox(&["plan", "--out", out, "letters.yaml"]).exits(0);
        assert!(fs::symlink_metadata(project.path().join(out)).unwrap().is_symlink(), "{out}");
    }
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(fs::read_to_string(&target).unwrap().contains("formatVersion"));
    assert!(project.read("nowhere-yet").contains("formatVersion"));
}

#[test]
fn hard_links_stay_one_file() {
    let project = project().file("one", "x".repeat(100_000));
    fs::hard_link(project.path().join("one"), project.path().join("other")).unwrap();
    let _ = project.sandbox(&["plan", "--out", "one", "letters.yaml"]).exits(0);
    let text = project.read("other");
    assert!(text.contains("formatVersion") && text.ends_with("}\n"), "{text}");
}

#[test]
fn a_renewed_file_keeps_its_link_and_its_mode() {
    let project = Project::new().letters("real.yaml", &["甲"]);
    let real = project.path().join("real.yaml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.yaml", project.path().join("letters.yaml")).unwrap();
    let _ = project.run(&["renew", "甲", "--until", "2031-12-31", "letters.yaml"]).exits(0);
    assert!(fs::symlink_metadata(project.path().join("letters.yaml")).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().mode() & 0o777, 0o640);
    assert_eq!(fs::read_to_string(&real).unwrap().matches("- name:").count(), 2);
}

#[test]
fn a_fifo_is_written_into() {
    let project = project();
    fifo(&project, "fifo");
    let path = project.path().join("fifo");
    let reader = std::thread::spawn({
        let path = path.clone();
        move || {
            let mut text = String::new();
            File::open(path).unwrap().read_to_string(&mut text).unwrap();
            text
        }
    });
    let _ = project.sandbox(&["plan", "--out", "fifo", "letters.yaml"]).exits(0);
    assert!(reader.join().unwrap().contains("formatVersion"));
    assert!(fs::symlink_metadata(path).unwrap().file_type().is_fifo());
}

#[test]
fn a_journal_that_can_not_be_opened_leaves_the_sandbox_closed() {
    let project = project();
    let run = project.sandbox(&["apply", "--auto-approve", "--journal=.", "letters.yaml"]).exits(1);
    assert!(run.stderr.contains("can't write the journal ."), "{}", run.stderr);
    assert!(!project.path().join(".letterform").exists(), "the sandbox was opened, and nobody closed it");
}

#[test]
fn a_device_is_not_replaced() {
    let run = project().sandbox(&["plan", "--out", "/dev/full", "letters.yaml"]).exits(1);
    assert!(run.stderr.contains("/dev/full"), "{}", run.stderr);
    assert!(fs::metadata("/dev/full").unwrap().file_type().is_char_device());
}

#[test]
fn standard_output_is_written_into_under_each_of_its_names() {
    let project = project();
    for out in ["-", "/dev/stdout", "/dev/fd/1"] {
        let run = project.sandbox(&["report", "--out", out, "letters.yaml"]).exits(0);
        assert!(run.stdout.starts_with("<!DOCTYPE html>"), "{out}");
    }
    let run =
        shell(&project, r#""$L" report --out /dev/stdout letters.yaml --sandbox >page; head -c 15 page"#).exits(0);
    assert_eq!(run.stdout, "<!DOCTYPE html>");
    let plan = project.sandbox(&["plan", "--out=-", "letters.yaml"]).exits(0);
    assert_eq!(plan.json()["summary"]["create"], 1, "the readable plan stands on standard error");
    assert!(plan.stderr.contains("1 to create"), "{}", plan.stderr);
    let import = project.sandbox(&["import", "--out", "-"]).exits(0);
    assert!(import.stdout.contains("version: 1"), "{}", import.stdout);
}

#[test]
fn a_read_only_file_is_refused() {
    let project = project().file("plan.json", "old");
    let path = project.path().join("plan.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    let run = project.sandbox(&["plan", "--out", "plan.json", "letters.yaml"]).exits(1);
    assert!(run.stderr.contains("read-only"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(path).unwrap(), "old");
}

#[test]
fn a_file_that_can_not_be_written_whole_is_left_as_it_was() {
    let project = project().file("plan.json", "old").letters("letters.yaml", &["甲", "乙", "丙", "丁", "戊"]);
    // A file may have no more than a kilobyte: the plan is longer.
    let script = r#""$L" import --out warm --sandbox 2>/dev/null; trap '' XFSZ; ulimit -f 1; exec "$L" plan --out plan.json letters.yaml --endpoint "$URL""#;
    let emulator = crate::project::Emulator::start(&project, &[]);
    let (id, secret) = crate::project::Emulator::KEY;
    let script = format!(
        "URL={} ALIBABA_CLOUD_ACCESS_KEY_ID={id} ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}; export URL \
         ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET; {script}",
        emulator.endpoint
    );
    let run = shell(&project, &script);
    assert_eq!(run.status, 1, "{}", run.stderr);
    assert!(run.stderr.contains("can't write plan.json"), "{}", run.stderr);
    assert_eq!(project.read("plan.json"), "old");
}

#[test]
fn help_to_a_full_disk_is_not_a_success() {
    let project = project();
    for arguments in ["--help", "--version", "plan --help", "explain", "man", "completions bash"] {
        let run = shell(&project, &format!(r#""$L" {arguments} >/dev/full"#));
        assert_eq!(run.status, 1, "{arguments}: {}", run.stderr);
        assert!(run.stderr.contains("standard output"), "{arguments}: {}", run.stderr);
    }
}

#[test]
fn what_standard_error_does_not_take_is_dropped() {
    for redirection in ["2>/dev/full", "2>&-"] {
        let project = project();
        let apply =
            shell(&project, &format!(r#""$L" apply --auto-approve letters.yaml --sandbox {redirection}"#)).exits(0);
        assert!(apply.stdout.contains("1 created"), "{redirection}: {}", apply.stdout);
        for command in ["plan --out plan.json", "list", "report --out page.html", "import --out new.yaml --force"] {
            let paths = if command.starts_with("import") { "" } else { "letters.yaml" };
            let run = shell(&project, &format!(r#""$L" {command} {paths} --sandbox -vv {redirection}"#));
            assert_eq!(run.status, 0, "{command} {redirection}");
        }
        assert_eq!(shell(&project, &format!(r#""$L" plan nowhere {redirection}"#)).status, 1, "{redirection}");
    }
}

#[test]
fn five_renewals_at_once_leave_five_successors() {
    let names = ["甲授权书", "乙授权书", "丙授权书", "丁授权书", "戊授权书"];
    let project = Project::with_letters(&names);
    let file = project.path().join("letters.yaml");
    let hard = project.path().join("hard");
    fs::hard_link(&file, &hard).unwrap();
    let renew = |name: &&str| {
        let mut command = project.command(&["renew", name, "--until=2031-12-31", &format!("--name={name}2031")]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let running: Vec<_> = names.iter().map(renew).collect();
    for process in running {
        let _ = Run::of(process.wait_with_output().unwrap()).exits(0);
    }
    let text = fs::read_to_string(&file).unwrap();
    for name in names {
        assert!(text.contains(&format!("name: {name}2031")), "{name}: {text}");
    }
    assert_eq!(fs::read_to_string(&hard).unwrap(), text, "the hard link stays one");
}
