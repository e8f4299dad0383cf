use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;

use super::{
    CallerIdentity, CredentialError, CredentialSource, Credentials, Environment, Fetcher, Provider, ProviderAttempt,
    ProviderError,
    key::Fetched,
    source::{RoleWords, Source, sts},
};

/// How many seconds before their end temporary credentials are renewed, so that none expire while a
/// request is under way.
const MARGIN: i64 = 300;

/// The wait after a failed renewal, in seconds: doubled with each failure, up to the second number.
const RENEWAL_WAIT: (i64, i64) = (5, 60);

/// The official default chain. The first provider with credentials is used from then on.
pub struct DefaultChain {
    environment: Environment,
    profile: Option<String>,
    role: Option<AssumedRole>,
    fetcher: Fetcher,
    chosen: Mutex<Option<Chosen>>,
    /// Held while credentials are asked for.
    asking: tokio::sync::Mutex<()>,
}

/// A role that is assumed with what the chain finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    /// The role's ARN.
    pub arn: String,
    /// The ARN of the identity provider whose token is used instead of credentials. The token is in
    /// the file that `ALIBABA_CLOUD_OIDC_TOKEN_FILE` names.
    pub oidc_provider: Option<String>,
}

/// Credentials, where they come from, and when they expire.
#[derive(Debug, Clone)]
pub struct FoundCredentials {
    /// Where they were found, or what assumed the role.
    pub provider: Provider,
    /// The credentials.
    pub credentials: Credentials,
    /// Their end; `None`: they have none, or it is not known.
    pub expires: Option<Timestamp>,
}

#[derive(Clone)]
struct Chosen {
    provider: Provider,
    source: Arc<Source>,
    fetched: Fetched,
    failed: Option<FailedRenewal>,
}

/// The last renewal, when it failed.
#[derive(Clone)]
struct FailedRenewal {
    at: Timestamp,
    /// How many failed in a row.
    count: u32,
    problem: ProviderError,
}

impl FailedRenewal {
    /// Whether it is too early for another one.
    fn is_recent(&self, now: Timestamp) -> bool {
        let (first, most) = RENEWAL_WAIT;
        let wait = first.saturating_mul(1 << self.count.saturating_sub(1).min(16)).min(most);
        now.as_second() - self.at.as_second() < wait
    }
}

impl Chosen {
    /// Seconds until the credentials expire; `None`: they don't.
    fn left(&self, now: Timestamp) -> Option<i64> {
        Some(self.fetched.expires?.as_second() - now.as_second())
    }

    /// Whether they need no renewal yet.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.left(now).is_none_or(|left| left > MARGIN)
    }

    /// Whether a request can be signed with them now.
    fn holds(&self, now: Timestamp) -> bool {
        self.left(now).is_none_or(|left| left > 0)
    }

    fn found(&self) -> FoundCredentials {
        let Fetched { credentials, expires } = self.fetched.clone();
        FoundCredentials { provider: self.provider.clone(), credentials, expires }
    }

    fn not_renewed(&self, problem: ProviderError) -> CredentialError {
        CredentialError::NotRenewed { provider: self.provider.clone(), problem }
    }
}

/// Looks for credentials where the official tools do, in their order. With a `profile`, only in the
/// files.
pub fn default_chain(environment: Environment, profile: Option<&str>, fetcher: Fetcher) -> DefaultChain {
    DefaultChain {
        environment,
        profile: profile.map(str::to_owned),
        role: None,
        fetcher,
        chosen: Mutex::new(None),
        asking: tokio::sync::Mutex::new(()),
    }
}

impl DefaultChain {
    /// The same chain, which assumes this role with what it finds.
    #[must_use]
    pub fn taking(self, role: Option<AssumedRole>) -> Self {
        Self { role, ..self }
    }

    /// The providers that are asked, in this order.
    pub fn providers(&self) -> Vec<Provider> {
        match &self.role {
            Some(AssumedRole { oidc_provider: Some(_), .. }) => vec![Provider::OidcVariables],
            _ => Provider::all(&self.environment, self.profile.as_deref()),
        }
    }

    /// Who the service says that the holder of these credentials is. Asks the STS that variables
    /// name.
    pub async fn caller(&self, credentials: &Credentials) -> Result<CallerIdentity, ProviderError> {
        self.fetcher.caller_identity(credentials, &sts(None, None, &self.environment)?).await
    }

