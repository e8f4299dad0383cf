//! `proofread`: from scans over an engine to what the papers say. The engines are scripts.
#![cfg(unix)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use crate::declarations::letter;
use crate::project::{Project, Run};

/// What an engine reads on the paper of the usual letter.
const PAGE: &str = "短信签名授权书\n授权方：菜鸟网络科技有限公司\n统一社会信用代码：91330100799655058B\n\
                    被授权方：杭州信使网络科技有限公司\n短信签名：菜鸟网络\n\
                    自2026年1月1日起至2028年12月31日止\n";

/// A project whose engine counts how often it is run, and then does what the script says.
fn project(script: &str) -> Project {
    let project = Project::with_letters(&["甲"]).file("page.txt", PAGE);
    engine(&project, script);
    project
}

fn engine(project: &Project, script: &str) {
    let folder = project.path().display();
    project.write("engine.sh", format!("#!/bin/sh\ncd '{folder}'\necho run >> runs\n{script}\n"));
    let path = project.path().join("engine.sh");
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Arguments with the engine.
fn with_engine<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--ocr-command", "./engine.sh"]].concat()
}

fn proofread(project: &Project, arguments: &[&str]) -> Run {
    project.run(&with_engine(&[&["proofread"], arguments].concat()))
}

fn runs(project: &Project) -> usize {
    fs::read_to_string(project.path().join("runs")).map_or(0, |runs| runs.lines().count())
}

#[test]
fn says_that_a_paper_says_what_is_declared() {
    let project = project("cat page.txt");
    let run = proofread(&project, &[]).exits(0);
    let expected = "Scans read by command ./engine.sh\n\n  + 甲  scan.png  letters.yaml:3\n      all 5 fields found\n\n\
                    Proofread: 5 fields found.\n";
    assert_eq!(run.stdout, expected);
    assert_eq!(run.stderr, "");
}

#[test]
fn shows_what_differs_side_by_side_with_marks_by_width() {
    let page =
        PAGE.replace("信使网络", "信便网络").replace("2028年", "2029年").replace("菜鸟网络\n", "菜鸟网络、菜鸟驿站\n");
    let project = project("cat page.txt").file("page.txt", page);
    let run = proofread(&project, &[]).exits(3);
    for part in [
        "authorizedParty   differs  line 4\n                        declared  杭州信使网络科技有限公司\n\
         \x20                                       ^^\n                        read      杭州信便网络科技有限公司\n\
         \x20                                       ^^\n",
        "read      2026-01-01~2029-12-31\n",
        "not declared      菜鸟驿站 is listed on the paper",
        "Proofread: 3 fields found, 2 differ, 1 undeclared.",
    ] {
        assert!(run.stdout.contains(part), "{part}\n{}", run.stdout);
    }
    let comment = proofread(&project, &["--format=markdown"]).exits(3).stdout;
    assert!(
        comment.contains("| authorizedParty | 杭州信<b>使</b>网络科技有限公司 | 杭州信<b>便</b>网络科技有限公司 |"),
        "{comment}"
    );
}

#[test]
fn json_is_as_its_schema_says() {
    let table = "level\tpage_num\tblock_num\n1\t1\t0\t0\t0\t0\t0\t0\t1000\t1400\t-1\t\n\
                 5\t1\t1\t1\t1\t1\t100\t140\t50\t14\t96\t授权方\n5\t1\t1\t1\t1\t2\t150\t140\t200\t14\t90\t：菜鸟网络科技有限公司\n";
    let project = project("cat page.txt").file("page.txt", table);
    let proof = proofread(&project, &["--format=json"]).exits(3).json();
    let schema = project.run(&["schema", "proofread"]).exits(0).json();
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).unwrap().iter_errors(&proof).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0], "{proof}");
    assert_eq!(proof["engine"], "command ./engine.sh");
    let letter = &proof["letters"][0];
    assert_eq!(
        (&letter["name"], &letter["scan"], &letter["source"]["line"]),
        (&"甲".into(), &"scan.png".into(), &3.into())
    );
    let field = &letter["fields"][0];
    assert_eq!((&field["field"], &field["verdict"]), (&"authorizer".into(), &"found".into()));
    assert_eq!((&field["confidence"], &field["place"]["line"]), (&serde_json::json!(0.9), &1.into()));
    assert_eq!(letter["fields"][4]["value"], "菜鸟网络");
    assert_eq!(letter["fields"][4]["verdict"], "not-found");
    assert_eq!(proof["summary"]["notFound"], 4);
}

