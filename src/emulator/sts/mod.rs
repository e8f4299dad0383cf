//! The security token service: keys that end, for roles, and who the caller is.
//!
//! There is no register of roles: every account has every role, and a key of any account can assume
//! it. What is imitated is how keys are asked for, carried and ended.

use std::collections::VecDeque;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    auth::{AccessKey, AccessKeys, EmulatorAccount, Session},
    params::Params,
    refusal::{ErrorCode, Refusal},
};

mod metadata;

pub(super) use metadata::Metadata;

/// The most keys of sessions that are remembered: the oldest are forgotten first.
const MAX_SESSIONS: usize = 10_000;

/// The ids of the keys that were given out, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Sessions(VecDeque<String>);

/// By what somebody may take a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// The key that signed the request (`AssumeRole`).
    AccessKey,
    /// A token of an identity provider (`AssumeRoleWithOIDC`).
    OidcToken,
}

/// The session that is asked for.
struct Asked<'p> {
    name: &'p str,
    seconds: i64,
}

/// A role, as an ARN names it.
struct Role {
    account: EmulatorAccount,
    name: String,
    arn: String,
}

impl Sessions {
    /// Gives out a key for a role to somebody with this proof.
    pub(super) fn assume_role(
        &mut self,
        keys: &mut AccessKeys,
        params: &Params,
        proof: Proof,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let role = Role::from_params(keys, params)?;
        let claims = match proof {
            Proof::AccessKey => None,
            Proof::OidcToken => Some(Claims::from_params(params, &role, now)?),
        };
        let Asked { name, seconds } = Asked::from_params(params)?;
        let key = self.give_out(keys, role.account.clone(), &role.name, name, seconds, now);
        let id = format!("3{}:{name}", role.account.number());
        let user = json!({"Arn": format!("{}/{name}", role.arn), "AssumedRoleId": id});
        let mut answer = json!({"AssumedRoleUser": user, "Credentials": key});
        if let Some(Claims { subject, issuer, audience, .. }) = claims {
            answer["OIDCTokenInfo"] = json!({"Subject": subject, "Issuer": issuer, "ClientIds": audience});
        }
        Ok(answer)
    }

    /// Makes a key that ends, and tells it as the service does.
    pub(super) fn give_out(
        &mut self,
        keys: &mut AccessKeys,
        account: EmulatorAccount,
        role: &str,
        session: &str,
        seconds: i64,
        now: Timestamp,
    ) -> Value {
        let [id, secret, token] = [96, 128, 128].map(random_hex);
        let (id, token) = (format!("STS.{id}"), format!("CAIS{token}"));
        let expires = now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
        let told = json!({
            "AccessKeyId": id, "AccessKeySecret": secret, "SecurityToken": token,
            "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        });
        let session = Session { role: role.to_owned(), name: session.to_owned(), expires };
        let key =
            AccessKey { id: id.clone(), secret, token: Some(token), account, active: true, session: Some(session) };
        keys.insert(id.clone(), key);
        self.0.push_back(id);
        if self.0.len() > MAX_SESSIONS
            && let Some(oldest) = self.0.pop_front()
        {
            keys.remove(&oldest);
        }
        told
    }
}

/// Who the caller is (`GetCallerIdentity`).
pub(super) fn caller_identity(key: &AccessKey) -> Value {
    let number = key.account.number();
    match &key.session {
        None => json!({
            "IdentityType": "Account", "AccountId": number, "PrincipalId": number, "UserId": number,
            "Arn": format!("acs:ram::{number}:root"),
        }),
        Some(Session { role, name, .. }) => json!({
            "IdentityType": "AssumedRoleUser", "AccountId": number, "RoleId": format!("3{number}"),
            "PrincipalId": format!("3{number}:{name}"), "Arn": format!("acs:ram::{number}:assumed-role/{role}/{name}"),
        }),
    }
}

impl<'p> Asked<'p> {
    fn from_params(params: &'p Params) -> Result<Self, Refusal> {
        let name = params.filled("RoleSessionName").ok_or_else(|| Refusal::missing("RoleSessionName"))?;
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '@' | '-' | '_' | '=');
        if !(2..=64).contains(&name.len()) || !name.chars().all(allowed) {
            return Err(Refusal::invalid("Parameter.RoleSessionName"));
        }
        let seconds = match params.filled("DurationSeconds") {
            None => 3_600,
            Some(text) => text.parse().map_err(|_| Refusal::invalid("Parameter.DurationSeconds"))?,
        };
        if !(900..=43_200).contains(&seconds) {
            return Err(Refusal::invalid("Parameter.DurationSeconds"));
        }
        Ok(Self { name, seconds })
    }
}

impl Role {
    fn from_params(keys: &AccessKeys, params: &Params) -> Result<Self, Refusal> {
        let arn = params.filled("RoleArn").ok_or_else(|| Refusal::missing("RoleArn"))?;
        let (number, name) = parts(arn, "role").ok_or_else(|| Refusal::invalid("Parameter.RoleArn"))?;
        let account = keys.values().map(AccessKey::account).find(|account| account.number() == number);
        let account = account.ok_or(Refusal::from(ErrorCode::RoleNotFound))?.clone();
        Ok(Self { account, name: name.to_owned(), arn: arn.to_owned() })
    }
}

/// The account and the name in an ARN of RAM.
fn parts<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str)> {
    let (account, thing) = arn.strip_prefix("acs:ram::")?.split_once(':')?;
    let name = thing.strip_prefix(kind)?.strip_prefix('/')?;
    (!account.is_empty() && !name.is_empty()).then_some((account, name))
}

