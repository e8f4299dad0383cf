//! The configuration of the official command line, `~/.aliyun/config.json`.

use serde::Deserialize;

use super::{
    Environment, Problem, Secret,
    recipe::{Recipe, RoleWords, absent, given, key, unusable, uri},
};
use crate::wire::lenient;

#[derive(Deserialize)]
struct Config {
    current: Option<String>,
    profiles: Option<Vec<Profile>>,
}

/// A profile. Whatever the types of its fields, it must not keep another profile from being read.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Profile {
    #[serde(deserialize_with = "lenient::text")]
    name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    mode: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    access_key_id: Option<String>,
    #[serde(deserialize_with = "secret")]
    access_key_secret: Option<Secret>,
    #[serde(deserialize_with = "secret")]
    sts_token: Option<Secret>,
    #[serde(deserialize_with = "lenient::text")]
    ram_role_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    ram_role_arn: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    ram_session_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    role_session_name: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    expired_seconds: Option<u64>,
    #[serde(deserialize_with = "lenient::text")]
    policy: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    external_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    sts_region: Option<String>,
    #[serde(deserialize_with = "lenient::truth")]
    enable_vpc: Option<bool>,
    #[serde(rename = "source_profile", deserialize_with = "lenient::text")]
    source: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    oidc_provider_arn: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    oidc_token_file: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    credentials_uri: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    process_command: Option<String>,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
    Ok(lenient::text(deserializer)?.map(Secret::new))
}

/// What the configuration tells: of the profile that is asked for, of that which `ALIBABA_CLOUD_PROFILE` names, or of the
/// current one.
pub(super) fn recipe(text: &str, environment: &Environment, profile: Option<&str>) -> Result<Recipe, Problem> {
    // The error itself may quote a secret.
    let config: Config = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        unusable(&format!("it can't be understood, from line {}, column {} on", error.line(), error.column()))
    })?;
    let name = profile
        .map(str::to_owned)
        .or_else(|| environment.variable("ALIBABA_CLOUD_PROFILE"))
        .or_else(|| given(config.current.clone()))
        .ok_or_else(|| absent("it names no current profile"))?;
    config.recipe(&name, environment, &mut Vec::new())
}

impl Config {
    /// `passed` are the profiles that led here.
    fn recipe(&self, name: &str, environment: &Environment, passed: &mut Vec<String>) -> Result<Recipe, Problem> {
        if passed.iter().any(|passed| passed == name) {
            return Err(unusable(&format!("the profiles {} lead in a circle", passed.join(", "))));
        }
        passed.push(name.to_owned());
        let profile = self
            .profiles
            .iter()
            .flatten()
            .find(|profile| profile.name.as_deref() == Some(name))
            .ok_or_else(|| absent(&format!("it has no profile `{name}`")))?
            .clone();
        let mode = profile.mode.clone().unwrap_or_default();
        let in_profile = |problem| match problem {
            Problem::Unusable(text) => Problem::Unusable(format!("profile `{name}` ({mode}): {text}")),
            absent @ Problem::Absent(_) => absent,
        };
        match mode.as_str() {
            "AK" => key(profile.access_key_id, profile.access_key_secret, None).map(Recipe::Static),
            "StsToken" => profile.temporary_key(),
            "RamRoleArn" => {
                let source = key(profile.access_key_id.clone(), profile.access_key_secret.clone(), None);
                source.and_then(|source| profile.role_of(Recipe::Static(source), environment))
            }
            "ChainableRamRoleArn" => match given(profile.source.clone()) {
                None => Err(unusable("it names no source_profile")),
                // A problem of the other profile names that one.
                Some(other) => {
                    let source = self.recipe(&other, environment, passed)?;
                    profile.role_of(source, environment)
                }
            },
            "EcsRamRole" => Ok(Recipe::Ecs { role_name: given(profile.ram_role_name) }),
            "OIDC" => {
                let role = RoleWords { session_name: profile.role_session_name.clone(), ..profile.role_words() };
                Recipe::oidc(profile.oidc_provider_arn, profile.oidc_token_file, role, environment)
            }
            "CredentialsURI" => given(profile.credentials_uri)
                .map_or_else(|| Err(unusable("it has no credentials_uri")), |text| uri(&text)),
            "CloudSSO" | "OAuth" => Err(unusable(
                "signing in with a browser is left to the official command line; give the temporary key that it gets in \
                 ALIBABA_CLOUD_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_SECRET and ALIBABA_CLOUD_SECURITY_TOKEN",
            )),
            "External" => given(profile.process_command)
                .map(|command| Recipe::External { command })
                .ok_or_else(|| unusable("it has no process_command")),
            _ => Err(unusable(
                "this mode is not known; known are AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, OIDC, \
                 External and CredentialsURI",
            )),
        }
        .map_err(in_profile)
    }
}

impl Profile {
    fn temporary_key(self) -> Result<Recipe, Problem> {
        if self.sts_token.as_ref().is_none_or(|token| token.expose().is_empty()) {
            return Err(unusable("the sts_token is missing"));
        }
        key(self.access_key_id, self.access_key_secret, self.sts_token).map(Recipe::Static)
    }

    fn role_of(self, source: Recipe, environment: &Environment) -> Result<Recipe, Problem> {
        let role = self.role_words().resolve(environment)?;
        Ok(Recipe::Role { source: Box::new(source), role })
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
