//! The form of signing that the official SDKs use by default, ACS3-HMAC-SHA256 ("V3"): the
//! signature is in a header.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::encode::canonical_query;

/// The name of the algorithm, the first word of the header `Authorization`.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// What is signed of a request.
///
/// The order of `query` and `headers` does not matter: both are sorted before they are signed.
#[derive(Clone, Copy)]
pub struct CanonicalRequest<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// The path; `/` for every operation of this service.
    pub path: &'a str,
    /// The query's parameters, decoded.
    pub query: &'a [(String, String)],
    /// The headers that are signed: lower-case names, each once, with their values.
    pub headers: &'a [(String, String)],
    /// The body's SHA-256 in hexadecimal digits.
    pub body_sha256: &'a str,
}

impl CanonicalRequest<'_> {
    /// The text that stands for the request.
    pub fn text(&self) -> String {
        let query = canonical_query(self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let mut headers = String::new();
        for (name, value) in self.sorted_headers() {
            headers.push_str(name);
            headers.push(':');
            headers.push_str(value.trim());
            headers.push('\n');
        }
        let (method, path, body) = (self.method, self.path, self.body_sha256);
        format!("{method}\n{path}\n{query}\n{headers}\n{}\n{body}", self.signed_headers().join(";"))
    }

    /// The signature in hexadecimal digits.
    pub fn signature(&self, secret: &str) -> String {
        let digest = Sha256::digest(self.text().as_bytes());
        let mut hmac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        hmac.update(format!("{ALGORITHM}\n{}", hex::encode(digest)).as_bytes());
        hex::encode(hmac.finalize().into_bytes())
    }

    /// The header `Authorization` for this request.
    pub fn authorization(&self, access_key_id: &str, secret: &str) -> Authorization {
        Authorization {
            access_key_id: access_key_id.to_owned(),
            signed_headers: self.signed_headers().into_iter().map(str::to_owned).collect(),
            signature: self.signature(secret),
        }
    }

    fn sorted_headers(&self) -> Vec<(&str, &str)> {
        let mut headers: Vec<_> = self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        headers.sort_unstable();
        headers
    }

    fn signed_headers(&self) -> Vec<&str> {
        self.sorted_headers().into_iter().map(|(name, _)| name).collect()
    }
}

/// The header `Authorization`. Its `Debug` leaves the signature out.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorization {
    /// Whose key signed.
    pub access_key_id: String,
    /// The names of the headers that are signed, in lower case.
    pub signed_headers: Vec<String>,
    /// The signature in hexadecimal digits.
    pub signature: String,
}

/// Why a header `Authorization` can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorizationError {
    /// It does not begin with [`ALGORITHM`].
    #[error("the algorithm is not {ALGORITHM}")]
    OtherAlgorithm,
    /// A part is missing or empty.
    #[error("{0} is missing")]
    Missing(&'static str),
}

impl Authorization {
    /// Reads the value of the header.
    pub fn parse(header: &str) -> Result<Self, AuthorizationError> {
        let parts = header
            .trim()
            .strip_prefix(ALGORITHM)
            .filter(|rest| rest.starts_with(' '))
            .ok_or(AuthorizationError::OtherAlgorithm)?;
        let part = |wanted: &'static str| {
            parts
                .split(',')
                .filter_map(|part| part.trim().split_once('='))
                .find_map(|(name, value)| (name == wanted && !value.is_empty()).then_some(value))
                .ok_or(AuthorizationError::Missing(wanted))
        };
        Ok(Self {
            access_key_id: part("Credential")?.to_owned(),
            signed_headers: part("SignedHeaders")?.split(';').map(str::to_ascii_lowercase).collect(),
            signature: part("Signature")?.to_owned(),
        })
    }
}

/// The value of the header.
impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed_headers = self.signed_headers.join(";");
        let Self { access_key_id, signature, .. } = self;
        write!(f, "{ALGORITHM} Credential={access_key_id},SignedHeaders={signed_headers},Signature={signature}")
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("access_key_id", &self.access_key_id)
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorization() -> Authorization {
        Authorization {
            access_key_id: "LTAI1".to_owned(),
            signed_headers: vec!["host".to_owned(), "x-acs-date".to_owned()],
            signature: "00ff".to_owned(),
        }
    }

    #[test]
    fn a_header_is_read_as_it_was_written() {
        assert_eq!(Authorization::parse(&authorization().to_string()), Ok(authorization()));
        let spaced = "ACS3-HMAC-SHA256 Credential=LTAI1, SignedHeaders=Host;X-Acs-Date, Signature=00ff ";
        assert_eq!(Authorization::parse(spaced), Ok(authorization()));
    }

    #[test]
    fn a_header_that_lacks_a_part_is_refused() {
        let parse = Authorization::parse;
        assert_eq!(parse("Basic Zm9v"), Err(AuthorizationError::OtherAlgorithm));
        assert_eq!(parse("ACS3-HMAC-SHA256Credential=a"), Err(AuthorizationError::OtherAlgorithm));
        assert_eq!(parse("ACS3-HMAC-SHA256 "), Err(AuthorizationError::OtherAlgorithm));
        assert_eq!(parse("ACS3-HMAC-SHA256 Credential="), Err(AuthorizationError::Missing("Credential")));
        assert_eq!(
            parse("ACS3-HMAC-SHA256 Credential=a,Signature=b"),
            Err(AuthorizationError::Missing("SignedHeaders"))
        );
        assert_eq!(
            parse("ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host"),
            Err(AuthorizationError::Missing("Signature"))
        );
    }

    #[test]
    fn debug_output_holds_no_signature() {
        assert!(!format!("{:?}", authorization()).contains("00ff"));
    }

    #[test]
    fn the_order_of_parameters_and_headers_does_not_matter() {
        let pair = |name: &str| (name.to_owned(), "v".to_owned());
        let (sorted, reversed) = (vec![pair("a"), pair("b")], vec![pair("b"), pair("a")]);
        let text = |query: &[_], headers: &[_]| {
            CanonicalRequest { method: "POST", path: "/", query, headers, body_sha256: "00" }.text()
        };
        assert_eq!(text(&sorted, &sorted), "POST\n/\na=v&b=v\na:v\nb:v\n\na;b\n00");
        assert_eq!(text(&reversed, &reversed), text(&sorted, &sorted));
    }
}
