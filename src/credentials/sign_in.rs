//! Profiles of somebody who signed in with a browser: their tokens are exchanged for keys, without
//! a browser.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    Credentials, ProviderError, Secret,
    address::is_near,
    error::unusable,
    file,
    key::{Fetched, given, key},
    profile::{KEY, Profile},
};

/// A sign-in with OAuth (mode `OAuth`).
#[derive(Debug)]
pub(super) struct OAuth {
    pub(super) profile: String,
    /// The file to keep new tokens in: the old ones are worth nothing once they are used.
    config: PathBuf,
    pub(super) site: Site,
    pub(super) tokens: Mutex<Tokens>,
}

/// What an OAuth profile holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Tokens {
    /// The keys of the last exchange.
    pub(super) keys: Option<(Credentials, i64)>,
    pub(super) access: Option<Secret>,
    /// Seconds since 1970.
    pub(super) access_expires: i64,
    pub(super) refresh: Option<Secret>,
}

/// A server of OAuth, and the official command line's id there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site {
    pub(super) origin: &'static str,
    pub(super) client_id: &'static str,
}

const CHINA: Site = Site { origin: "https://oauth.aliyun.com", client_id: "4038181954557748008" };
const INTERNATIONAL: Site = Site { origin: "https://oauth.alibabacloud.com", client_id: "4103531455503354461" };

/// An access token that ends within so many seconds is refreshed first, as in the official
/// packages.
const REFRESH_BEFORE: i64 = 1200;

/// A sign-in with CloudSSO (mode `CloudSSO`).
#[derive(Debug)]
pub(super) struct CloudSso {
    pub(super) profile: String,
    pub(super) sign_in: Url,
    pub(super) account_id: String,
    pub(super) access_config: String,
    access_token: Secret,
    expires: i64,
}

fn held(secret: Option<Secret>) -> Option<Secret> {
    secret.filter(|secret| !secret.expose().is_empty())
}

fn seconds(number: Option<u64>) -> i64 {
    number.and_then(|number| i64::try_from(number).ok()).unwrap_or(0)
}

/// What to do when tokens can't be used any more.
fn sign_in_again(mode: &str, profile: &str) -> String {
    format!("run `aliyun configure --mode {mode} --profile '{profile}'` to sign in again")
}

impl OAuth {
    pub(super) fn of_profile(profile: Profile, config: &Path) -> Result<Self, ProviderError> {
        let site = match profile.oauth_site_type.as_deref().map(str::to_ascii_uppercase).as_deref() {
            None | Some("CN") => CHINA,
            Some("INTL") => INTERNATIONAL,
            Some(_) => return Err(unusable("unknown oauth_site_type, expected CN or INTL")),
        };
        let expires = seconds(profile.sts_expiration);
        let keys = match (held(profile.sts_token), expires) {
            (Some(token), 1..) => {
                let key = key(KEY, profile.access_key_id, profile.access_key_secret, Some(token));
                key.ok().map(|key| (key, expires))
            }
            _ => None,
        };
        Ok(Self {
            profile: profile.name.unwrap_or_default(),
            config: config.to_owned(),
            site,
            tokens: Mutex::new(Tokens {
                keys,
                access: held(profile.oauth_access_token),
                access_expires: seconds(profile.oauth_access_token_expire),
                refresh: held(profile.oauth_refresh_token),
            }),
        })
    }

    pub(super) fn tokens(&self) -> Tokens {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn sign_in_again(&self) -> String {
        sign_in_again("OAuth", &self.profile)
    }

    /// Keeps new tokens, here and in the file of the command line.
    pub(super) async fn keep(&self, tokens: Tokens) {
        *self.tokens.lock().unwrap_or_else(PoisonError::into_inner) = tokens.clone();
        let (config, profile) = (self.config.clone(), self.profile.clone());
        let saved = tokio::task::spawn_blocking(move || save(&config, &profile, &tokens)).await;
        if !matches!(saved, Ok(Ok(()))) {
            let help = self.sign_in_again();
            tracing::warn!(file = %self.config.display(), "can't save the new OAuth tokens; if the next run fails, {help}");
        }
    }
}

impl Tokens {
    /// The keys, if they hold for another `margin` seconds.
    pub(super) fn keys(&self, now: Timestamp, margin: i64) -> Option<Fetched> {
        let (credentials, expires) = self.keys.as_ref().filter(|(_, expires)| expires - now.as_second() > margin)?;
        Some(Fetched { credentials: credentials.clone(), expires: Timestamp::from_second(*expires).ok() })
    }

