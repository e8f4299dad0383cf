use std::{path::PathBuf, sync::Arc};

use url::Url;

use super::{
    Credentials, Environment, ProviderError,
    address::is_near,
    error::unusable,
    key::given,
    sign_in::{CloudSso, OAuth},
};
use crate::{endpoint::Endpoint, escape::shorten};

/// How to get credentials, as a provider says it.
#[derive(Debug, Clone)]
pub(super) enum Source {
    /// Here they are.
    Static(Credentials),
    /// Ask STS for those of a role, as somebody who may take it (`AssumeRole`).
    Role { source: Box<Source>, role: Role },
    /// Ask STS for those of a role with a token of an identity provider (`AssumeRoleWithOIDC`).
    Oidc { provider_arn: String, token_file: PathBuf, role: Role },
    /// Ask the metadata service of this ECS instance for those of its role.
    Ecs { role_name: Option<String> },
    /// Ask a server.
    Uri(Url),
    /// Run a program.
    External { command: String },
    /// Exchange the tokens of a sign-in with OAuth.
    OAuth(Arc<OAuth>),
    /// Exchange the token of a sign-in with CloudSSO.
    CloudSso(Arc<CloudSso>),
}

/// A role, and how to take it.
#[derive(Debug, Clone)]
pub(super) struct Role {
    pub(super) arn: String,
    pub(super) session_name: String,
    pub(super) seconds: u64,
    pub(super) policy: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) sts: Endpoint,
}

/// What a provider says of a role.
#[derive(Debug, Clone, Default)]
pub(super) struct RoleWords {
    pub(super) arn: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) seconds: Option<u64>,
    pub(super) policy: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) sts_region: Option<String>,
    pub(super) vpc: Option<bool>,
}

/// The shortest session that STS gives.
const MIN_SECONDS: u64 = 900;
/// The session that is asked for when nothing else is said.
const DEFAULT_SECONDS: u64 = 3_600;

impl Source {
    /// An identity provider's token for a role. Variables fill in what the provider leaves out.
    pub(super) fn oidc(
        provider_arn: Option<String>,
        token_file: Option<String>,
        role: RoleWords,
        environment: &Environment,
    ) -> Result<Self, ProviderError> {
        const PROVIDER: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
        const TOKEN: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
        let missing = |variable| unusable(&format!("neither it nor {variable} is set"));
        let provider_arn = or_variable(provider_arn, PROVIDER, environment)?.ok_or_else(|| missing(PROVIDER))?;
        let token_file = given(token_file).map(PathBuf::from).or_else(|| environment.file_variable(TOKEN));
        let token_file = token_file.ok_or_else(|| missing(TOKEN))?;
        Ok(Self::Oidc { provider_arn, token_file, role: role.resolve(environment)? })
    }
}

fn or_variable(value: Option<String>, name: &str, environment: &Environment) -> Result<Option<String>, ProviderError> {
    given(value).map_or_else(|| environment.variable(name), |value| Ok(Some(value)))
}

impl RoleWords {
    /// The role. Variables fill in what the provider leaves out.
    pub(super) fn resolve(self, environment: &Environment) -> Result<Role, ProviderError> {
        let arn = or_variable(self.arn, "ALIBABA_CLOUD_ROLE_ARN", environment)?
            .ok_or_else(|| unusable("missing ARN of the role"))?;
        let session_name = or_variable(self.session_name, "ALIBABA_CLOUD_ROLE_SESSION_NAME", environment)?
            .unwrap_or_else(|| "letterform".to_owned());
        let seconds = self.seconds.unwrap_or(DEFAULT_SECONDS);
        if seconds < MIN_SECONDS {
            return Err(unusable(&format!(
                "a session of {seconds} seconds is too short; the minimum is {MIN_SECONDS}"
            )));
        }
        let sts = sts(self.sts_region, self.vpc, environment)?;
        let (policy, external_id) = (given(self.policy), given(self.external_id));
        Ok(Role { arn, session_name, seconds, policy, external_id, sts })
    }
}

/// Where STS is. Variables fill in what is left out.
pub(super) fn sts(
    region: Option<String>,
    vpc: Option<bool>,
    environment: &Environment,
) -> Result<Endpoint, ProviderError> {
    let vpc = vpc.unwrap_or_else(|| environment.is_true("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
    let host = match or_variable(region, "ALIBABA_CLOUD_STS_REGION", environment)? {
        Some(region) if vpc => format!("sts-vpc.{region}.aliyuncs.com"),
        Some(region) => format!("sts.{region}.aliyuncs.com"),
        None => "sts.aliyuncs.com".to_owned(),
    };
    Endpoint::parse(&host).map_err(|error| unusable(&format!("invalid STS region: {error}")))
}

/// A server to ask: by TLS, or on this machine.
pub(super) fn uri(text: &str) -> Result<Source, ProviderError> {
    let url = Url::parse(text).map_err(|error| unusable(&format!("not a valid URL: {error}")))?;
    match url.scheme() {
        "https" => Ok(Source::Uri(url)),
        "http" if is_near(&url) => Ok(Source::Uri(url)),
        "http" => Err(unusable("plain HTTP to another machine is not safe; use https")),
        _ => Err(unusable("unknown scheme; use https")),
    }
}

/// A clause that lists names, the first ones of many.
pub(super) fn listed(mut names: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 10;
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(|name| shorten(&name, 64)).collect();
    match (shown.is_empty(), names.count()) {
        (true, _) => String::new(),
        (false, 0) => format!("; it has {}", shown.join(", ")),
        (false, more) => format!("; it has {} and {more} more", shown.join(", ")),
    }
}
