//! The metadata service of an ECS instance, as far as credentials are concerned: version 2, with a
//! token.

use http::Method;
use jiff::{SignedDuration, Timestamp};

use super::{Sessions, random_hex};
use crate::emulator::auth::{AccessKey, AccessKeys};

const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// How long its keys hold, in seconds.
const SECONDS: i64 = 6 * 3_600;

/// The most tokens it remembers.
const MAX_TOKENS: usize = 100;

/// The role of the instance, and the tokens that may ask for its keys.
#[derive(Debug)]
pub(in crate::emulator) struct Metadata {
    role: String,
    tokens: Vec<(String, Timestamp)>,
}

impl Metadata {
    /// Where it is.
    pub(in crate::emulator) const PREFIX: &str = "/latest/";

    pub(in crate::emulator) fn new(role: String) -> Self {
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

    /// Answers a request with a status and a text. `header` looks up a header of the request.
    pub(in crate::emulator) fn answer<'h>(
        &mut self,
        (method, path): (&Method, &str),
        header: impl Fn(&str) -> Option<&'h str>,
        keys: &mut AccessKeys,
        sessions: &mut Sessions,
        now: Timestamp,
    ) -> (u16, String) {
        // A proxy adds this header, and must not get a token for the requests of others.
        if header("x-forwarded-for").is_some() {
            return (403, "forbidden\n".to_owned());
        }
        if *method == Method::PUT && path == TOKEN {
            let seconds = header("x-aliyun-ecs-metadata-token-ttl-seconds").and_then(|text| text.parse().ok());
            return match seconds.filter(|seconds| (1..=21_600).contains(seconds)) {
                Some(seconds) => (200, self.token(seconds, now)),
                None => (400, "bad request\n".to_owned()),
            };
        }
        if !header("x-aliyun-ecs-metadata-token").is_some_and(|token| self.knows(token, now)) {
            return (403, "forbidden\n".to_owned());
        }
        let account = || keys.values().map(AccessKey::account).next().cloned();
        match (path.strip_prefix(ROLES), account()) {
            (Some(""), _) => (200, self.role.clone()),
            (Some(name), Some(account)) if name == self.role => {
                let mut told = sessions.give_out(keys, account, name, "ecs", SECONDS, now);
                told["Code"] = "Success".into();
                told["LastUpdated"] = now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into();
                (200, told.to_string())
            }
            _ => (404, "not found\n".to_owned()),
        }
    }
}