    /// The refresh token, if it is to be used before the exchange.
    pub(super) fn to_refresh(&self, now: Timestamp) -> Option<&Secret> {
        let fresh = self.access.is_some() && self.access_expires - now.as_second() > REFRESH_BEFORE;
        self.refresh.as_ref().filter(|_| !fresh)
    }
}

/// Writes tokens into a profile of the configuration. The rest of the file stays, and the file is
/// replaced as a whole.
fn save(config: &Path, profile: &str, tokens: &Tokens) -> Result<(), ProviderError> {
    let failed = |error: std::io::Error| unusable(&format!("can't be written: {error}"));
    // A link stays a link.
    let path = std::fs::canonicalize(config).map_err(failed)?;
    let text = file::read_blocking(&path, file::MAX_CONFIG)?;
    let mut document: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| unusable("invalid JSON"))?;
    let profiles = document.get_mut("profiles").and_then(Value::as_array_mut).into_iter().flatten();
    let entry = profiles
        .filter(|entry| entry.get("name").and_then(Value::as_str) == Some(profile))
        .find_map(Value::as_object_mut)
        .ok_or_else(|| unusable("the profile is gone"))?;
    let text = |secret: &Option<Secret>| secret.as_ref().map_or("", Secret::expose).into();
    entry.insert("oauth_refresh_token".to_owned(), text(&tokens.refresh));
    entry.insert("oauth_access_token".to_owned(), text(&tokens.access));
    entry.insert("oauth_access_token_expire".to_owned(), tokens.access_expires.into());
    if let Some((credentials, expires)) = &tokens.keys {
        entry.insert(KEY[0].to_owned(), credentials.access_key_id.as_str().into());
        entry.insert(KEY[1].to_owned(), credentials.secret.expose().into());
        entry.insert(KEY[2].to_owned(), text(&credentials.token));
        entry.insert("sts_expiration".to_owned(), (*expires).into());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    // As the command line itself writes it.
    let format = serde_json::ser::PrettyFormatter::with_indent(b"\t");
    let mut out = serde_json::Serializer::with_formatter(new.as_file_mut(), format);
    serde::Serialize::serialize(&document, &mut out).map_err(|error| failed(error.into()))?;
    new.write_all(b"\n").map_err(failed)?;
    let permissions = std::fs::metadata(&path).map_err(failed)?.permissions();
    new.as_file().set_permissions(permissions).map_err(failed)?;
    new.as_file().sync_all().map_err(failed)?;
    new.persist(&path).map_err(|error| failed(error.error))?;
    Ok(())
}

impl CloudSso {
    pub(super) fn of_profile(profile: Profile) -> Result<Self, ProviderError> {
        let name = profile.name.unwrap_or_default();
        let missing = |field: &str| unusable(&format!("missing {field}; {}", sign_in_again("CloudSSO", &name)));
        let sign_in = given(profile.cloud_sso_sign_in_url).ok_or_else(|| missing("cloud_sso_sign_in_url"))?;
        let sign_in = Url::parse(&sign_in)
            .ok()
            .filter(|url| url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && is_near(url))))
            .ok_or_else(|| unusable("cloud_sso_sign_in_url is not a valid https URL"))?;
        Ok(Self {
            sign_in,
            account_id: given(profile.cloud_sso_account_id).ok_or_else(|| missing("cloud_sso_account_id"))?,
            access_config: given(profile.cloud_sso_access_config).ok_or_else(|| missing("cloud_sso_access_config"))?,
            access_token: held(profile.access_token).ok_or_else(|| missing("access_token"))?,
            expires: seconds(profile.cloud_sso_access_token_expire),
            profile: name,
        })
    }

    /// The access token, while it holds.
    pub(super) fn token(&self, now: Timestamp) -> Result<&Secret, ProviderError> {
        if self.expires > now.as_second() {
            return Ok(&self.access_token);
        }
        Err(unusable(&format!("the sign-in of profile `{}` has expired; {}", self.profile, self.sign_in_again())))
    }

    pub(super) fn sign_in_again(&self) -> String {
        sign_in_again("CloudSSO", &self.profile)
    }
}

/// New tokens, as the server of OAuth writes them.
#[derive(Deserialize)]
pub(super) struct NewTokens {
    pub(super) access_token: Secret,
    pub(super) refresh_token: Secret,
    pub(super) expires_in: Option<i64>,
}
