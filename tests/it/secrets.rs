//! No secret is ever printed or written: every command, at the highest log level, well and badly
//! ended.
#![cfg(unix)]
use std::{
    collections::BTreeSet,
    env, fs,
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::project::{Emulator, Project};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::CommandFactory as _;
use jiff::Timestamp;
use letterform::{
    clock::Clock,
    credentials::{Credentials, Secret},
    service::{Client, ClientConfig, Endpoint, LetterFilter, ReadLetters as _, Roots, SignatureForm},
};

const SECRET: &str = "s3cr3t/of+the=key&and%more";
const TOKEN: &str = "t0ken/of+sts=that&ends";
const OIDC: &str = "e30.eyJzdWIiOiJvaWRjLXNlY3JldCJ9.0idc-s1gnature";
const ACCOUNT: &str = "1234567890123456";

/// Passes everything on to the emulator and remembers what was sent.
fn recorder(to: &str) -> (String, Arc<Mutex<Vec<u8>>>) {
    let to = to.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let sent = Arc::new(Mutex::new(Vec::new()));
    let record = Arc::clone(&sent);
    thread::spawn(move || {
        for client in listener.incoming() {
            let (mut client, mut server) = (client.unwrap(), TcpStream::connect(&to).unwrap());
            let (mut back, mut answers) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let record = Arc::clone(&record);
            thread::spawn(move || {
                let mut piece = [0; 8192];
                while let Ok(length @ 1..) = client.read(&mut piece) {
                    record.lock().unwrap().extend_from_slice(&piece[..length]);
                    if server.write_all(&piece[..length]).is_err() {
                        break;
                    }
                }
                let _ = server.shutdown(std::net::Shutdown::Write);
            });
            thread::spawn(move || {
                let _ = std::io::copy(&mut answers, &mut back);
                let _ = back.shutdown(std::net::Shutdown::Both);
            });
        }
    });
    (endpoint, sent)
}

/// The signatures in what was sent: of both forms, and of uploads.
fn signatures(sent: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(sent);
    let words = regex::Regex::new(
        r#"(?i)Signature=([0-9a-f]{64})|[?&]Signature=([^&\s]+)|name="Signature"\r\n\r\n([^\r]+)|name="policy"\r\n\r\n([^\r]+)"#,
    )
    .unwrap();
    let found = words
        .captures_iter(&text)
        .flat_map(|found| found.iter().skip(1).flatten().map(|m| m.as_str().to_owned()).collect::<Vec<_>>());
    found.collect()
}

/// A text in the forms in which it could slip out.
fn forms(secret: &str) -> Vec<String> {
    let percent = form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
    let rfc3986 = percent.replace('+', "%20");
    vec![secret.to_owned(), percent, rfc3986, STANDARD.encode(secret), secret.escape_default().to_string()]
}

struct Watch {
    project: Project,
    endpoint: String,
    sent: Arc<Mutex<Vec<u8>>>,
    commands: BTreeSet<String>,
    printed: Vec<u8>,
}

impl Watch {
    fn new(faults: &[&str], emulator: &mut Option<Emulator>) -> Self {
        let project = Project::with_letters(&["甲委托"]);
        project.write("token", OIDC);
        let key = format!("--access-key=STS.1:{SECRET}:{TOKEN}@{ACCOUNT}");
        let faults = faults.iter().flat_map(|fault| ["--fault", fault]);
        let arguments: Vec<&str> = [key.as_str()].into_iter().chain(faults).collect();
        let started = emulator.insert(Emulator::with(&project, &arguments));
        let (endpoint, sent) = recorder(&started.endpoint);
        Self { project, endpoint, sent, commands: BTreeSet::new(), printed: Vec::new() }
    }

    /// Runs a command with every secret and each of the loudest logs, side by side, however they
    /// end.
    fn run(&mut self, arguments: &[&str], change: impl Fn(&mut Command)) {
        // With RUST_LOG alone every library may speak.
        let logs = [(&["-vv"][..], None), (&["-vv", "--log-format=json"], None), (&[], Some("trace"))];
        let running = logs.map(|(log, filter)| {
            let mut command = self.project.command(&[arguments, log].concat());
            command
                .envs(filter.map(|filter| ("RUST_LOG", filter)))
                .env("ALIBABA_CLOUD_ACCESS_KEY_ID", "STS.1")
                .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", SECRET)
                .env("ALIBABA_CLOUD_SECURITY_TOKEN", TOKEN)
                .env("RUST_BACKTRACE", "full");
            change(&mut command);
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        self.commands.insert(arguments[0].to_owned());
        for child in running {
            let output = child.wait_with_output().unwrap();
            self.printed.extend([output.stdout, output.stderr].concat());
        }
    }

    fn service(&mut self, arguments: &[&str]) {
        let endpoint = format!("--endpoint={}", self.endpoint);
        self.run(&[arguments, &[&endpoint]].concat(), |_| {});
    }

    /// Searches all that was printed, and every file but the token's own.
    fn find_nothing(&self) {
        let signatures = signatures(&self.sent.lock().unwrap());
        let secrets =
            [SECRET, TOKEN, OIDC].into_iter().flat_map(forms).chain(signatures.into_iter().flat_map(|s| forms(&s)));
        let secrets: BTreeSet<String> = secrets.filter(|secret| secret.len() > 8).collect();
        let mut places = vec![("what was printed".to_owned(), String::from_utf8_lossy(&self.printed).into_owned())];
        files(self.project.path(), &mut places);
        for (place, text) in places {
            for secret in &secrets {
                let at = text.find(secret.as_str());
                assert!(
                    at.is_none(),
                    "{secret} is in {place}: …{}…",
                    text[at.unwrap_or(0)..].chars().take(80).collect::<String>()
                );
            }
        }
    }
}

fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.file_name().is_none_or(|name| name != "token") {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            found.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn every_command_keeps_every_secret() {
    let mut emulator = None;
    let mut watch = Watch::new(&[], &mut emulator);
    for arguments in [
        &["validate"][..],
        &["plan", "--out=saved.json", "--format=json"],
        &["plan", "--signature=v1"],
        &["doctor"],
        &["doctor", "--format=json"],
        &["apply", "--auto-approve", "--journal=journal.jsonl", "--format=markdown"],
        &["apply", "--plan=saved.json", "--auto-approve"],
        &["list", "--format=csv"],
        &["show", "甲委托"],
        &["import", "--out=imported.yaml"],
        &["status", "--format=json"],
        &["status", "--hand-over"],
        &["plan", "--signatures"],
        &["report", "--out=report.html"],
        &["renew", "甲委托", "--until=2031-12-31"],
        &["explain"],
        &["schema"],
        &["completions", "bash"],
        &["man"],
        &["accounts"],
        &["lsp"],
        &["proofread", "--no-cache", "--ocr-command=sh -c printenv"],
    ] {
        let asks = ["plan", "doctor", "apply", "list", "show", "import", "report", "status"].contains(&arguments[0]);
        if asks { watch.service(arguments) } else { watch.run(arguments, |_| {}) }
    }
    let endpoint = format!("--endpoint={}", watch.endpoint);
    // A wrong secret, nobody there, and a token of an identity provider that is refused.
    watch.run(&["plan", &endpoint], |command| {
        command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", format!("{SECRET}x"));
    });
    watch.run(&["plan", "--endpoint=http://127.0.0.1:1"], |_| {});
    for role in [ACCOUNT, "9"] {
        watch.run(&["plan", &endpoint], |command| {
            command.env_remove("ALIBABA_CLOUD_ACCESS_KEY_ID").env_remove("ALIBABA_CLOUD_ACCESS_KEY_SECRET");
            command.env("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "token");
            command.env("ALIBABA_CLOUD_ROLE_ARN", format!("acs:ram::{role}:role/ci"));
            command.env("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", format!("acs:ram::{role}:oidc-provider/ci"));
        });
    }
    watch.run(&["emulator", "--access-key", &format!("a:{SECRET}"), "--listen=256.0.0.1:1"], |_| {});
    watch.project.write("form.txt", "{{ name }}");
    watch.run(&["paper", "--template=form.txt", "--out=papers"], |_| {});
    watch.commands.insert("help".to_owned());
    let all: BTreeSet<String> =
        letterform::cli::Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let missing: Vec<&String> = all.difference(&watch.commands).collect();
    assert!(missing.is_empty(), "these commands are not watched: {missing:?}");
    assert!(signatures(&watch.sent.lock().unwrap()).len() > 10, "signatures of both forms and of an upload were sent");
    watch.find_nothing();
}

#[test]
fn no_failure_of_the_service_brings_a_secret_out() {
    let faults = [
        "create cut-after p=0.5 seed=1",
        "query status=503,html call=2",
        "oss-info truncate call=1",
        "upload code=AccessDenied call=1",
    ];
    let mut emulator = None;
    let mut watch = Watch::new(&faults, &mut emulator);
    for arguments in [&["plan"][..], &["apply", "--auto-approve", "--journal=journal.jsonl"], &["list"], &["doctor"]] {
        watch.service(arguments);
    }
    watch.find_nothing();
}

/// A clock that breaks in the middle of a run, when a request is about to be signed.
struct BrokenClock {
    credentials: Credentials,
}

impl Clock for BrokenClock {
    fn now(&self) -> Timestamp {
        panic!("no time for {:?}", self.credentials)
    }
}

/// What `a_panic_shows_no_secret` looks at, in a process of its own.
#[tokio::test]
#[ignore = "it panics"]
async fn a_run_that_panics() {
    let credentials = Credentials {
        access_key_id: "STS.1".to_owned(),
        secret: Secret::new(SECRET.to_owned()),
        token: Some(Secret::new(TOKEN.to_owned())),
    };
    let config = ClientConfig {
        endpoint: Endpoint::parse("http://127.0.0.1:1").unwrap(),
        signature: SignatureForm::V3,
        credentials: Arc::new(credentials.clone()),
        timeout: Duration::from_secs(1),
        clock: Arc::new(BrokenClock { credentials }),
        nonces: letterform::nonce::random(),
        roots: Roots::default(),
        connections: 1,
    };
    let _ = Client::new(config).unwrap().query(&LetterFilter::default()).await;
}

#[test]
fn a_panic_shows_no_secret() {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "secrets::a_run_that_panics", "--ignored", "--nocapture"]).env("RUST_BACKTRACE", "full");
    let output = command.output().unwrap();
    assert!(!output.status.success());
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(printed.contains("no time for Credentials") && printed.contains("stack backtrace:"), "{printed}");
    for secret in [SECRET, TOKEN].into_iter().flat_map(forms) {
        assert!(!printed.contains(&secret), "{printed}");
    }
}
