use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use url::Url;

use super::{
    Credentials, Environment, Problem, Secret,
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

/// What comes of a source: credentials, and when they expire.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    pub(super) credentials: Credentials,
    /// `None`: never.
    pub(super) expires: Option<Timestamp>,
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
    ) -> Result<Self, Problem> {
        const PROVIDER: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
        const TOKEN: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";
        let missing = |variable| unusable(&format!("neither it nor {variable} is set"));
        let provider_arn = or_variable(provider_arn, PROVIDER, environment)?.ok_or_else(|| missing(PROVIDER))?;
        let token_file = given(token_file).map(PathBuf::from).or_else(|| environment.file_variable(TOKEN));
        let token_file = token_file.ok_or_else(|| missing(TOKEN))?;
        Ok(Self::Oidc { provider_arn, token_file, role: role.resolve(environment)? })
    }
}

fn or_variable(value: Option<String>, name: &str, environment: &Environment) -> Result<Option<String>, Problem> {
    given(value).map_or_else(|| environment.variable(name), |value| Ok(Some(value)))
}

impl RoleWords {
    /// The role. Variables fill in what the provider leaves out.
    pub(super) fn resolve(self, environment: &Environment) -> Result<Role, Problem> {
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
pub(super) fn sts(region: Option<String>, vpc: Option<bool>, environment: &Environment) -> Result<Endpoint, Problem> {
    let vpc = vpc.unwrap_or_else(|| environment.is_true("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
    let host = match or_variable(region, "ALIBABA_CLOUD_STS_REGION", environment)? {
        Some(region) if vpc => format!("sts-vpc.{region}.aliyuncs.com"),
        Some(region) => format!("sts.{region}.aliyuncs.com"),
        None => "sts.aliyuncs.com".to_owned(),
    };
    Endpoint::parse(&host).map_err(|error| unusable(&format!("invalid STS region: {error}")))
}

/// A server to ask: by TLS, or on this machine.
pub(super) fn uri(text: &str) -> Result<Source, Problem> {
    let url = Url::parse(text).map_err(|error| unusable(&format!("not a valid URL: {error}")))?;
    match url.scheme() {
        "https" => Ok(Source::Uri(url)),
        "http" if is_near(&url) => Ok(Source::Uri(url)),
        "http" => Err(unusable("plain HTTP to another machine is not safe; use https")),
        _ => Err(unusable("unknown scheme; use https")),
    }
}

/// Whether a request to a URL stays on this machine, or goes no further than the machine's own
/// metadata service.
pub(super) fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => {
            address.is_loopback() || address.is_link_local() || address.octets() == [100, 100, 100, 200]
        }
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A complete key, with a token if there is one. `names` are those of its parts: variables, or
/// fields of a file.
pub(super) fn key(
    names: [&str; 3],
    id: Option<String>,
    secret: Option<Secret>,
    token: Option<Secret>,
) -> Result<Credentials, Problem> {
    let secret = secret.filter(|secret| !secret.expose().is_empty());
    let token = token.filter(|token| !token.expose().is_empty());
    let missing = |name: &str| unusable(&format!("missing {name}"));
    let access_key_id = given(id).ok_or_else(|| missing(names[0]))?;
    let secret = secret.ok_or_else(|| missing(names[1]))?;
    let values = [Some(access_key_id.as_str()), Some(secret.expose()), token.as_ref().map(Secret::expose)];
    for (name, value) in names.into_iter().zip(values) {
        check_characters(name, value.unwrap_or_default())?;
    }
    Ok(Credentials { access_key_id, secret, token })
}

/// Refuses what can't be part of a key, and is easily pasted with one. The value itself is not
/// quoted.
fn check_characters(name: &str, value: &str) -> Result<(), Problem> {
    let problem = if value.trim() != value {
        let (start, end) = (value.trim_start() != value, value.trim_end() != value);
        match (start, end) {
            (true, true) => "starts and ends with white space",
            (true, false) => "starts with white space",
            _ => "ends with white space",
        }
    } else if value.chars().any(|c| c.is_whitespace() || c.is_control()) {
        "contains white space or control characters"
    } else if value.starts_with(['"', '\'']) {
        "starts with a quotation mark"
    } else if !value.is_ascii() {
        "contains characters other than ASCII"
    } else {
        return Ok(());
    };
    Err(Problem::Invalid(format!("{name} {problem}; set it again without").into()))
}

/// A text that says something.
pub(super) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
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

pub(super) fn absent(problem: &str) -> Problem {
    Problem::Absent(problem.into())
}

pub(super) fn unusable(problem: &str) -> Problem {
    Problem::Unusable(problem.into())
}
