//! The configuration of the official command line, `~/.aliyun/config.json`.

use std::{path::Path, sync::Arc};

use serde::Deserialize;

use super::{
    Environment, ProviderError,
    error::{absent, unusable},
    key::{given, key},
    profile::{KEY, Profile},
    sign_in::{CloudSso, OAuth},
    source::{RoleWords, Source, listed, uri},
};

#[derive(Deserialize)]
struct Config {
    current: Option<String>,
    profiles: Option<Vec<Profile>>,
}

/// The modes of profiles.
const MODES: [&str; 10] = [
    "AK",
    "StsToken",
    "RamRoleArn",
    "ChainableRamRoleArn",
    "EcsRamRole",
    "OIDC",
    "External",
    "CredentialsURI",
    "OAuth",
    "CloudSSO",
];

/// How many profiles may take a role with one another's credentials.
const MAX_CHAIN: usize = 16;

/// How to get the credentials of the requested profile, that of `ALIBABA_CLOUD_PROFILE`, or the
/// current one.
pub(super) fn source(
    path: &Path,
    text: &str,
    environment: &Environment,
    profile: Option<&str>,
) -> Result<Source, ProviderError> {
    let config = Config::parse(text)?;
    let name = config.chosen(environment, profile)?.ok_or_else(|| absent("no current profile"))?;
    config.source(&name, environment, path)
}

/// The region of that profile.
pub(super) fn region(
    text: &str,
    environment: &Environment,
    profile: Option<&str>,
) -> Result<Option<(String, String)>, ProviderError> {
    let config = Config::parse(text)?;
    let Some(name) = config.chosen(environment, profile)? else { return Ok(None) };
    let region = config.profile(&name).ok().and_then(|profile| given(profile.region_id.clone()));
    Ok(region.map(|region| (region, name)))
}

impl Config {
    fn parse(text: &str) -> Result<Self, ProviderError> {
        // The error itself may quote a secret.
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            unusable(&format!("invalid JSON or unexpected value in line {}, column {}", error.line(), error.column()))
        })
    }

    fn chosen(&self, environment: &Environment, profile: Option<&str>) -> Result<Option<String>, ProviderError> {
        Ok(match profile {
            Some(profile) => Some(profile.to_owned()),
            None => environment.variable("ALIBABA_CLOUD_PROFILE")?.or_else(|| given(self.current.clone())),
        })
    }

    fn profile(&self, name: &str) -> Result<&Profile, ProviderError> {
        let mut profiles = self.profiles.iter().flatten();
        profiles.find(|profile| profile.name.as_deref() == Some(name)).ok_or_else(|| {
            let names = self.profiles.iter().flatten().filter_map(|profile| profile.name.clone());
            absent(&format!("no profile `{name}`{}", listed(names)))
        })
    }

    fn source(&self, name: &str, environment: &Environment, path: &Path) -> Result<Source, ProviderError> {
        let mut profile = self.profile(name)?;
        let mut takers: Vec<&Profile> = Vec::new();
        while profile.mode() == "ChainableRamRoleArn" {
            takers.push(profile);
            let other = given(profile.source.clone())
                .ok_or_else(|| unusable("missing source_profile").within(&profile.label()))?;
            profile = self.profile(&other)?;
            if takers.iter().any(|taker| taker.name == profile.name) {
                let names: Vec<&str> = takers.iter().filter_map(|taker| taker.name.as_deref()).collect();
                return Err(unusable(&format!("source_profile forms a cycle: {}", names.join(", "))));
            }
            if takers.len() > MAX_CHAIN {
                return Err(unusable(&format!("more than {MAX_CHAIN} profiles in a chain of source_profile")));
            }
        }
        let mut source =
            profile.clone().source(environment, path).map_err(|problem| problem.within(&profile.label()))?;
        for taker in takers.into_iter().rev() {
            source = taker.role_of(source, environment).map_err(|problem| problem.within(&taker.label()))?;
        }
        Ok(source)
    }
}

impl Profile {
    fn mode(&self) -> &str {
        self.mode.as_deref().unwrap_or_default()
    }

    /// The profile for a message. A mode that isn't known may be a secret in the wrong line.
    fn label(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        if MODES.contains(&self.mode()) {
            format!("profile `{name}` ({})", self.mode())
        } else {
            format!("profile `{name}`")
        }
    }

    fn source(self, environment: &Environment, path: &Path) -> Result<Source, ProviderError> {
        match self.mode() {
            "AK" => key(KEY, self.access_key_id, self.access_key_secret, None).map(Source::Static),
            "StsToken" => self.temporary_key(),
            "RamRoleArn" => {
                let source = key(KEY, self.access_key_id.clone(), self.access_key_secret.clone(), None)?;
                self.role_of(Source::Static(source), environment)
            }
            "EcsRamRole" => Ok(Source::Ecs { role_name: given(self.ram_role_name) }),
            "OIDC" => {
                let role = RoleWords { session_name: self.role_session_name.clone(), ..self.role_words() };
                Source::oidc(self.oidc_provider_arn, self.oidc_token_file, role, environment)
            }
            "CredentialsURI" => {
                given(self.credentials_uri).map_or_else(|| Err(unusable("missing credentials_uri")), |text| uri(&text))
            }
            "OAuth" => OAuth::of_profile(self, path).map(|oauth| Source::OAuth(Arc::new(oauth))),
            "CloudSSO" => CloudSso::of_profile(self).map(|sso| Source::CloudSso(Arc::new(sso))),
            "External" => given(self.process_command)
                .map(|command| Source::External { command })
                .ok_or_else(|| unusable("missing process_command")),
            "" => Err(unusable("missing mode")),
            _ => Err(unusable(&format!("unknown mode, expected one of {}", MODES.join(", ")))),
        }
    }

    fn temporary_key(self) -> Result<Source, ProviderError> {
        if self.sts_token.as_ref().is_none_or(|token| token.expose().is_empty()) {
            return Err(unusable("missing sts_token"));
        }
        key(KEY, self.access_key_id, self.access_key_secret, self.sts_token).map(Source::Static)
    }

    fn role_of(&self, source: Source, environment: &Environment) -> Result<Source, ProviderError> {
        let role = self.role_words().resolve(environment)?;
        Ok(Source::Role { source: Box::new(source), role })
    }

    fn role_words(&self) -> RoleWords {
        RoleWords {
            arn: self.ram_role_arn.clone(),
            session_name: self.ram_session_name.clone(),
            seconds: self.expired_seconds.filter(|seconds| *seconds != 0),
            policy: self.policy.clone(),
            external_id: self.external_id.clone(),
            sts_region: self.sts_region.clone(),
            vpc: self.enable_vpc,
        }
    }
}