    /// The credentials as they are now, and where they come from.
    pub async fn find(&self) -> Result<FoundCredentials, CredentialError> {
        let now = self.fetcher.clock.now();
        let known = self.chosen().clone();
        let asking = match known {
            Some(chosen) if chosen.is_fresh(now) => return Ok(chosen.found()),
            // One renewal at a time, and nobody waits for it who can do without.
            Some(chosen) if chosen.holds(now) => match self.asking.try_lock() {
                Ok(asking) => asking,
                Err(_) => return Ok(chosen.found()),
            },
            _ => self.asking.lock().await,
        };
        // Another may have asked in the meantime.
        let known = self.chosen().clone();
        let chosen = match known {
            None => self.choose().await?,
            Some(chosen) => self.renew(chosen).await?,
        };
        let found = chosen.found();
        *self.chosen() = Some(chosen);
        drop(asking);
        Ok(found)
    }

    fn chosen(&self) -> MutexGuard<'_, Option<Chosen>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn choose(&self) -> Result<Chosen, CredentialError> {
        let mut attempts = Vec::new();
        for provider in self.providers() {
            let problem = match self.fetcher.patiently(|| Box::pin(self.ask(&provider))).await {
                Ok((source, fetched)) => {
                    self.tell_of(&provider, &fetched);
                    return Ok(Chosen { provider, source: Arc::new(source), fetched, failed: None });
                }
                Err(problem) => problem,
            };
            if !problem.may_be_passed_over() {
                return Err(CredentialError::Stopped { provider, problem });
            }
            // What is configured and passed over may be what was meant.
            match &problem {
                ProviderError::Unusable(_) if provider != Provider::EcsMetadata => {
                    tracing::warn!(%provider, %problem, "credentials passed over");
                }
                _ => tracing::debug!(%provider, %problem, "no credentials"),
            }
            attempts.push(ProviderAttempt { provider, problem });
        }
        Err(match &self.profile {
            Some(profile) => CredentialError::Profile { profile: profile.as_str().into(), attempts },
            None => CredentialError::NotFound { attempts, unread: self.environment.other_names() },
        })
    }

    fn tell_of(&self, provider: &Provider, fetched: &Fetched) {
        tracing::debug!(%provider, access_key_id = super::masked(&fetched.credentials.access_key_id), "credentials found");
        if self.profile.is_none() && self.role.is_none() {
            for (other, read) in self.environment.other_names() {
                tracing::warn!(%provider, "{other} is set but not read; use {read}");
            }
        }
    }

    async fn ask(&self, provider: &Provider) -> Result<(Source, Fetched), ProviderError> {
        let source = self.source(provider).await?;
        let fetched = self.fetcher.fetch(&source).await?;
        Ok((source, fetched))
    }

    async fn source(&self, provider: &Provider) -> Result<Source, ProviderError> {
        let Some(AssumedRole { arn, oidc_provider }) = &self.role else {
            return provider.source(&self.environment, self.profile.as_deref()).await;
        };
        let role = RoleWords { arn: Some(arn.clone()), ..RoleWords::default() };
        if oidc_provider.is_some() {
            return Source::oidc(oidc_provider.clone(), None, role, &self.environment);
        }
        let source = Box::new(provider.source(&self.environment, self.profile.as_deref()).await?);
        Ok(Source::Role { source, role: role.resolve(&self.environment)? })
    }

    /// The same credentials, or new ones if they end soon. The choice of the provider stays.
    async fn renew(&self, chosen: Chosen) -> Result<Chosen, CredentialError> {
        let now = self.fetcher.clock.now();
        let holds = chosen.holds(now);
        if chosen.is_fresh(now) {
            return Ok(chosen);
        }
        if let Some(failed) = chosen.failed.as_ref().filter(|failed| failed.is_recent(now)) {
            if holds {
                return Ok(chosen);
            }
            // Expired since: worth another try.
            if chosen.fetched.expires.is_some_and(|expires| failed.at >= expires) {
                return Err(chosen.not_renewed(failed.problem.clone()));
            }
        }
        match self.fetcher.fetch(&chosen.source).await {
            Ok(fetched) => Ok(Chosen { fetched, failed: None, ..chosen }),
            Err(problem) => {
                let count = chosen.failed.as_ref().map_or(0, |failed| failed.count).saturating_add(1);
                let failed = Some(FailedRenewal { at: self.fetcher.clock.now(), count, problem: problem.clone() });
                let chosen = Chosen { failed, ..chosen };
                if holds {
                    tracing::warn!(provider = %chosen.provider, %problem, "credentials not renewed yet");
                    return Ok(chosen);
                }
                let error = chosen.not_renewed(problem);
                *self.chosen() = Some(chosen);
                Err(error)
            }
        }
    }
}

impl CredentialSource for DefaultChain {
    fn get(&self) -> BoxFuture<'_, Result<Credentials, CredentialError>> {
        Box::pin(async { Ok(self.find().await?.credentials) })
    }
}