#[test]
fn without_an_engine_it_says_what_to_install() {
    let project = Project::with_letters(&["甲"]);
    let mut command = project.command(&["proofread"]);
    let run = Run::of(command.env("PATH", project.path()).output().unwrap()).exits(1);
    assert!(run.stderr.starts_with("error: can't find tesseract\n"), "{}", run.stderr);
    assert!(run.stderr.contains("apt-get install tesseract-ocr tesseract-ocr-chi-sim"), "{}", run.stderr);
    // The program without its data.
    project.write("tesseract", "#!/bin/sh\necho 'List of available languages (1):'\necho eng\n");
    fs::set_permissions(project.path().join("tesseract"), fs::Permissions::from_mode(0o755)).unwrap();
    let run = Run::of(command.output().unwrap()).exits(1);
    assert!(
        run.stderr.contains("no language `chi_sim`") && run.stderr.contains("tesseract-ocr-chi-sim"),
        "{}",
        run.stderr
    );
    let run = project.run(&["proofread", "--ocr-command=no-such-engine"]).exits(1);
    assert!(run.stderr.contains("can't find no-such-engine") && !run.stderr.contains("apt-get"), "{}", run.stderr);
}

#[test]
fn a_scan_that_cannot_be_read_is_a_problem_of_its_letter_alone() {
    let project = project("cat page.txt");
    project.write("broken.png", &crate::papers::paper()[..50]);
    project.declare(&[letter("甲"), letter("乙").scan("broken.png"), letter("丙").scan("missing.png")]);
    let run = proofread(&project, &["--format=json"]).exits(1);
    let proof = run.json();
    let problem =
        |index: usize| (proof["letters"][index]["scan"].clone(), proof["letters"][index]["problem"].to_string());
    assert!(proof["letters"][0].get("problem").is_none());
    assert!(problem(1).0 == "broken.png" && problem(1).1.contains("damaged"), "{:?}", problem(1));
    assert!(problem(2).0 == "missing.png" && problem(2).1.contains("does not exist"), "{:?}", problem(2));
    assert!(proof["letters"][1].get("fields").is_none());
    // An engine that fails, and one that reads nothing.
    project.declare(&["甲"]);
    for (script, problem) in [("echo oh >&2; exit 3", "exit status: 3: oh"), ("echo", "no text was recognised")] {
        engine(&project, script);
        let run = proofread(&project, &["--no-cache"]).exits(1);
        assert!(run.stdout.contains(problem) && run.stdout.contains("1 scan can't be read"), "{}", run.stdout);
    }
}

#[test]
fn declarations_with_errors_are_not_proofread_and_uploaded_pictures_are_counted() {
    let project = project("cat page.txt");
    project.declare(&[letter("甲").with("x", "1")]);
    let run = proofread(&project, &[]).exits(1);
    assert!(run.stderr.contains("unknown field `x`"), "{}", run.stderr);
    project.declare(&[letter("甲"), letter("乙").uploaded("1/a.png")]);
    let run = proofread(&project, &[]).exits(0);
    assert!(run.stdout.ends_with("Proofread: 5 fields found, 1 without a scan.\n"), "{}", run.stdout);
}

