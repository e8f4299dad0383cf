//! Bad input gets a clear error and changes nothing.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
};

use crate::declarations::{file, letter};
use crate::project::{Project, Run};

/// The error, once it is seen that planning and applying fail with it.
#[track_caller]
fn refused(project: &Project) -> String {
    let apply = project.sandbox(&["apply", "--auto-approve"]).exits(1);
    let plan = project.sandbox(&["plan"]).exits(1);
    assert_eq!(plan.stderr, apply.stderr);
    assert!(plan.stdout.is_empty() && apply.stdout.is_empty(), "{}", apply.stdout);
    assert!(!project.path().join(".letterform").exists(), "nothing was even asked");
    plan.stderr
}

#[test]
fn what_is_not_yaml_is_told_with_its_place() {
    let error = refused(&Project::new().file("letters.yaml", "version: 1\nletters: [\n"));
    assert!(error.contains("letters.yaml:"), "{error}");
}

#[test]
fn each_mistake_is_told_at_once_with_its_place() {
    let text = file(&[letter("委托").renamed("validity", "validty").signing(&["菜"])]);
    let error = refused(&Project::new().file("letters.yaml", text.replace("version: 1", "version: 2")));
    for expected in ["letters.yaml:1:10", "letters.yaml:7:", "letters.yaml:8:", "validity"] {
        assert!(error.contains(expected), "{expected} is not in:\n{error}");
    }
}

#[test]
fn a_name_in_two_files_points_at_both() {
    let project = Project::new().letters("a.letters.yaml", &["委托"]).letters("b/letters.yml", &["委托"]);
    let error = refused(&project);
    assert!(error.contains("a.letters.yaml:3") && error.contains("b/letters.yml:3"), "{error}");
}

#[test]
fn a_missing_scan_is_told() {
    let error = refused(&Project::with_letters(&[letter("委托").scan("none.png")]));
    assert!(error.contains("letters.yaml:9:") && error.contains("does not exist"), "{error}");
}

#[test]
fn nothing_found_says_what_was_looked_for() {
    let error = refused(&Project::new());
    assert!(error.contains("letters.yaml") && error.contains("*.letters.yaml"), "{error}");
}

#[test]
fn without_credentials_it_says_where_it_looked() {
    let run = Project::with_letters(&["委托"]).run(&["plan"]).exits(1);
    assert!(run.stdout.is_empty());
    for place in ["ALIBABA_CLOUD_ACCESS_KEY_ID", ".aliyun/config.json", ".alibabacloud/credentials"] {
        assert!(run.stderr.contains(place), "{place} is not in:\n{}", run.stderr);
    }
}

#[test]
fn plain_http_is_for_loopback_alone() {
    let run = Project::with_letters(&["委托"]).run(&["plan", "--endpoint=http://192.0.2.1"]).exits(1);
    assert!(run.stderr.contains("loopback"), "{}", run.stderr);
}

#[test]
fn wrong_usage_exits_with_1() {
    let project = Project::new();
    for arguments in [&["plan", "--no-such-option"][..], &["no-such-command"], &[], &["apply", "--parallelism=0"]] {
        let error = project.run(arguments).exits(1).stderr;
        assert!(error.contains("--help") || error.contains("Usage"), "{arguments:?}: {error}");
    }
    let _ = project.run(&["--help"]).exits(0);
    let _ = project.run(&["--version"]).exits(0);
}

#[test]
fn a_path_after_sandbox_is_a_path() {
    let project = Project::new().folder("agency", &["委托"]);
    let run = project.run(&["plan", "--sandbox", "agency", "--format=json"]).exits(0);
    assert_eq!(run.json()["summary"]["create"], 1);
    let names = |folder: &str| {
        std::fs::read_dir(project.path().join(folder)).unwrap().map(|e| e.unwrap().file_name()).collect::<Vec<_>>()
    };
    assert_eq!(names("agency").len(), 2, "the sandbox has put nothing there");
    let _ = project.run(&["plan", "--sandbox=state", "agency"]).exits(0);
    assert!(!names("state").is_empty());
    // A sandbox is not begun among other files.
    let run = project.run(&["plan", "--sandbox=agency", "agency"]).exits(1);
    assert!(run.stderr.contains("agency holds other files"), "{}", run.stderr);
}

/// Plans against an endpoint on this machine.
fn plan_at(address: &str) -> Run {
    let project = Project::with_letters(&["委托"]);
    let mut command = project.asking(&format!("http://{address}"), &["plan"]);
    Run::of(command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "very-secret").output().unwrap())
}

#[test]
fn no_server_at_the_endpoint_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let run = plan_at(&address).exits(1);
    assert!(run.stderr.contains(&address) && run.stderr.contains("--endpoint"), "{}", run.stderr);
    assert!(!run.stderr.contains("very-secret"));
}

#[test]
fn an_answer_that_is_no_json_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    // Ends with the process: how often the program asks is its own affair.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 8192]);
            let page = "<html>\x1b[31mportal</html>";
            let _ = write!(stream, "HTTP/1.1 403 Forbidden\r\ncontent-length: {}\r\n\r\n{page}", page.len());
        }
    });
    let run = plan_at(&address).exits(1);
    assert!(run.stderr.contains("can't be read") && run.stderr.contains("HTTP 403"), "{}", run.stderr);
    assert!(!run.stderr.contains('\x1b'), "{}", run.stderr);
}
