//! Nothing that a terminal, a page, a table or a CI system would obey reaches it, from a pull
//! request or from a server.
#![cfg(unix)]
use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::Command,
    thread,
};

use crate::project::{Project, Run};
use letterform::escape::visible;
use serde_json::{Value, json};

/// Colours, a cursor that moves, a line that turns, what can't be seen, and the beginnings of
/// commands of other systems.
const HOSTILE: &str = "坏\u{1b}[31m\u{9b}2J\u{7}\u{8}\r\n::error::x\u{85}\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}\u{e0041}%0A##[error]y##vso[z]|<img src=x onerror=y>`</script>";

/// A server on this machine that answers every request with what `answer` says to its target and
/// body.
pub(crate) fn serve(answer: impl Fn(&str, &str) -> (u16, String) + Send + Sync + Copy + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || converse(stream.unwrap(), answer));
        }
    });
    endpoint
}

fn converse(mut stream: TcpStream, answer: impl Fn(&str, &str) -> (u16, String)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let (status, answer) = answer(&head, &String::from_utf8_lossy(&body));
    let _ =
        write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}", answer.len());
}

fn query() -> Value {
    let letter = |name: &str, id: u64| {
        json!({
            "AuthorizationLetterId": id,
            "AuthorizationLetterName": name,
            "Authorization": HOSTILE,
            "ProxyAuthorization": HOSTILE,
            "OrganizationCode": HOSTILE,
            "AuthorizationLetterExpDate": HOSTILE,
            "AuthorizationLetterPic": format!("https://oss.example/{HOSTILE}"),
            "SignScope": format!("{HOSTILE}、{HOSTILE}"),
            "State": HOSTILE,
            "Status": HOSTILE,
        })
    };
    json!({"Code": "OK", "RequestId": HOSTILE, "Data": [letter("甲委托", 1), letter(HOSTILE, 2)]})
}

fn refusal() -> String {
    let refusal =
        json!({"Code": HOSTILE, "Message": HOSTILE, "RequestId": HOSTILE, "HostId": HOSTILE, "Recommend": HOSTILE});
    refusal.to_string()
}

/// Everything that a run printed, once it is seen that a terminal shows it as it is.
#[track_caller]
fn harmless(mut command: Command) -> String {
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush");
    let run = Run::of(command.output().unwrap());
    // CSV has a byte order mark for Excel, and its lines end as its standard has it.
    let stdout = run.stdout.strip_prefix('\u{feff}').unwrap_or(&run.stdout).replace("\r\n", "\n");
    let printed = format!("{stdout}{}", run.stderr);
    for line in printed.lines() {
        assert_eq!(visible(line), line, "{command:?} printed:\n{printed}");
        assert!(!line.trim_start().starts_with("::error::x"), "{command:?} printed:\n{printed}");
    }
    printed
}

/// The lines of log that these arguments ask for do no harm either.
#[track_caller]
fn all_harmless(project: &Project, endpoint: &str, arguments: &[&str]) -> String {
    let endpoint = format!("--endpoint={endpoint}");
    for log in [&["-vv"][..], &["-vv", "--log-format=json"]] {
        let _ = harmless(project.command(&[arguments, &[&endpoint], log].concat()));
    }
    harmless(project.command(&[arguments, &[&endpoint]].concat()))
}

#[test]
fn what_the_service_tells_of_letters_is_shown_and_not_obeyed() {
    let endpoint = serve(|_, _| (200, query().to_string()));
    let project = Project::with_letters(&["甲委托"]);
    for arguments in [
        &["plan"][..],
        &["plan", "--format=json"],
        &["plan", "--format=markdown"],
        &["plan", "--color=never", "--detailed-exitcode", "--out=plan.json"],
        &["apply", "--auto-approve"],
        &["apply", "--auto-approve", "--format=json", "--journal=journal.jsonl"],
        &["apply", "--auto-approve", "--format=markdown"],
        &["list"],
        &["list", "--format=json"],
        &["list", "--format=csv"],
        &["show", "甲委托"],
        &["show", "甲委托", "--format=json"],
        &["show", HOSTILE],
        &["import"],
        &["report", "--out=report.html"],
        &["report"],
    ] {
        let printed = all_harmless(&project, &endpoint, arguments);
        assert!(printed.contains('坏') || arguments.contains(&"--out=report.html"), "{arguments:?}: {printed}");
    }
    for file in ["plan.json", "journal.jsonl", "report.html"] {
        for line in fs::read_to_string(project.path().join(file)).unwrap().lines() {
            assert_eq!(visible(line), line, "in {file}");
        }
    }
    let page = project.read("report.html");
    assert!(!page.contains("<img") && page.matches("</script>").count() == 1);
    let markdown = all_harmless(&project, &endpoint, &["plan", "--format=markdown"]);
    let outside_of_fences: String = markdown.split("\n```").step_by(2).collect();
    assert!(outside_of_fences.contains("In conflict") && !outside_of_fences.contains("<img"), "{markdown}");
}