#[test]
fn a_scan_is_read_once_whatever_is_declared() {
    let project = project("cat page.txt");
    let _ = proofread(&project, &[]).exits(0);
    project.declare(&[letter("乙").signing(&["菜鸟裹裹"])]);
    let _ = proofread(&project, &[]).exits(3);
    assert_eq!(runs(&project), 1);
    let _ = proofread(&project, &["--no-cache"]).exits(3);
    assert_eq!(runs(&project), 2);
    let kept: Vec<_> = fs::read_dir(project.path().join(".cache/letterform/proofread")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    // Rubbish is read over, and replaced.
    let kept = kept[0].as_ref().unwrap().path();
    fs::write(&kept, "{\"version\":1").unwrap();
    let _ = proofread(&project, &[]).exits(3);
    let _ = proofread(&project, &[]).exits(3);
    assert_eq!(runs(&project), 3);
    // A folder that can't be made is no reason to fail.
    fs::remove_dir_all(project.path().join(".cache")).unwrap();
    project.write(".cache", "in the way");
    let run = proofread(&project, &[]).exits(3);
    assert_eq!((runs(&project), run.stderr.as_str()), (4, ""));
}

#[test]
fn a_plan_warns_beside_the_letter_and_the_question_repeats_it() {
    let project = project("cat page.txt").file("page.txt", PAGE.replace("信使网络", "信便网络"));
    let warning = "authorizedParty: `杭州信使网络科技有限公司` is declared, and `杭州信便网络科技有限公司` was read on the paper [paper]";
    let plan = project.sandbox(&with_engine(&["plan", "--proofread"])).exits(0);
    let beside = plan.stdout.split("+ 甲").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(beside.contains(warning), "{}", plan.stdout);
    let comment = project.sandbox(&with_engine(&["plan", "--proofread", "--format=markdown"])).exits(0);
    assert!(comment.stdout.contains("was read on the paper"), "{}", comment.stdout);
    let plain = project.sandbox(&["plan"]).exits(0);
    assert!(!plain.stdout.contains("[paper]"), "{}", plain.stdout);
    let mut command = project.command(&with_engine(&["apply", "--proofread", "--sandbox"]));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"no\n").unwrap();
    let run = Run::of(child.wait_with_output().unwrap()).exits(1);
    assert!(run.stderr.contains(warning) && run.stderr.contains("Nothing was created."), "{}", run.stderr);
}

#[test]
fn what_an_engine_prints_reaches_nobody_as_a_command() {
    let hostile = "授权方：菜鸟网络科技\u{1b}[31m有限公司\u{7}\n::error::x\n##[error]y\n【a\u{202e}b】<img src=x>\n";
    let project = project("cat page.txt").file("page.txt", hostile);
    for format in ["text", "json", "markdown"] {
        let run = proofread(&project, &["--format", format]).exits(3);
        for (text, what) in
            [("\u{1b}", "escape"), ("\u{7}", "bell"), ("\u{202e}", "turn"), ("\n::error", "command"), ("<img", "tag")]
        {
            let is_data = format != "markdown" && what == "tag";
            assert!(is_data || !run.stdout.contains(text), "{format} {what}: {}", run.stdout);
        }
    }
    engine(&project, "printf '::error::x\\033[31m' >&2; exit 1");
    let run = proofread(&project, &["--no-cache"]).exits(1);
    assert!(!run.stdout.contains("\n::error") && !run.stdout.contains('\u{1b}'), "{}", run.stdout);
}

#[test]
fn a_signal_ends_the_engine_with_all_that_it_started() {
    let project = project("(echo begun > pipe; exec sleep 1000 > pipe) & wait");
    let pipe = project.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut command = project.command(&with_engine(&["proofread"]));
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let mut reader = BufReader::new(fs::File::open(&pipe).unwrap());
    reader.read_line(&mut line).unwrap();
    assert_eq!(line, "begun\n");
    // The second writer holds the pipe open until it is ended.
    let mut reader = fs::File::open(&pipe).unwrap();
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let run = Run::of(child.wait_with_output().unwrap()).exits(1);
    assert!(run.stderr.contains("stopped before every scan was read"), "{}", run.stderr);
    reader.read_to_string(&mut String::new()).unwrap();
}
