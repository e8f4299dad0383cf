//! One table of machines: where credentials are found on each, and which. The official package goes through the same table
//! in `tests/clients/run`.

use std::{
    collections::HashMap,
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::Arc,
    time::Duration,
};

use crate::project::{Emulator, Project};
use letterform::{
    clock::ShiftedClock,
    credentials::{Environment, Found, Means, Place, default_chain},
    nonce,
    service::Endpoint,
};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The profile that was asked for.
    profile: Option<String>,
    /// Variables without `ALIBABA_CLOUD_` before their names.
    #[serde(default)]
    variables: HashMap<String, String>,
    /// Files of the home folder.
    #[serde(default)]
    files: HashMap<String, String>,
    /// `None`: there are none to be found.
    expect: Option<Expected>,
}

/// The place, and either a key or who the service says that its holder is.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Expected {
    provider: String,
    id: Option<String>,
    secret: Option<String>,
    token: Option<String>,
    caller: Option<String>,
}

/// A server that gives out one key, whoever asks.
fn give_out_a_key() -> String {
    const KEY: &str = r#"{"Code":"Success","AccessKeyId":"AK-URI","AccessKeySecret":"secret-uri","SecurityToken":"token-uri","Expiration":"2099-01-01T00:00:00Z"}"#;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let uri = format!("http://{}/key", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let _ = connection.read(&mut [0; 4096]);
            let _ = write!(
                connection,
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{KEY}",
                KEY.len()
            );
        }
    });
    uri
}

const KEYS: [&str; 4] = [
    "--access-key=AK-A:secret-a@1000000000000001",
    "--access-key=AK-B:secret-b@1000000000000002",
    "--access-key=STS.C:secret-c:token-c@1000000000000003",
    "--metadata-role=ecs-role",
];

#[tokio::test]
async fn each_machine_gives_the_credentials_of_the_table() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../data/credentials.json")).expect("a table");
    assert!(cases.len() >= 40);
    let project = Project::new();
    let emulator = Emulator::with(&project, &KEYS);
    let uri = give_out_a_key();
    let mut wrong = Vec::new();
    for case in cases {
        let found = find(&case, &emulator, &uri).await;
        if found != case.expect {
            wrong.push(format!("{}: {:?} and not {found:?}", case.name, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn find(case: &Case, emulator: &Emulator, uri: &str) -> Option<Expected> {
    let home = tempfile::tempdir().expect("a folder");
    let here = home.path().to_str().expect("UTF-8").to_owned();
    let filled = |text: &str| text.replace("$HOME", &here).replace("$URI", uri);
    for (path, content) in &case.files {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, filled(content)).expect("written");
    }
    let variables: HashMap<String, String> =
        case.variables.iter().map(|(name, value)| (format!("ALIBABA_CLOUD_{name}"), filled(value))).collect();
    let environment = Environment::new(move |name| variables.get(name).cloned(), Some(home.path().to_owned()));
    let clock = Arc::new(ShiftedClock::starting_at(NOW.parse().expect("a time")));
    let means = Means {
        sts: Some(Endpoint::parse(&emulator.endpoint).expect("an endpoint")),
        metadata: emulator.endpoint.parse().expect("a URL"),
        ..Means::new(clock, nonce::random(), Duration::from_secs(20))
    };
    let chain = default_chain(environment, case.profile.as_deref(), means);
    let Found { place, credentials, expires } = chain.find().await.ok()?;
    let provider = match place {
        Place::Variables => "env",
        Place::OidcVariables => "oidc",
        Place::CliConfig(_) => "cli",
        Place::CredentialsFile(_) => "file",
        Place::EcsMetadata => "ecs",
        Place::CredentialsUri => "uri",
        _ => "other",
    };
    let provider = provider.to_owned();
    if expires.is_some() && provider != "uri" {
        let caller = chain.caller(&credentials).await.expect("the emulator knows its keys");
        return Some(Expected { provider, caller: Some(caller.arn), ..Expected::default() });
    }
    Some(Expected {
        provider,
        id: Some(credentials.access_key_id.clone()),
        secret: Some(credentials.secret.expose().to_owned()),
        token: credentials.token.as_ref().map(|token| token.expose().to_owned()),
        caller: None,
    })
}

/// The time of the emulator that [`Project`] starts.
const NOW: &str = "2026-11-24T04:00:00Z";
