//! An apply that takes longer than its temporary credentials hold.
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use crate::papers::paper;
use crate::project::Project;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use letterform::{
    apply::{ReadScans, ScanProblem, apply},
    clock::Clock,
    credentials::{CredentialSource, Environment, Fetcher, default_chain},
    declaration::{self, LoadOptions},
    emulator::{Emulator, EmulatorOptions, Limits, PolicyForm, StateLocation, faults::Faults},
    letter::{ExistingLetters, Scan, Source},
    nonce,
    plan::Plan,
    retry::{Caller, Event, Observer, RetryPolicy, Shutdown},
    service::{Client, ClientConfig, Endpoint, Roots, SignatureForm},
};

/// A clock that stands still until it is moved.
struct Hands(Mutex<Timestamp>);

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Moves the clock with each letter that is settled.
struct Slow<'a>(&'a Hands);

impl Observer for Slow<'_> {
    fn event(&self, event: &Event<'_>) {
        if let Event::Finished { .. } = event {
            *self.0.0.lock().unwrap() += SignedDuration::from_mins(10);
        }
    }
}

struct Pixel;

impl ReadScans for Pixel {
    async fn read(&self, _: &Source, _: &Scan) -> Result<Bytes, ScanProblem> {
        Ok(Bytes::from_static(paper()))
    }
}

#[tokio::test]
async fn temporary_credentials_are_renewed_while_letters_are_created() {
    const LETTERS: usize = 24;
    let start: Timestamp = "2026-11-24T04:00:00Z".parse().unwrap();
    let hands = Arc::new(Hands(Mutex::new(start)));
    let clock: Arc<dyn Clock> = hands.clone();
    let emulator = Emulator::open(EmulatorOptions {
        state: StateLocation::Memory,
        access_keys: vec!["owner:hush@1234567890123456".parse().unwrap()],
        faults: Faults::default(),
        upload_policy: PolicyForm::default(),
        clock: Arc::clone(&clock),
        metadata_role: None,
        limits: Limits::default(),
    });
    let running = emulator.unwrap().listen(&["127.0.0.1:0".parse().unwrap()]).await.unwrap();
    let endpoint = Endpoint::parse(&running.endpoint()).unwrap();

    let names: Vec<String> = (0..LETTERS).map(|number| format!("委托{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let project = Project::with_letters(&names).file("token", "e30.e30.x");
    let loaded = declaration::load(&[PathBuf::from(project.path())], &LoadOptions::new("2026-11-24".parse().unwrap()));
    let plan =
        Plan::new(endpoint.to_string(), loaded.letters, &ExistingLetters::default(), "2026-11-24".parse().unwrap(), 60);
    assert_eq!(plan.summary().create, LETTERS);

    let token = project.path().join("token").to_str().unwrap().to_owned();
    let variables = move |name: &str| match name {
        "ALIBABA_CLOUD_ROLE_ARN" => Some("acs:ram::1234567890123456:role/ci".to_owned()),
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN" => Some("acs:ram::1234567890123456:oidc-provider/ci".to_owned()),
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE" => Some(token.clone()),
        _ => None,
    };
    let timeout = Duration::from_secs(30);
    let means = Fetcher { sts: Some(endpoint.clone()), ..Fetcher::new(Arc::clone(&clock), nonce::random(), timeout) };
    let chain = Arc::new(default_chain(Environment::new(variables, None), None, means));
    let first = chain.get().await.unwrap().access_key_id;
    let client = Client::new(ClientConfig {
        endpoint,
        signature: SignatureForm::V3,
        credentials: chain.clone(),
        timeout,
        clock,
        nonces: nonce::random(),
        roots: Roots::default(),
        connections: 1,
    });
    let (client, stop, slow) = (client.unwrap(), Shutdown::new(), Slow(&hands));
    let caller = Caller::new(&client, RetryPolicy::default(), 1, &slow, &stop);
    let report = apply(plan, &caller, &Pixel, &stop, 1).await;

    assert_eq!(report.summary().created, LETTERS, "{report:?}");
    assert_eq!(hands.now().duration_since(start).as_hours(), 4, "a session is an hour");
    assert_ne!(chain.get().await.unwrap().access_key_id, first);
    running.shutdown().await.unwrap();
}
