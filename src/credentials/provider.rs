use std::{fmt, path::PathBuf};

use super::{
    Environment, ProviderError, Secret, cli_config, credentials_file,
    error::{absent, unusable},
    file,
    key::key,
    source::{RoleWords, Source, uri},
};
use crate::escape::visible;

/// A provider of credentials: where they may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Provider {
    /// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET`,
    /// `ALIBABA_CLOUD_SECURITY_TOKEN`.
    Variables,
    /// `ALIBABA_CLOUD_ROLE_ARN`, `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`,
    /// `ALIBABA_CLOUD_OIDC_TOKEN_FILE`.
    OidcVariables,
    /// The configuration of the official command line, `~/.aliyun/config.json`.
    CliConfig(PathBuf),
    /// `~/.alibabacloud/credentials`.
    CredentialsFile(PathBuf),
    /// The metadata service of an ECS instance.
    EcsMetadata,
    /// `ALIBABA_CLOUD_CREDENTIALS_URI`.
    CredentialsUri,
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variables => f.write_str("environment variables"),
            Self::OidcVariables => f.write_str("OIDC role"),
            Self::CliConfig(path) | Self::CredentialsFile(path) => f.write_str(&visible(&path.to_string_lossy())),
            Self::EcsMetadata => f.write_str("ECS instance role"),
            Self::CredentialsUri => f.write_str("ALIBABA_CLOUD_CREDENTIALS_URI"),
        }
    }
}

impl Provider {
    /// The providers of the official default chain, in its order. With a profile, only the files.
    pub(super) fn all(environment: &Environment, profile: Option<&str>) -> Vec<Self> {
        let config = environment.file("ALIBABA_CLOUD_CONFIG_FILE", ".aliyun/config.json").map(Self::CliConfig);
        let files = credentials_file::paths(environment).into_iter().map(Self::CredentialsFile);
        let files = config.into_iter().chain(files);
        if profile.is_some() {
            return files.collect();
        }
        let before = [Self::Variables, Self::OidcVariables];
        let after = [Self::EcsMetadata, Self::CredentialsUri];
        before.into_iter().chain(files).chain(after).collect()
    }

    /// How to get the credentials of this provider.
    pub(super) async fn source(
        &self,
        environment: &Environment,
        profile: Option<&str>,
    ) -> Result<Source, ProviderError> {
        match self {
            Self::Variables => variables(environment),
            Self::OidcVariables => oidc_variables(environment),
            Self::CliConfig(path) => {
                if profile.is_none() && environment.is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") {
                    return Err(absent("ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set"));
                }
                cli_config::source(path, &file::read(path, file::MAX_CONFIG).await?, environment, profile)
            }
            Self::CredentialsFile(path) => {
                credentials_file::source(&file::read(path, file::MAX_CONFIG).await?, environment, profile)
            }
            Self::EcsMetadata if environment.is_true("ALIBABA_CLOUD_ECS_METADATA_DISABLED") => {
                Err(absent("ALIBABA_CLOUD_ECS_METADATA_DISABLED is set"))
            }
            Self::EcsMetadata => Ok(Source::Ecs { role_name: environment.variable("ALIBABA_CLOUD_ECS_METADATA")? }),
            Self::CredentialsUri => {
                let text = environment.variable("ALIBABA_CLOUD_CREDENTIALS_URI")?.ok_or_else(|| absent("not set"))?;
                uri(&text)
            }
        }
    }
}

/// The variables of a key.
pub(super) const KEY_ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
const KEY_SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
const KEY_TOKEN: &str = "ALIBABA_CLOUD_SECURITY_TOKEN";

fn variables(environment: &Environment) -> Result<Source, ProviderError> {
    let id = environment.variable(KEY_ID)?;
    let secret = environment.variable(KEY_SECRET)?.map(Secret::new);
    let token = environment.variable(KEY_TOKEN)?.map(Secret::new);
    match (&id, &secret) {
        (Some(_), Some(_)) => key([KEY_ID, KEY_SECRET, KEY_TOKEN], id, secret, token).map(Source::Static),
        (None, None) => Err(absent(&format!("{KEY_ID} is not set"))),
        (Some(_), None) => Err(unusable(&format!("{KEY_ID} is set, but {KEY_SECRET} is not"))),
        (None, Some(_)) => Err(unusable(&format!("{KEY_SECRET} is set, but {KEY_ID} is not"))),
    }
}

fn oidc_variables(environment: &Environment) -> Result<Source, ProviderError> {
    const NAMES: [&str; 3] =
        ["ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
    let missing: Vec<&str> = NAMES.into_iter().filter(|name| !environment.has(name)).collect();
    match missing.len() {
        0 => Source::oidc(None, None, RoleWords::default(), environment),
        3 => Err(absent(&format!("{} is not set", NAMES[0]))),
        _ => Err(unusable(&format!("not set: {}", missing.join(", ")))),
    }
}
