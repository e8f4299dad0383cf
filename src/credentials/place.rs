use std::{fmt, path::PathBuf};

use zeroize::Zeroizing;

use super::{
    Credentials, Environment, Problem, Secret, cli_config, credentials_file,
    recipe::{Recipe, RoleWords, absent, unusable, uri},
};
use crate::escape::visible;

/// Where credentials may be found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, `ALIBABA_CLOUD_SECURITY_TOKEN`.
    Variables,
    /// `ALIBABA_CLOUD_ROLE_ARN`, `ALIBABA_CLOUD_OIDC_PROVIDER_ARN`, `ALIBABA_CLOUD_OIDC_TOKEN_FILE`.
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

impl fmt::Display for Place {
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

impl Place {
    /// The places of the official default chain, in its order. Whoever names a profile means the files.
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

    /// What the place tells.
    pub(super) async fn recipe(&self, environment: &Environment, profile: Option<&str>) -> Result<Recipe, Problem> {
        match self {
            Self::Variables => variables(environment),
            Self::OidcVariables => oidc_variables(environment),
            Self::CliConfig(path) => {
                if profile.is_none() && environment.is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED") {
                    return Err(absent("ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set"));
                }
                cli_config::recipe(&read(path).await?, environment, profile)
            }
            Self::CredentialsFile(path) => credentials_file::recipe(&read(path).await?, environment, profile),
            Self::EcsMetadata if environment.is_true("ALIBABA_CLOUD_ECS_METADATA_DISABLED") => {
                Err(absent("ALIBABA_CLOUD_ECS_METADATA_DISABLED is set"))
            }
            Self::EcsMetadata => Ok(Recipe::Ecs { role_name: environment.variable("ALIBABA_CLOUD_ECS_METADATA") }),
            Self::CredentialsUri => {
                let text = environment.variable("ALIBABA_CLOUD_CREDENTIALS_URI").ok_or_else(|| absent("not set"))?;
                uri(&text)
            }
        }
    }
}

fn variables(environment: &Environment) -> Result<Recipe, Problem> {
    const ID: &str = "ALIBABA_CLOUD_ACCESS_KEY_ID";
    const SECRET: &str = "ALIBABA_CLOUD_ACCESS_KEY_SECRET";
    let secret = environment.variable(SECRET).map(Secret::new);
    let token = environment.variable("ALIBABA_CLOUD_SECURITY_TOKEN").map(Secret::new);
    match (environment.variable(ID), secret) {
        (Some(access_key_id), Some(secret)) => Ok(Recipe::Static(Credentials { access_key_id, secret, token })),
        (None, None) => Err(absent(&format!("{ID} is not set"))),
        (Some(_), None) => Err(unusable(&format!("{ID} is set, but {SECRET} is not"))),
        (None, Some(_)) => Err(unusable(&format!("{SECRET} is set, but {ID} is not"))),
    }
}

fn oidc_variables(environment: &Environment) -> Result<Recipe, Problem> {
    const NAMES: [&str; 3] =
        ["ALIBABA_CLOUD_ROLE_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
    let missing: Vec<&str> = NAMES.into_iter().filter(|name| environment.variable(name).is_none()).collect();
    match missing.len() {
        0 => Recipe::oidc(None, None, RoleWords::default(), environment),
        3 => Err(absent(&format!("{} is not set", NAMES[0]))),
        _ => Err(unusable(&format!("not set: {}", missing.join(", ")))),
    }
}

/// A file's text, which holds secrets.
async fn read(path: &std::path::Path) -> Result<Zeroizing<String>, Problem> {
    tokio::fs::read_to_string(path).await.map(Zeroizing::new).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => absent("no such file"),
        _ => unusable(&format!("it can't be read: {error}")),
    })
}
