//! The program `letterform emulator`: how it starts, what it keeps, how it ends.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::emulator::{
    client::{CREATE, Client, QUERY, Reply, letter},
    setup::NOW,
};

/// The program with these arguments, in a world with no AccessKey of its own, where it is [`NOW`].
pub(crate) fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_letterform"));
    command.arg("emulator").args(args).env("LETTERFORM_NOW", NOW).stdin(Stdio::null());
    for name in ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"] {
        command.env_remove(name);
    }
    command
}

/// An emulator in a process of its own, killed when the test ends.
pub(crate) struct Process {
    pub(crate) child: Child,
    pub(crate) endpoint: String,
    pub(crate) ready: String,
}

impl Process {
    pub(crate) fn start(state: &Path) -> Self {
        Self::start_on("127.0.0.1:0", state)
    }

    fn start_on(listen: &str, state: &Path) -> Self {
        let state = state.to_str().expect("a UTF-8 path");
        let args = ["--listen", listen, "--access-key", "shop:secret", "--state", state];
        let mut child = program(&args).stdout(Stdio::piped()).spawn().expect("the program starts");
        let mut ready = String::new();
        let stdout = child.stdout.as_mut().expect("it is piped");
        BufReader::with_capacity(1, stdout).read_line(&mut ready).expect("a line");
        let endpoint =
            ready.split_whitespace().find(|word| word.starts_with("http://")).expect("an address").to_owned();
        Self { child, endpoint, ready }
    }

    /// SIGKILL: it gets to do nothing more.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(args: &[&str]) -> Output {
    program(args).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn the_first_line_is_for_programs_and_the_rest_says_how_to_use_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path());
    let expected = format!(
        "letterform emulator listening on {} (an emulator: nothing here reaches Alibaba Cloud)\n",
        process.endpoint
    );
    assert_eq!(process.ready, expected);
    let mut stdout = process.child.stdout.take().expect("it is piped");
    process.kill();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("UTF-8");
    assert!(rest.contains("ALIBABA_CLOUD_ACCESS_KEY_ID=shop"), "{rest}");
    assert!(!rest.contains("=secret"), "a secret that was given is not repeated: {rest}");
}

#[test]
fn other_machines_are_let_in_only_when_that_is_said() {
    let output = run(&["--listen", "0.0.0.0:0", "--state", ":memory:"]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(error.contains("--allow-remote") && error.contains("127.0.0.1"), "{error}");
}

#[tokio::test]
async fn a_host_by_its_name_is_listened_on_and_the_real_address_printed() {
    let process = Process::start_on("localhost:0", Path::new(":memory:"));
    assert!(!process.endpoint.contains("localhost") && !process.endpoint.ends_with(":0"), "{}", process.endpoint);
    assert_eq!(Client::new(&process.endpoint).call(QUERY, &[]).await.code(), "OK");
    for (listen, problem) in [("localhost", "an address and a port"), ("nowhere.invalid:0", "nowhere.invalid:0 is not")]
    {
        let output = run(&["--listen", listen, "--state", ":memory:"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(text(&output.stderr).contains(problem), "{:?}", output.stderr);
    }
}

#[test]
fn what_can_not_start_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path());
    let state = folder.path().to_str().expect("a UTF-8 path");
    let output = run(&["--listen", "127.0.0.1:0", "--state", state]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains(&format!("the state folder {state} is in use")), "{:?}", output.stderr);

    let address = process.endpoint.trim_start_matches("http://");
    let output = run(&["--listen", address, "--state", ":memory:"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("can't be listened on"), "{:?}", output.stderr);

    let output = run(&["--fault", "create explode"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("leave-out=N"), "{:?}", output.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn sigterm_ends_it_and_the_letters_are_there_the_next_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path());
    let client = Client::new(&process.endpoint);
    let key = client.upload("scan.png").await;
    assert_eq!(client.create("甲授权书", &key).await.code(), "OK");
    let id = process.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    assert_eq!(process.child.wait().expect("it ends").code(), Some(0));

    let process = Process::start(folder.path());
    let client = Client::new(&process.endpoint);
    assert_eq!(client.call(QUERY, &[]).await.names(), ["甲授权书"]);
    assert_eq!(client.create("乙授权书", &key).await.code(), "OK", "the picture is there too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_at_any_moment_loses_no_letter_that_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a folder");
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    for round in 0..4 {
        let mut process = Process::start(folder.path());
        let client = Arc::new(Client::new(&process.endpoint));
        let key = client.upload("scan.png").await;
        let ended = Arc::new(AtomicBool::new(false));
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..16 {
            let (client, key, ended) = (Arc::clone(&client), key.clone(), Arc::clone(&ended));
            let acknowledged = Arc::clone(&acknowledged);
            tasks.spawn(async move {
                for number in 0_u64.. {
                    let name = format!("第{round}轮{task}组{number}号");
                    let Ok(answer) = client.send(CREATE, &letter(&name, &key)).await else { break };
                    // An answer that was cut off is none.
                    let Ok(body) = answer.text().await else { break };
                    if body.contains("\"Code\":\"OK\"") {
                        acknowledged.lock().expect("no panic").push(name);
                    }
                    if ended.load(Ordering::Relaxed) {
                        break;
                    }
                }
            });
        }
        let before = acknowledged.lock().expect("no panic").len();
        while acknowledged.lock().expect("no panic").len() < before + 40 + 30 * round {
            tokio::task::yield_now().await;
        }
        process.kill();
        ended.store(true, Ordering::Relaxed);
        tasks.join_all().await;
    }
    let process = Process::start(folder.path());
    let client = Client::new(&process.endpoint);
    let reply: Reply = client.call(QUERY, &[]).await;
    let names: std::collections::HashSet<&str> = reply.names().into_iter().collect();
    let acknowledged = acknowledged.lock().expect("no panic");
    let lost: Vec<&String> = acknowledged.iter().filter(|name| !names.contains(name.as_str())).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), acknowledged.len());
    assert_eq!(reply.names().len(), names.len(), "duplicate letters");
}

#[tokio::test]
async fn a_state_is_exported_to_a_file_and_imported_from_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_str().expect("a UTF-8 path").to_owned();
    let (first, second, file) = (path("first"), path("second"), path("state.json"));
    {
        let process = Process::start(Path::new(&first));
        let client = Client::new(&process.endpoint);
        let key = client.upload("scan.png").await;
        assert_eq!(client.create("甲授权书", &key).await.code(), "OK");
    }
    assert!(run(&["export", "--state", &first, "--out", &file]).status.success());
    let imported = run(&["import", &file, "--state", &second]);
    assert!(text(&imported.stdout).contains("letters 1, objects 1, signatures 0"), "{imported:?}");
    let exported = run(&["export", "--state", &second]);
    assert_eq!(text(&exported.stdout), std::fs::read_to_string(&file).expect("the export"));
    let again = run(&["import", &file, "--state", &second]);
    assert_eq!(again.status.code(), Some(1));
    assert!(text(&again.stderr).contains("two letters named 甲授权书"), "{again:?}");
    let nothing = run(&["export", "--state", &path("nowhere")]);
    assert!(text(&nothing.stderr).contains("there is no state in"), "{nothing:?}");
}
