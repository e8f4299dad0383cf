//! Who asks: the keys that sign requests, found where the official tools find them.

use std::fmt;

use futures::future::BoxFuture;

mod address;
mod chain;
mod cli_config;
mod credentials_file;
mod environment;
mod error;
mod external;
mod fetch;
mod file;
mod identity;
mod key;
mod profile;
mod provider;
mod region;
mod secret;
mod sign_in;
mod source;
#[cfg(test)]
mod tests;

pub use chain::{AssumedRole, DefaultChain, FoundCredentials, default_chain};
pub use environment::Environment;
pub use error::{CredentialError, ProviderAttempt, ProviderError};
pub use fetch::Fetcher;
pub use identity::CallerIdentity;
pub use provider::Provider;
pub use region::ConfiguredRegion;
pub use secret::Secret;

use crate::wire::request::Signer;

/// A key, which may be temporary.
#[derive(Clone)]
pub struct Credentials {
    /// The id of the key.
    pub access_key_id: String,
    /// The key.
    pub secret: Secret,
    /// The STS token that goes with a temporary key.
    pub token: Option<Secret>,
}

impl Credentials {
    /// The credentials, bare, for a signature.
    pub(crate) fn signer(&self) -> Signer<'_> {
        Signer {
            access_key_id: &self.access_key_id,
            secret: self.secret.expose(),
            token: self.token.as_ref().map(Secret::expose),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &masked(&self.access_key_id))
            .field("temporary", &self.token.is_some())
            .finish_non_exhaustive()
    }
}

/// A key's id with its middle left out, to be shown: enough to tell which key it is.
pub fn masked(access_key_id: &str) -> String {
    let chars: Vec<char> = access_key_id.chars().collect();
    if chars.len() < 12 {
        return "****".to_owned();
    }
    let (start, end) = (&chars[..4], &chars[chars.len() - 4..]);
    start.iter().chain(&['*'; 4]).chain(end).collect()
}

/// Where credentials come from. Temporary ones are renewed in time: ask again for every request.
pub trait CredentialSource: Send + Sync {
    /// The credentials as they are now.
    fn get(&self) -> BoxFuture<'_, Result<Credentials, CredentialError>>;
}

/// Credentials that never change are a source of themselves.
impl CredentialSource for Credentials {
    fn get(&self) -> BoxFuture<'_, Result<Credentials, CredentialError>> {
        Box::pin(std::future::ready(Ok(self.clone())))
    }
}