/// What a token says, where it is one of JSON. Its signature is not looked at.
#[derive(Debug, Default)]
struct Claims {
    subject: String,
    issuer: String,
    audience: String,
    expires: Option<i64>,
}

impl Claims {
    /// What the token of a request says, whose provider must be one of the role's account.
    fn from_params(params: &Params, role: &Role, now: Timestamp) -> Result<Self, Refusal> {
        let provider = params.filled("OIDCProviderArn").ok_or_else(|| Refusal::missing("OIDCProviderArn"))?;
        let (account, _) =
            parts(provider, "oidc-provider").ok_or_else(|| Refusal::invalid("Parameter.OIDCProviderArn"))?;
        if account != role.account.number() {
            return Err(ErrorCode::OidcProviderNotFound.into());
        }
        let claims = Self::read(params.filled("OIDCToken").ok_or_else(|| Refusal::missing("OIDCToken"))?);
        if claims.expires.is_some_and(|expires| expires <= now.as_second()) {
            return Err(ErrorCode::OidcTokenExpired.into());
        }
        Ok(claims)
    }

    fn read(token: &str) -> Self {
        let payload = token.split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
        let Some(claims) = payload.and_then(|json| serde_json::from_slice::<Value>(&json).ok()) else {
            return Self::default();
        };
        let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
        Self { subject: text("sub"), issuer: text("iss"), audience: text("aud"), expires: claims["exp"].as_i64() }
    }
}

/// So many random bits in hex digits.
pub(super) fn random_hex(bits: usize) -> String {
    let digits = format!("{:032x}", rand::random::<u128>());
    digits[..bits / 4].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T04:00:00Z".parse().expect("a time")
    }

    fn keys() -> AccessKeys {
        let key: AccessKey = "LTAI1:secret@1234567890123456".parse().expect("valid");
        AccessKeys::from([(key.id.clone(), key)])
    }

    fn params(replaced: &[(&str, &str)]) -> Params {
        let usual = [
            ("RoleArn", "acs:ram::1234567890123456:role/letterform"),
            ("RoleSessionName", "run-7"),
            ("OIDCProviderArn", "acs:ram::1234567890123456:oidc-provider/GitHub"),
            ("OIDCToken", "e30.eyJzdWIiOiJyZXBvIiwiZXhwIjoxNzk1NTAwMDAwfQ.x"),
        ];
        let all = usual.iter().filter(|(name, _)| !replaced.iter().any(|(other, _)| other == name)).chain(replaced);
        all.copied().collect()
    }

    #[test]
    fn a_role_gives_a_key_of_its_account_that_ends() {
        let (mut keys, mut sessions) = (keys(), Sessions::default());
        let asked = params(&[("DurationSeconds", "900")]);
        let answer = sessions.assume_role(&mut keys, &asked, Proof::AccessKey, now()).expect("given");
        assert_eq!(answer["Credentials"]["Expiration"], "2026-11-24T04:15:00Z");
        let key = &keys[answer["Credentials"]["AccessKeyId"].as_str().expect("an id")];
        assert_eq!(caller_identity(key)["Arn"], "acs:ram::1234567890123456:assumed-role/letterform/run-7");
        assert_eq!(caller_identity(&keys["LTAI1"])["AccountId"], "1234567890123456");
    }

    #[test]
    fn what_the_service_would_refuse_is_refused() {
        let code = |replaced: &[(&str, &str)]| {
            let answer = Sessions::default().assume_role(&mut keys(), &params(replaced), Proof::OidcToken, now());
            answer.map_or_else(
                |refusal| refusal.code.into_owned(),
                |answer| answer["OIDCTokenInfo"]["Subject"].to_string(),
            )
        };
        assert_eq!(code(&[]), "\"repo\"");
        for (name, value, expected) in [
            ("RoleArn", "", "MissingRoleArn"),
            ("RoleArn", "letterform", "InvalidParameter.RoleArn"),
            ("RoleArn", "acs:ram::1:role/x", "EntityNotExist.Role"),
            ("RoleSessionName", "a b", "InvalidParameter.RoleSessionName"),
            ("DurationSeconds", "60", "InvalidParameter.DurationSeconds"),
            ("OIDCProviderArn", "acs:ram::1:oidc-provider/x", "EntityNotExist.OIDCProvider"),
            ("OIDCToken", "", "MissingOIDCToken"),
            ("OIDCToken", "e30.eyJleHAiOjF9.x", "AuthenticationFail.OIDCToken.Expired"),
        ] {
            assert_eq!(code(&[(name, value)]), expected, "{name}={value}");
        }
    }

    #[test]
    fn keys_that_were_given_out_are_bounded() {
        let (mut keys, mut sessions) = (keys(), Sessions::default());
        for _ in 0..MAX_SESSIONS + 5 {
            sessions.assume_role(&mut keys, &params(&[]), Proof::AccessKey, now()).expect("given");
        }
        assert_eq!(keys.len(), MAX_SESSIONS + 1);
    }
}
