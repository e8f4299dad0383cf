use std::fmt;

use super::Provider;
use crate::escape::Untrusted;

/// Why there are no credentials.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// No provider has any.
    #[error("no credentials found; {}; {}{HELP}", in_one_line(attempts), other_names(.unread))]
    NotFound {
        /// The providers that were asked, in this order.
        attempts: Vec<ProviderAttempt>,
        /// Variables of other tools that are set: the name, and the name that is read instead.
        unread: Vec<(&'static str, &'static str)>,
    },
    /// The requested profile has none.
    #[error("no credentials in profile `{}`; {}; check --profile", profile, in_one_line(attempts))]
    Profile {
        /// The profile.
        profile: Untrusted,
        /// Where it was looked for, in this order.
        attempts: Vec<ProviderAttempt>,
    },
    /// A provider is configured and can't be used now. Others aren't asked: they may belong to
    /// another account.
    #[error("can't use the credentials from {provider}: {problem}; no other credentials were tried")]
    Stopped {
        /// The provider.
        provider: Provider,
        /// What is wrong.
        problem: ProviderError,
    },
    /// Temporary credentials have expired and can't be renewed.
    #[error("the credentials from {provider} have expired and can't be renewed: {problem}")]
    NotRenewed {
        /// Where they come from.
        provider: Provider,
        /// Why there are no new ones.
        problem: ProviderError,
    },
}

impl CredentialError {
    /// Whether the same source may give credentials in a few seconds.
    pub fn passes(&self) -> bool {
        matches!(self, Self::NotRenewed { problem: ProviderError::Unavailable(_), .. })
    }
}

/// What to do when there are no credentials.
const HELP: &str = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`";

/// A provider that was asked, and why it gave no credentials.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{provider}: {problem}")]
pub struct ProviderAttempt {
    /// The provider.
    pub provider: Provider,
    /// Why it gave none.
    pub problem: ProviderError,
}

/// Why a provider gives no credentials. Its text is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderError {
    /// Nothing is configured there.
    Absent(Untrusted),
    /// Something is configured there and can't be used. The next provider is asked, as in the
    /// official chain.
    Unusable(Untrusted),
    /// A value is malformed. No other provider is asked.
    Invalid(Untrusted),
    /// What must be asked doesn't answer at the moment. No other provider is asked.
    Unavailable(Untrusted),
}

impl ProviderError {
    /// Whether the providers after this one may be asked.
    pub(super) fn may_be_passed_over(&self) -> bool {
        matches!(self, Self::Absent(_) | Self::Unusable(_))
    }

    /// With where it is, unless nothing is there.
    pub(super) fn within(mut self, place: &str) -> Self {
        if let Self::Unusable(text) | Self::Invalid(text) | Self::Unavailable(text) = &mut self {
            text.raw_mut().insert_str(0, &format!("{place}: "));
        }
        self
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Absent(text) | Self::Unusable(text) | Self::Invalid(text) | Self::Unavailable(text)) = self;
        text.fmt(f)
    }
}

pub(super) fn absent(problem: &str) -> ProviderError {
    ProviderError::Absent(problem.into())
}

pub(super) fn unusable(problem: &str) -> ProviderError {
    ProviderError::Unusable(problem.into())
}

fn in_one_line(attempts: &[ProviderAttempt]) -> String {
    attempts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn other_names(unread: &[(&str, &str)]) -> String {
    let texts: Vec<String> =
        unread.iter().map(|(other, read)| format!("{other} is set but not read, use {read}; ")).collect();
    texts.concat()
}
