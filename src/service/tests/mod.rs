//! The client against a server on a loopback port.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use jiff::Timestamp;

use super::*;
use crate::{
    clock::Clock,
    credentials::{Credentials, Secret},
    letter::{Letter, PictureFormat, ScanDigest, Signatures},
    transport::scripted::{Scripted, Step},
};

mod failures;
mod requests;
mod signatures;
mod uploads;

/// 2026-11-23T18:03:53Z
const NOW: i64 = 1_795_457_033;

const SECRET: &str = "a/secret key";
const TOKEN: &str = "a+token=";

struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(NOW).expect("a time")
    }
}

fn config(origin: &str) -> ClientConfig {
    let count = AtomicU64::new(0);
    ClientConfig {
        roots: Roots::default(),
        endpoint: Endpoint::parse(origin).expect("an endpoint"),
        signature: SignatureForm::V3,
        credentials: Arc::new(Credentials {
            access_key_id: "LTAI1".to_owned(),
            secret: Secret::new(SECRET.to_owned()),
            token: Some(Secret::new(TOKEN.to_owned())),
        }),
        timeout: Duration::from_secs(20),
        clock: Arc::new(StoppedClock),
        nonces: Arc::new(move || format!("nonce{}", count.fetch_add(1, Ordering::SeqCst))),
        connections: 8,
    }
}

fn client(server: &Scripted) -> Client {
    Client::new(config(&server.origin())).expect("a client")
}

fn letter() -> NewLetter<FileKey> {
    let names = ["菜鸟网络", "Aliyun通信"].map(|name| SignatureName::try_from(name).expect(name));
    let letter = Letter {
        name: "菜鸟公司授权书".try_into().expect("a name"),
        authorizer: "菜鸟网络 科技".try_into().expect("a party"),
        authorized_party: "支付宝(中国)".try_into().expect("a party"),
        organization_code: "91330100799655058B".try_into().expect("a code"),
        validity: "2026-01-01~2029-01-01".try_into().expect("a validity"),
        signatures: Signatures::try_from(names.to_vec()).expect("signatures"),
        picture: "123456/test.jpg".try_into().expect("a key"),
    };
    NewLetter::try_from(letter).expect("a new letter")
}

fn scan() -> (ScanObject, Bytes) {
    let bytes = Bytes::from_static(b"\x89PNG\r\n\x1a\n...");
    (ScanObject::new(ScanDigest::of(&bytes), PictureFormat::Png), bytes)
}