/// The beginnings of lines that runners obey: GitHub's and Gitea's, older ones', Azure's,
/// `TeamCity`'s, GitLab's.
const COMMANDS: [&str; 9] = [
    "::stop-commands::x",
    "  ::error::x",
    "\u{3000}::x",
    "##[group]x",
    "##vso[task.complete]x",
    "##teamcity[x]",
    "section_start:1:x\r\u{1b}[0K",
    "=1",
    " ＝1",
];

#[test]
fn no_line_begins_with_what_a_runner_obeys() {
    let project = Project::with_letters(&["甲委托"]);
    let letter = |name: &str| {
        json!({
            "name": name, "authorizer": name, "authorizedParty": name, "organizationCode": name, "validity": "2026-01-01~2026-12-31",
            "signatures": [name], "state": name, "fileKey": "1/a.png",
        })
    };
    let mut letters: Vec<Value> = COMMANDS.iter().map(|name| letter(name)).collect();
    let mut conflict = letter(COMMANDS[0]);
    conflict["name"] = "甲委托".into();
    letters.push(conflict);
    let objects = json!([{"key": "1/a.png", "base64": "iVBORw0KGgo="}]);
    let account = json!({"name": "letterform-emulator", "letters": letters, "objects": objects});
    project.write("state.json", json!({"formatVersion": 1, "accounts": [account]}).to_string());
    let _ = project.run(&["emulator", "import", "state.json", "--state=.letterform/sandbox"]).exits(0);
    let shows = COMMANDS.iter().map(|name| vec!["show", "--", name]);
    let others = [
        &["list"][..],
        &["list", "--color=always"],
        &["list", "--format=csv"],
        &["list", "--format=markdown"],
        &["plan"],
        &["plan", "--color=always"],
        &["plan", "--format=markdown"],
        &["apply", "--auto-approve"],
        &["apply", "--auto-approve", "--format=markdown"],
        &["import"],
        &["report"],
        &["doctor"],
        &["show", "::nosuch::"],
        &["show", "甲委托", "--color=always"],
        &["list", "--state=::x::"],
    ];
    for arguments in shows.chain(others.map(<[&str]>::to_vec)) {
        // Options before a name that looks like one.
        let arguments: Vec<&str> = [&arguments[..1], &["--sandbox"], &arguments[1..]].concat();
        let run = Run::of(project.command(&arguments).output().unwrap());
        for line in run.stdout.lines().chain(run.stderr.lines()) {
            let plain = anstream::adapter::strip_str(line).to_string();
            let start = plain.trim_start_matches('\u{feff}').trim_start();
            let obeyed =
                start.starts_with("::") || ["##[", "##vso[", "##teamcity["].iter().any(|sign| line.contains(sign));
            assert!(!obeyed && !line.contains(['\r', '\u{85}']), "{arguments:?}: {line}");
        }
    }
}

/// What became of signatures, told by a server that means harm: one that passed, one refused, and a
/// letter's successor.
fn usage(head: &str) -> String {
    let signature = |name: &str, state: &str, letter: u64| {
        json!({
            "SignName": name, "AuditStatus": state, "OrderId": HOSTILE, "AuthorizationLetterId": letter,
            "Reason": {"RejectInfo": HOSTILE, "RejectSubInfo": format!("{HOSTILE}2"), "RejectDate": HOSTILE},
        })
    };
    let two = [signature(HOSTILE, "AUDIT_STATE_NOT_PASS", 1), signature("菜鸟网络", "AUDIT_STATE_PASS", 1)];
    let answer = if head.contains("QuerySmsSignList") {
        json!({"TotalCount": 3, "SmsSignList": [two[0], two[1], signature("坏", HOSTILE, 9)]})
    } else if head.contains("GetSmsSign") {
        json!({"SignName": HOSTILE, "Remark": HOSTILE, "SignUsage": HOSTILE, "ApplyScene": HOSTILE,
               "FileUrlList": [HOSTILE], "ThirdParty": true,
               "SignIspRegisterDetailList": [{"OperatorCode": HOSTILE, "RegisterStatus": HOSTILE}]})
    } else if head.contains("Qualification") {
        json!({"Data": {"Total": 1, "List": [{"GroupId": 5, "CompanyName": HOSTILE, "StateName": "PASS"}]}})
    } else {
        let letter = |name: &str, id: u64, until: &str| {
            json!({
                "AuthorizationLetterId": id, "AuthorizationLetterName": name, "Authorization": "菜鸟网络科技有限公司",
                "ProxyAuthorization": "杭州信使网络科技有限公司", "OrganizationCode": "91330100799655058B",
                "AuthorizationLetterExpDate": format!("2026-01-01~{until}"), "SignScope": "菜鸟网络", "State": "INT",
                "Status": HOSTILE,
            })
        };
        json!({"Data": [letter("甲委托", 1, "2026-12-31"), letter("乙委托", 2, "2029-12-31")]})
    };
    let mut whole = json!({"Code": "OK", "RequestId": HOSTILE});
    whole.as_object_mut().unwrap().extend(answer.as_object().unwrap().clone());
    whole.to_string()
}

