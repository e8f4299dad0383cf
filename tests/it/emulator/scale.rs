//! Measures what docs/explanation/benchmarks.md says of the emulator, with the program's own
//! client.
#![allow(clippy::print_stdout, reason = "what is measured is printed")]

use std::{sync::Arc, time::Duration};

use letterform::{
    clock::ShiftedClock,
    credentials::{Credentials, Secret},
    letter::{
        Field, Letter, LetterName, NewLetter, OrganizationCode, Party, PictureFormat, ScanDigest, ScanObject,
        SignatureName, Signatures,
    },
    service::{Client, ClientConfig, Endpoint, LetterFilter, ReadLetters, SignatureForm, WriteLetters, random_nonces},
};
use tokio::time::Instant;

use crate::emulator::{process::Process, setup::NOW, upload::PICTURE};

const LETTERS: u32 = 100_000;
const CONNECTIONS: u16 = 64;

fn client(endpoint: &str) -> Client {
    Client::new(ClientConfig {
        roots: letterform::service::Roots::default(),
        endpoint: Endpoint::parse(endpoint).expect("a loopback address"),
        signature: SignatureForm::V3,
        credentials: Arc::new(Credentials {
            access_key_id: "shop".to_owned(),
            secret: Secret::new("secret".to_owned()),
            token: None,
        }),
        timeout: Duration::from_secs(60),
        clock: Arc::new(ShiftedClock::starting_at(NOW.parse().expect("a time"))),
        nonces: random_nonces(),
        connections: CONNECTIONS.into(),
    })
    .expect("a client")
}

/// The memory of a process in MiB: what it holds now, and the most that it held.
fn memory(process: &Process) -> (u64, u64) {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.child.id())).expect("Linux");
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
        line.split_whitespace().nth(1).expect("a number").parse::<u64>().expect("a number") / 1024
    };
    (field("VmRSS:"), field("VmHWM:"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement: cargo test --release --test it scale -- --ignored --nocapture"]
async fn scale() {
    let folder = tempfile::tempdir().expect("a folder");
    let process = Process::start(folder.path());
    let client = client(&process.endpoint);
    let scan = ScanObject::new(ScanDigest::of(PICTURE), PictureFormat::Png);
    let key = client.upload(scan, PICTURE.into(), &|_| {}).await.expect("uploaded");

    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..CONNECTIONS {
        let (client, key) = (client.clone(), key.clone());
        tasks.spawn(async move {
            for number in (u32::from(task)..LETTERS).step_by(CONNECTIONS.into()) {
                let letter = NewLetter::try_from(Letter {
                    name: LetterName::try_from(format!("第{number}号授权委托书").as_str()).expect("a name"),
                    authorizer: Party::parse(Field::Authorizer, "菜鸟网络科技有限公司").expect("a party"),
                    authorized_party: Party::parse(Field::AuthorizedParty, "支付宝(中国)网络技术有限公司")
                        .expect("a party"),
                    organization_code: OrganizationCode::try_from("91330100799655058B").expect("a code"),
                    validity: "2026-01-01~2028-12-31".parse().expect("a validity"),
                    signatures: Signatures::try_from(vec![
                        SignatureName::try_from("菜鸟网络").expect("a signature"),
                        SignatureName::try_from("菜鸟裹裹").expect("a signature"),
                    ])
                    .expect("signatures"),
                    picture: key.clone(),
                })
                .expect("a new letter");
                client.create(&letter).await.expect("created");
            }
        });
    }
    tasks.join_all().await;
    let rate = f64::from(LETTERS) / start.elapsed().as_secs_f64();
    println!(
        "{LETTERS} creates over {CONNECTIONS} connections: {rate:.0} a second; MiB (now, most): {:?}",
        memory(&process)
    );

    for _ in 0..3 {
        let start = Instant::now();
        let letters = client.query(&LetterFilter::default()).await.expect("letters").value.letters;
        println!("query of all {}: {:.2?}; MiB (now, most): {:?}", letters.len(), start.elapsed(), memory(&process));
    }
    let mut process = process;
    process.kill();
    let start = Instant::now();
    let process = Process::start(folder.path());
    println!("start after a kill: {:.2?}; MiB (now, most): {:?}", start.elapsed(), memory(&process));
    let size = std::fs::metadata(folder.path().join("state.redb")).expect("the state").len() / 1024 / 1024;
    println!("state on disk: {size} MiB");
}
