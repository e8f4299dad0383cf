use std::path::PathBuf;

use jiff::Timestamp;
use url::Url;

use super::{Credentials, Environment, Problem, Secret};
use crate::transport::Endpoint;

/// How to get credentials, as a place tells it.
#[derive(Debug, Clone)]
pub(super) enum Recipe {
    /// Here they are.
    Static(Credentials),
    /// Ask STS for those of a role, as somebody who may take it (`AssumeRole`).
    Role { source: Box<Recipe>, role: Role },
    /// Ask STS for those of a role with a token of an identity provider (`AssumeRoleWithOIDC`).
    Oidc { provider_arn: String, token_file: PathBuf, role: Role },
    /// Ask the metadata service of this ECS instance for those of its role.
    Ecs { role_name: Option<String> },
    /// Ask a server.
    Uri(Url),
    /// Run a program.
    External { command: String },
}

/// What comes of a recipe: credentials, and until when they hold.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    pub(super) credentials: Credentials,
    /// `None`: for good.
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

/// What a place says of a role.
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

impl Recipe {
    /// An identity provider's token for a role. What a place does not say, variables may.
    pub(super) fn oidc(
        provider_arn: Option<String>,
        token_file: Option<String>,
        role: RoleWords,
        environment: &Environment,
    ) -> Result<Self, Problem> {
        let or_variable = |value: Option<String>, variable| {
            given(value)
                .or_else(|| environment.variable(variable))
                .ok_or_else(|| unusable(&format!("neither it nor {variable} is set")))
        };
        Ok(Self::Oidc {
            provider_arn: or_variable(provider_arn, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN")?,
            token_file: or_variable(token_file, "ALIBABA_CLOUD_OIDC_TOKEN_FILE")?.into(),
            role: role.resolve(environment)?,
        })
    }
}

impl RoleWords {
    /// The role. What a place does not say, variables may.
    pub(super) fn resolve(self, environment: &Environment) -> Result<Role, Problem> {
        let arn = given(self.arn)
            .or_else(|| environment.variable("ALIBABA_CLOUD_ROLE_ARN"))
            .ok_or_else(|| unusable("the ARN of the role is missing"))?;
        let session_name = given(self.session_name)
            .or_else(|| environment.variable("ALIBABA_CLOUD_ROLE_SESSION_NAME"))
            .unwrap_or_else(|| "letterform".to_owned());
        let seconds = self.seconds.unwrap_or(DEFAULT_SECONDS);
        if seconds < MIN_SECONDS {
            return Err(unusable(&format!("a session of {seconds} seconds is too short; {MIN_SECONDS} is the least")));
        }
        let sts = sts(self.sts_region, self.vpc, environment)?;
        let (policy, external_id) = (given(self.policy), given(self.external_id));
        Ok(Role { arn, session_name, seconds, policy, external_id, sts })
    }
}

/// Where STS is. What nobody says, variables may.
pub(super) fn sts(region: Option<String>, vpc: Option<bool>, environment: &Environment) -> Result<Endpoint, Problem> {
    let vpc = vpc.unwrap_or_else(|| environment.is_true("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"));
    let host = match given(region).or_else(|| environment.variable("ALIBABA_CLOUD_STS_REGION")) {
        Some(region) if vpc => format!("sts-vpc.{region}.aliyuncs.com"),
        Some(region) => format!("sts.{region}.aliyuncs.com"),
        None => "sts.aliyuncs.com".to_owned(),
    };
    Endpoint::parse(&host).map_err(|error| unusable(&format!("no host of STS: {error}")))
}

/// A server to ask: by TLS, or on this machine.
pub(super) fn uri(text: &str) -> Result<Recipe, Problem> {
    let url = Url::parse(text).map_err(|error| unusable(&format!("no URL: {error}")))?;
    match url.scheme() {
        "https" => Ok(Recipe::Uri(url)),
        "http" if is_near(&url) => Ok(Recipe::Uri(url)),
        "http" => Err(unusable("plain http to another machine could be read on the way; use https")),
        scheme => Err(unusable(&format!("neither http nor https but {scheme}"))),
    }
}

/// Whether a request to a URL stays on this machine, or goes no further than the machine's own metadata service.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => {
            address.is_loopback() || address.is_link_local() || address.octets() == [100, 100, 100, 200]
        }
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A key that is whole, with a token if there is one.
pub(super) fn key(id: Option<String>, secret: Option<Secret>, token: Option<Secret>) -> Result<Credentials, Problem> {
    let is_given = |secret: &Secret| !secret.expose().is_empty();
    Ok(Credentials {
        access_key_id: given(id).ok_or_else(|| unusable("the AccessKey id is missing"))?,
        secret: secret.filter(is_given).ok_or_else(|| unusable("the AccessKey secret is missing"))?,
        token: token.filter(is_given),
    })
}

/// A text that says something.
pub(super) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

pub(super) fn absent(problem: &str) -> Problem {
    Problem::Absent(problem.to_owned())
}

pub(super) fn unusable(problem: &str) -> Problem {
    Problem::Unusable(problem.to_owned())
}