#[test]
fn what_the_service_tells_of_signatures_is_shown_and_not_obeyed() {
    let endpoint = serve(|head, _| (200, usage(head)));
    let project = Project::with_letters(&["甲委托"]);
    for arguments in [
        &["status"][..],
        &["status", "--format=json"],
        &["status", "--format=markdown"],
        &["status", "--hand-over"],
        &["list", "--signatures", "--format=json"],
        &["show", "甲委托", "--signatures"],
        &["report", "--signatures"],
        &["plan", "--signatures"],
    ] {
        let printed = all_harmless(&project, &endpoint, arguments);
        assert!(printed.contains("菜鸟网络") || arguments[0] == "plan", "{arguments:?}: {printed}");
    }
    let markdown = all_harmless(&project, &endpoint, &["status", "--format=markdown"]);
    assert!(!markdown.contains("<img"), "{markdown}");
}

#[test]
fn what_a_server_refuses_with_is_shown_and_not_obeyed() {
    let project = &Project::with_letters(&["甲委托"]);
    let endpoints = [
        serve(|_, _| (200, refusal())),
        serve(|_, _| (400, refusal())),
        serve(|_, _| (403, format!("<html>{HOSTILE}"))),
    ];
    let commands = [
        &["plan"][..],
        &["plan", "--format=json"],
        &["apply", "--auto-approve"],
        &["list"],
        &["doctor"],
        &["doctor", "--format=json"],
        &["status"],
        &["status", "--format=markdown"],
    ];
    // Side by side: they wait before they ask again.
    thread::scope(|scope| {
        for (endpoint, arguments) in endpoints.iter().flat_map(|endpoint| commands.map(|command| (endpoint, command))) {
            scope.spawn(move || all_harmless(project, endpoint, arguments));
        }
    });
}

#[test]
fn what_a_create_or_an_upload_is_refused_with_is_shown_and_not_obeyed() {
    /// Lets letters be asked for, and uploads too unless they are to fail.
    fn answer(head: &str, upload: u16) -> (u16, String) {
        let host =
            head.to_lowercase().lines().find_map(|line| line.strip_prefix("host:").map(|host| host.trim().to_owned()));
        let is = |operation: &str| head.contains(operation);
        if is("QuerySmsAuthorizationLetter") {
            return (200, json!({"Code": "OK", "RequestId": HOSTILE}).to_string());
        }
        if is("GetQualificationOssInfo") {
            let data = json!({"AccessKeyId": "k", "Policy": "cA==", "Signature": "c2ln", "StartPath": "1", "Expire": 4_000_000_000_u64,
                "Host": format!("http://{}", host.unwrap())});
            return (200, json!({"Code": "OK", "RequestId": "R", "Data": data}).to_string());
        }
        if is("CreateSmsAuthorizationLetter") {
            return (400, refusal());
        }
        let xml = visible(HOSTILE).replace('<', "&lt;").replace("\\u{1b}", "&#27;");
        (upload, format!("<Error><Code>{xml}</Code><Message>{xml}</Message><RequestId>{xml}</RequestId></Error>"))
    }
    let project = Project::with_letters(&["甲委托"]);
    for upload in [200, 403] {
        let endpoint =
            if upload == 200 { serve(|head, _| answer(head, 200)) } else { serve(|head, _| answer(head, 403)) };
        for format in ["text", "json", "markdown"] {
            let format = format!("--format={format}");
            let printed = all_harmless(&project, &endpoint, &["apply", "--auto-approve", "--journal=j.jsonl", &format]);
            assert!(printed.contains('坏'), "{printed}");
        }
    }
    for line in project.read("j.jsonl").lines() {
        assert_eq!(visible(line), line, "in the journal");
    }
}

