/// Why there are no credentials.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// There are none anywhere.
    #[error("no credentials were found")]
    NotFound,
}
