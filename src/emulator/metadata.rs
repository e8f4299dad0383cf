//! The metadata service of an ECS instance with a role, as far as credentials are concerned: its second version, with a token.

use http::{Method, Request, Response};
use hyper::body::Incoming;
use jiff::{SignedDuration, Timestamp};

use super::{
    account::AccessKey,
    answer::{Body, Envelope, full},
    state::{Shared, State},
    sts::random_hex,
};

/// Where it is.
pub(super) const PREFIX: &str = "/latest/";
const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// How long the keys hold that it gives out.
const SECONDS: i64 = 6 * 3_600;

/// The most tokens that are remembered.
const MAX_TOKENS: usize = 100;

/// A role that instances have, and the tokens with which it may be asked for.
#[derive(Debug)]
pub(super) struct Metadata {
    role: String,
    tokens: Vec<(String, Timestamp)>,
}

impl Metadata {
    pub(super) fn new(role: String) -> Self {
        Self { role, tokens: Vec::new() }
    }

    fn token(&mut self, seconds: i64, now: Timestamp) -> String {
        let token = random_hex(128);
        self.tokens.retain(|(_, expires)| *expires > now);
        if self.tokens.len() == MAX_TOKENS {
            self.tokens.remove(0);
        }
        let expires = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
        self.tokens.push((token.clone(), expires));
        token
    }

    fn knows(&self, token: &str, now: Timestamp) -> bool {
        self.tokens.iter().any(|(known, expires)| known == token && *expires > now)
    }
}

/// Answers a request. Where no role was given there is no such service.
pub(super) fn handle(shared: &Shared, request: &Request<Incoming>, envelope: &Envelope) -> Response<Body> {
    let (status, text) = answer(&mut shared.lock(), request, shared.clock.now());
    envelope.respond(status, "text/plain;charset=utf-8", full(text))
}

fn answer(state: &mut State, request: &Request<Incoming>, now: Timestamp) -> (u16, String) {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let Some(metadata) = &mut state.metadata else { return (404, "not found\n".to_owned()) };
    // What forwards the requests of others says so, and must not get a token for them.
    if header("x-forwarded-for").is_some() {
        return (403, "forbidden\n".to_owned());
    }
    let path = request.uri().path();
    if request.method() == Method::PUT && path == TOKEN {
        let seconds = header("x-aliyun-ecs-metadata-token-ttl-seconds").and_then(|text| text.parse().ok());
        return match seconds.filter(|seconds| (1..=21_600).contains(seconds)) {
            Some(seconds) => (200, metadata.token(seconds, now)),
            None => (400, "bad request\n".to_owned()),
        };
    }
    if !header("x-aliyun-ecs-metadata-token").is_some_and(|token| metadata.knows(token, now)) {
        return (403, "forbidden\n".to_owned());
    }
    let role = metadata.role.clone();
    match path.strip_prefix(ROLES) {
        Some("") => (200, role),
        Some(name) if name == role => {
            let Some(account) = state.keys.values().map(AccessKey::account).next().cloned() else {
                return (404, "not found\n".to_owned());
            };
            let mut told = state.sessions.give_out(&mut state.keys, account, &role, "ecs", SECONDS, now);
            told["Code"] = "Success".into();
            told["LastUpdated"] = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
            (200, told.to_string())
        }
        _ => (404, "not found\n".to_owned()),
    }
}