#[test]
fn what_a_pull_request_writes_is_shown_and_not_obeyed() {
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    let project = Project::with_letters(&["甲委托"]);
    let fields =
        ["name", "authorizer", "authorizedParty", "organizationCode", "validity", "scan", "fileKey", "signatures"];
    let fields = fields.map(|field| format!("    {field}: {quoted}\n")).concat();
    project.write("a.letters.yaml", format!("version: {quoted}\nletters:\n  - {quoted}: {quoted}\n{fields}"));
    // Raw, where YAML lets it stand, and in the name of the file.
    project
        .write("坏\u{1b}[31m\u{202e}\n::error::x.letters.yaml", format!("version: 1\nletters:\n  - name: {HOSTILE}\n"));
    for format in ["text", "json", "github", "sarif"] {
        let printed = harmless(project.command(&["validate", &format!("--format={format}")]));
        assert!(printed.contains('坏'), "{format}: {printed}");
        if format == "github" {
            let is_mark = |line: &str| line.starts_with("::error ") || line.starts_with("::warning ");
            let others: Vec<&str> = printed.lines().filter(|line| !is_mark(line)).collect();
            // The counts, and what to do where a letter exists.
            assert!(
                matches!(others[..], [count, allow] if count.ends_with(" errors") && allow.contains("# letterform:")),
                "{others:?}"
            );
        }
    }
    for arguments in [
        &["plan", "--sandbox"][..],
        &["plan", "--sandbox", "--format=json"],
        &["doctor", "--sandbox"],
        &["validate", HOSTILE],
        &["validate", "--deny", HOSTILE],
        &["explain", HOSTILE],
        &["apply", "--plan", HOSTILE, "--sandbox"],
        &["plan", "--profile", HOSTILE],
        &["plan", "--endpoint", HOSTILE],
        &["plan", "--region", HOSTILE],
        &["plan", "--ca-file", HOSTILE],
        &["plan", "--workspace", HOSTILE],
        &["plan", "--account", HOSTILE],
        &["renew", HOSTILE, "--until", "2031-01-01"],
        &["renew", "甲委托", "--until", HOSTILE],
        &["renew", "甲委托", "--until", "2031-01-01", "--name", HOSTILE],
        &["plan", "--parallelism", HOSTILE],
        &["plan", "--format", HOSTILE],
        &["list", "--expiring", HOSTILE],
        &["list", "--sort", HOSTILE],
        &["schema", HOSTILE],
        &[HOSTILE],
        &[&format!("--{HOSTILE}")],
        &["emulator", "--fault", HOSTILE],
        &["emulator", "--listen", HOSTILE],
        &["emulator", "--access-key", HOSTILE],
    ] {
        let _ = harmless(project.command(arguments));
    }
}

#[test]
fn a_workspace_file_and_a_saved_plan_are_shown_and_not_obeyed() {
    let quoted = serde_json::to_string(HOSTILE).unwrap();
    let project = Project::with_letters(&["甲委托"]);
    let fields = ["name", "id", "letters", "region", "endpoint", "profile", "role", "oidcProvider"];
    let fields: Vec<String> = fields.iter().map(|field| format!("{field}: {quoted}")).collect();
    let account =
        format!("version: 1\nsettings: {{lints: {{{quoted}: {quoted}}}}}\naccounts:\n  - {{{}}}\n", fields.join(", "));
    project.write("letterform.yaml", account);
    for arguments in [&["plan"][..], &["validate"], &["validate", "--format=github"], &["accounts"], &["doctor"]] {
        assert!(harmless(project.command(arguments)).contains('坏'), "{arguments:?}");
    }
    fs::remove_file(project.path().join("letterform.yaml")).unwrap();

    let _ = project.sandbox(&["plan", "--out=plan.json"]).exits(0);
    let plan: Value = serde_json::from_slice(&fs::read(project.path().join("plan.json")).unwrap()).unwrap();
    let pointers = [
        "/endpoint",
        "/letters/0/name",
        "/letters/0/source/file",
        "/letters/0/desired/authorizer",
        "/letters/0/desired/scan/path",
        "/letters/0/desired/scan/sha256",
        "/letters/0/action",
        "/generator/name",
    ];
    for pointer in pointers {
        let mut spoilt = plan.clone();
        *spoilt.pointer_mut(pointer).unwrap() = HOSTILE.into();
        project.write("plan.json", spoilt.to_string());
        let _ = harmless(project.command(&["apply", "--plan=plan.json", "--auto-approve", "--sandbox"]));
    }
}

#[test]
fn an_answer_without_an_end_is_left_in_the_middle() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 8192]);
            // First one that says how large it is, then one that never ends.
            if number == 0 {
                let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n[", u64::MAX);
                continue;
            }
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
            let chunk = [&b"100000\r\n"[..], &vec![b' '; 1 << 20], b"\r\n"].concat();
            while stream.write_all(&chunk).is_ok() {}
        }
    });
    let project = Project::with_letters(&["甲委托"]);
    for _ in 0..2 {
        let printed = harmless(project.command(&["plan", &format!("--endpoint={endpoint}")]));
        assert!(printed.contains("it is larger than 64 MiB"), "{printed}");
    }
}
