//! A database that something else has changed: a clear error, or the state as it was.

use std::{panic::AssertUnwindSafe, path::Path};

use futures::FutureExt;
use letterform::emulator::{AccessKey, Emulator, EmulatorOptions, Limits, PolicyForm, StateFile, StateLocation};

use super::{client::Client, process::Process, setup::Still};

const STATE: &str = r#"{"formatVersion": 1, "accounts": [{"name": "shop",
    "letters": [{"name": "甲授权书", "authorizer": "菜鸟", "authorizedParty": "支付宝", "organizationCode": "91330100799655058B",
        "validity": "2026-01-01~2028-12-31", "signatures": ["菜鸟网络"], "fileKey": "1/a.png"}],
    "objects": [{"key": "1/a.png", "base64": "iVBORw0KGgo="}],
    "signatures": [{"name": "菜鸟网络", "letter": "甲授权书"}],
    "qualifications": [{"id": 3, "company": "菜鸟", "organizationCode": "9"}]}]}"#;

/// How far apart the places are that are damaged, in bytes: a prime, so that all parts of pages are
/// met.
const STRIDE: usize = 2039;

fn open(folder: &Path) -> Result<Emulator, String> {
    let emulator = Emulator::open(EmulatorOptions {
        state: StateLocation::Folder(folder.to_owned()),
        access_keys: vec![AccessKey::default()],
        faults: letterform::emulator::faults::Faults::default(),
        upload_policy: PolicyForm::default(),
        clock: std::sync::Arc::new(Still),
        metadata_role: None,
        limits: Limits::default(),
    });
    emulator.map_err(|error| error.to_string())
}

/// The state in a folder and whether it warns of it, or what was said instead.
async fn read(folder: &Path) -> Result<(StateFile, bool), String> {
    let emulator = open(folder)?;
    let warns = emulator.warning().is_some();
    let state = emulator.export().map_err(|error| error.to_string());
    emulator.close().await.map_err(|error| error.to_string())?;
    Ok((state?, warns))
}

/// Opens a copy of the state with each of these changes. Returns how many were errors.
async fn damage(name: &str, whole: &[u8], expected: &StateFile, spoil: impl Fn(&mut Vec<u8>, usize)) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let mut errors = 0;
    for place in (0..whole.len()).step_by(STRIDE) {
        let mut content = whole.to_vec();
        spoil(&mut content, place);
        std::fs::write(folder.path().join("state.redb"), &content).expect("written");
        let opened = AssertUnwindSafe(read(folder.path())).catch_unwind().await;
        match opened.unwrap_or_else(|_| panic!("{name} at {place}: a panic")) {
            Ok((state, warns)) => assert!(warns || &state == expected, "{name} at {place}: {state:?}"),
            Err(error) => {
                let place = folder.path().display().to_string();
                assert!(error.starts_with("the state in ") && error.contains(&place), "{name}: {error}");
                errors += 1;
            }
        }
    }
    errors
}

#[tokio::test]
async fn a_damaged_database_is_an_error_or_holds_what_it_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let emulator = open(folder.path()).expect("opens");
    emulator.import(serde_json::from_str(STATE).expect("a state")).expect("imported");
    emulator.close().await.expect("written");
    let (expected, warns) = read(folder.path()).await.expect("is whole");
    assert!(!warns);
    let whole = std::fs::read(folder.path().join("state.redb")).expect("a file");

    let mut errors = 0;
    errors += damage("a byte of ones", &whole, &expected, |content, place| content[place] = 0xff).await;
    errors += damage("a page of zeros", &whole, &expected, |content, place| {
        let end = content.len().min(place + 4096);
        content[place..end].fill(0);
    })
    .await;
    // An empty file is a new one.
    errors += damage("a cut", &whole, &expected, |content, place| content.truncate(place.max(1))).await;
    assert!(errors > 40, "{errors} errors");
}

#[tokio::test]
async fn a_database_that_is_damaged_after_a_kill_loses_nothing_in_silence() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut process = Process::start(folder.path());
    let client = Client::new(&process.endpoint);
    let changes =
        [STATE, r#"{"formatVersion": 1, "accounts": [{"name": "shop", "signatures": [{"name": "菜鸟裹裹"}]}]}"#];
    for change in changes {
        assert_eq!(client.admin(reqwest::Method::POST, "/state", change).await.status, 200);
    }
    process.kill();
    let whole = std::fs::read(folder.path().join("state.redb")).expect("a file");
    let (expected, warns) = read(folder.path()).await.expect("is whole");
    assert!(!warns && expected.accounts[0].signatures.len() == 2);
    damage("a bit", &whole, &expected, |content, place| content[place] ^= 0x10).await;
}
