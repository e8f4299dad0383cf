use std::path::PathBuf;

use super::InvalidDeclarations;
use crate::{
    accounts::AccountFailure,
    credentials::{CredentialError, Provider, ProviderError},
    declaration::workspace::AccountId,
    escape::Untrusted,
    plan::{NotDeclared, Staleness},
    service::{ClientError, ServiceError},
};

/// Why an account has no plan or no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// Its declarations have errors, or letters to create break rules for new letters.
    #[error(transparent)]
    Declarations(#[from] InvalidDeclarations),
    /// Its service can't be reached, or the credentials are not those of the account.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The service refused, or did not answer.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// Letters were asked for that are not declared.
    #[error(transparent)]
    NotDeclared(#[from] NotDeclared),
    /// The saved plan does not hold any more.
    #[error("the plan is stale, and nothing was created: {}", in_one_line(.0))]
    Stale(Vec<Staleness>),
    /// The saved plan can't be applied to the account, for this reason.
    #[error("{0}")]
    Unusable(String),
}

/// Why there is no connection to a service.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// There are no credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialError),
    /// Nobody says whose credentials these are.
    #[error("STS does not tell whose credentials these are: {0}")]
    Identity(ProviderError),
    /// The credentials are of another account than the workspace file names.
    #[error(
        "the credentials from {provider} are of the account {found}, and the workspace file says {expected}; nothing was \
         asked or created: check the profile or the role of the account"
    )]
    OtherAccount {
        /// Where the credentials come from.
        provider: Provider,
        /// The account that they are of.
        found: Untrusted,
        /// The account that they should be of.
        expected: AccountId,
    },
    /// There is no HTTP client.
    #[error("the client can't be made: {0}")]
    Client(ClientError),
    /// The folder is not one of a sandbox.
    #[error(
        "{} holds other files than a sandbox's; give --sandbox=DIR an empty folder, or one that does not exist yet",
        .0.display()
    )]
    SandboxFolder(PathBuf),
    /// The sandbox does not start.
    #[cfg(feature = "emulator")]
    #[error(transparent)]
    Sandbox(#[from] crate::emulator::EmulatorError),
    /// The sandbox's letters can't be kept.
    #[cfg(feature = "emulator")]
    #[error("the sandbox's state can't be written: {0}")]
    SandboxState(crate::emulator::StoreError),
    /// This is a build without the emulator.
    #[cfg(not(feature = "emulator"))]
    #[error("this build of letterform has no sandbox; use one that is built with the feature `emulator`")]
    NoSandbox,
}

impl RunError {
    /// The failure of the service, when that is the reason.
    pub fn service(&self) -> Option<&ServiceError> {
        if let Self::Service(error) = self { Some(error) } else { None }
    }
}

fn in_one_line(reasons: &[Staleness]) -> String {
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    reasons.join("; ")
}

impl From<&RunError> for AccountFailure {
    fn from(error: &RunError) -> Self {
        Self {
            code: error.service().and_then(ServiceError::code).cloned(),
            message: error.to_string().into(),
            request_id: error.service().and_then(ServiceError::request_id).cloned(),
        }
    }
}
