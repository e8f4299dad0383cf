//! Keys, complete and clean.

use jiff::Timestamp;

use super::{Credentials, ProviderError, Secret, error::unusable};

/// What comes of a source: credentials, and when they expire.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    pub(super) credentials: Credentials,
    /// `None`: never.
    pub(super) expires: Option<Timestamp>,
}

/// A complete key, with a token if there is one. `names` are those of its parts: variables, or
/// fields of a file.
pub(super) fn key(
    names: [&str; 3],
    id: Option<String>,
    secret: Option<Secret>,
    token: Option<Secret>,
) -> Result<Credentials, ProviderError> {
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
fn check_characters(name: &str, value: &str) -> Result<(), ProviderError> {
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
    Err(ProviderError::Invalid(format!("{name} {problem}; set it again without").into()))
}

/// A text that says something.
pub(super) fn given(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
