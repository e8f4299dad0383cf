use std::{fmt, sync::Arc};

use reqwest::Certificate;

/// Roots of trust beside the machine's own: those of a company's proxy, say.
#[derive(Clone, Default)]
pub struct Roots(Arc<[Certificate]>);

/// Why a file gives no roots of trust.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RootsError {
    /// There is no certificate in it.
    #[error("there is no certificate in it; it must be PEM, with -----BEGIN CERTIFICATE----- before each")]
    Empty,
    /// It can't be read as certificates.
    #[error("it can't be read as certificates in PEM: {0}")]
    Form(String),
}

impl Roots {
    /// The certificates of a file in PEM, one or more.
    pub fn from_pem(pem: &[u8]) -> Result<Self, RootsError> {
        let certificates =
            Certificate::from_pem_bundle(pem).map_err(|error| RootsError::Form(super::failure::describe(error)))?;
        if certificates.is_empty() { Err(RootsError::Empty) } else { Ok(Self(certificates.into())) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = Certificate> {
        self.0.iter().cloned()
    }
}

impl fmt::Debug for Roots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Roots({})", self.0.len())
    }
}
