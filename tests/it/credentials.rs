//! One table of machines: where credentials are found on each, and which. The official package goes
//! through the same table in `tests/clients/run`.

use std::{
    collections::HashMap,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::Arc,
    time::Duration,
};

use crate::project::{Emulator, Project};
use letterform::{
    clock::ShiftedClock,
    credentials::{Environment, Fetcher, FoundCredentials, Provider, default_chain},
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

/// A server that gives out keys: one to anyone, and others for the tokens of a sign-in. Returns its
/// origin.
fn give_out_keys() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let origin = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { return };
            let (status, body) = answer(&read_request(&mut connection));
            let _ = write!(
                connection,
                "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    origin
}

fn read_request(connection: &mut TcpStream) -> String {
    let mut reader = BufReader::new(connection);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        line.make_ascii_lowercase();
        if let Some(announced) = line.strip_prefix("content-length:") {
            length = announced.trim().parse().expect("a number");
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    head + &String::from_utf8(body).expect("text")
}

fn answer(request: &str) -> (u16, &'static str) {
    const URI: &str = r#"{"Code":"Success","AccessKeyId":"AK-URI","AccessKeySecret":"secret-uri","SecurityToken":"token-uri","Expiration":"2099-01-01T00:00:00Z"}"#;
    const KEY: &str = r#"{"AccessKeyId":"STS.C","AccessKeySecret":"secret-c","SecurityToken":"token-c","Expiration":"2099-01-01T00:00:00Z"}"#;
    const SSO: &str = r#"{"CloudCredential":{"AccessKeyId":"STS.C","AccessKeySecret":"secret-c","SecurityToken":"token-c","Expiration":"2099-01-01T00:00:00Z"}}"#;
    const TOKENS: &str = r#"{"access_token":"access-2","refresh_token":"refresh-2","expires_in":3600}"#;
    let bearer = |tokens: &[&str]| tokens.iter().any(|token| request.contains(&format!("bearer {token}\r\n")));
    if request.starts_with("get /key ") {
        (200, URI)
    } else if request.starts_with("post /v1/token ") && request.contains("refresh_token=refresh-1&") {
        (200, TOKENS)
    } else if request.starts_with("post /v1/exchange ") && bearer(&["access-1", "access-2"]) {
        (200, KEY)
    } else if request.starts_with("post /cloud-credentials ") && bearer(&["sso-1"]) {
        (200, SSO)
    } else {
        (401, r#"{"error":"invalid_grant"}"#)
    }
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
    assert!(cases.len() >= 79);
    let project = Project::new();
    let emulator = Emulator::with(&project, &KEYS);
    let keys = give_out_keys();
    let mut wrong = Vec::new();
    for case in cases {
        let found = find(&case, &emulator, &keys).await;
        if found != case.expect {
            wrong.push(format!("{}: {:?} and not {found:?}", case.name, case.expect));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn find(case: &Case, emulator: &Emulator, keys: &str) -> Option<Expected> {
    let home = tempfile::tempdir().expect("a folder");
    let here = home.path().to_str().expect("UTF-8").to_owned();
    let filled =
        |text: &str| text.replace("$HOME", &here).replace("$URI", &format!("{keys}/key")).replace("$SSO", keys);
    for (path, content) in &case.files {
        let path = home.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, filled(content)).expect("written");
    }
    let variables: HashMap<String, String> =
        case.variables.iter().map(|(name, value)| (format!("ALIBABA_CLOUD_{name}"), filled(value))).collect();
    let environment = Environment::new(move |name| variables.get(name).cloned(), Some(home.path().to_owned()));
    let clock = Arc::new(ShiftedClock::starting_at(NOW.parse().expect("a time")));
    let fetcher = Fetcher {
        sts: Some(Endpoint::parse(&emulator.endpoint).expect("an endpoint")),
        metadata: emulator.endpoint.parse().expect("a URL"),
        oauth: Some(keys.parse().expect("a URL")),
        pause: Duration::ZERO,
        ..Fetcher::new(clock, nonce::random(), Duration::from_secs(20))
    };
    let chain = default_chain(environment, case.profile.as_deref(), fetcher);
    let FoundCredentials { provider: place, credentials, expires } = chain.find().await.ok()?;
    let provider = match place {
        Provider::Variables => "env",
        Provider::OidcVariables => "oidc",
        Provider::CliConfig(_) => "cli",
        Provider::CredentialsFile(_) => "file",
        Provider::EcsMetadata => "ecs",
        Provider::CredentialsUri => "uri",
        _ => "other",
    };
    let provider = provider.to_owned();
    let is_role = case.expect.as_ref().is_some_and(|expected| expected.caller.is_some());
    if expires.is_some() && is_role {
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
