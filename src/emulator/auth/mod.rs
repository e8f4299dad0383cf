//! Who calls: the signature of a request, in either of its forms, and its time.

use std::collections::BTreeMap;

use http::HeaderMap;
use jiff::Timestamp;

mod account;
mod nonces;

pub use account::{AccessKey, AccountError, EmulatorAccount};
pub(super) use {account::Session, nonces::Nonces};

use self::nonces::SKEW_SECONDS;
use super::{
    params::Params,
    refusal::{ErrorCode, Refusal},
};
use crate::wire::{self, acs3, rpc};

/// The AccessKeys that are known, by their ids.
pub(super) type AccessKeys = BTreeMap<String, AccessKey>;

/// A call as it came in, decoded.
#[derive(Debug)]
pub(super) struct ApiRequest {
    /// The HTTP method.
    pub method: String,
    /// The path, `/`.
    pub path: String,
    /// The parameters of the URL.
    pub query: Params,
    /// The parameters of the form in the body.
    pub form: Params,
    /// The headers.
    pub headers: HeaderMap,
    /// The digest of the body, in hex.
    pub body_sha256: String,
}

impl ApiRequest {
    /// Every parameter, of the URL first.
    pub(super) fn params(&self) -> Params {
        self.query.clone().and(self.form.clone())
    }

    /// A common parameter: a header in the V3 form, a parameter in the V1 form.
    pub(super) fn common(&self, header: &str, parameter: &str) -> Option<&str> {
        let header = self.headers.get(header).and_then(|value| value.to_str().ok());
        header
            .or_else(|| self.query.get(parameter))
            .or_else(|| self.form.get(parameter))
            .filter(|text| !text.is_empty())
    }
}

/// A request whose signature is right.
#[derive(Debug)]
pub(super) struct Signed<'k> {
    /// The AccessKey that signed it.
    pub key: &'k AccessKey,
    /// Its nonce, which has not been looked up yet.
    pub nonce: String,
    /// When it says that it was signed.
    pub(super) time: Timestamp,
}

/// Verifies a request: all that must be there is, the time is near `now`, the AccessKey is known
/// and active, and the signature is its own.
///
/// # Errors
/// What the service answers when it refuses.
pub(super) fn verify<'k>(keys: &'k AccessKeys, request: &ApiRequest, now: Timestamp) -> Result<Signed<'k>, Refusal> {
    if request.headers.contains_key(http::header::AUTHORIZATION) {
        verify_acs3(keys, request, now)
    } else {
        verify_rpc(keys, request, now)
    }
}

fn verify_rpc<'k>(keys: &'k AccessKeys, request: &ApiRequest, now: Timestamp) -> Result<Signed<'k>, Refusal> {
    let params = request.params();
    let required = |name: &str| params.filled(name).ok_or_else(|| Refusal::missing(name));
    let access_key_id = required("AccessKeyId")?;
    let signature = required(rpc::SIGNATURE)?;
    let nonce = required("SignatureNonce")?;
    let time = time_near(required("Timestamp")?, now)?;
    if params.filled("SignatureMethod").is_some_and(|method| method != rpc::SIGNATURE_METHOD) {
        return Err(ErrorCode::SignatureMethodNotValid.into());
    }
    if params.filled("SignatureVersion").is_some_and(|version| version != rpc::SIGNATURE_VERSION) {
        return Err(Refusal::invalid("SignatureVersion"));
    }
    let key = active_key(keys, access_key_id, params.filled("SecurityToken"), now)?;
    let computed = rpc::signature(&key.secret, &request.method, params.iter());
    if !wire::same_signature(&computed, signature) {
        return Err(ErrorCode::SignatureDoesNotMatch.into());
    }
    Ok(Signed { key, nonce: nonce.to_owned(), time })
}

fn verify_acs3<'k>(keys: &'k AccessKeys, request: &ApiRequest, now: Timestamp) -> Result<Signed<'k>, Refusal> {
    let incomplete = || Refusal::from(ErrorCode::IncompleteSignature);
    let header = |name: &str| request.headers.get(name).and_then(|value| value.to_str().ok());
    // A header that is missing is told by the name that it has as a parameter of the other form.
    let required = |name: &str, parameter: &str| {
        header(name).filter(|text| !text.is_empty()).ok_or_else(|| Refusal::missing(parameter))
    };
    let authorization = acs3::Authorization::parse(header("authorization").ok_or_else(incomplete)?)
        .map_err(|error| incomplete().saying(&format!("({error})")))?;
    let nonce = required("x-acs-signature-nonce", "SignatureNonce")?;
    let time = time_near(required("x-acs-date", "Timestamp")?, now)?;
    let body_sha256 = header("x-acs-content-sha256").ok_or_else(incomplete)?;
    let key = active_key(keys, &authorization.access_key_id, header("x-acs-security-token"), now)?;

    let is_signed = |name: &str| authorization.signed_headers.iter().any(|signed| signed == name);
    let must_be_signed = |name: &str| name == "host" || name.starts_with("x-acs-");
    if let Some(name) = request.headers.keys().find(|name| must_be_signed(name.as_str()) && !is_signed(name.as_str())) {
        return Err(incomplete().saying(&format!("({name} is not among the SignedHeaders)")));
    }
    let mut headers = Vec::with_capacity(authorization.signed_headers.len());
    for name in &authorization.signed_headers {
        headers.push((name.clone(), signed_header(&request.headers, name).ok_or_else(incomplete)?));
    }
    let query: wire::Parameters = request.query.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let canonical = acs3::CanonicalRequest {
        method: &request.method,
        path: &request.path,
        query: &query,
        headers: &headers,
        body_sha256,
    };
    let right = wire::same_signature(&canonical.signature(&key.secret), &authorization.signature)
        && wire::same_signature(&request.body_sha256, &body_sha256.to_ascii_lowercase());
    if !right {
        return Err(ErrorCode::SignatureDoesNotMatch.into());
    }
    Ok(Signed { key, nonce: nonce.to_owned(), time })
}

/// The value of a header that was signed; one that was sent several times is joined by commas.
fn signed_header(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Option<Vec<&str>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    values.filter(|values| !values.is_empty()).map(|values| values.join(","))
}

fn time_near(text: &str, now: Timestamp) -> Result<Timestamp, Refusal> {
    let written_as_documented = text.len() == 20 && text.ends_with('Z');
    let time: Timestamp =
        text.parse().ok().filter(|_| written_as_documented).ok_or(Refusal::from(ErrorCode::TimestampFormat))?;
    if (time.as_second() - now.as_second()).abs() > SKEW_SECONDS {
        return Err(ErrorCode::TimestampExpired.into());
    }
    Ok(time)
}

fn active_key<'k>(
    keys: &'k AccessKeys,
    id: &str,
    token: Option<&str>,
    now: Timestamp,
) -> Result<&'k AccessKey, Refusal> {
    let key = keys.get(id).ok_or(Refusal::from(ErrorCode::AccessKeyNotFound))?;
    if !key.active {
        return Err(ErrorCode::AccessKeyInactive.into());
    }
    if key.session.as_ref().is_some_and(|session| session.expires <= now) {
        return Err(ErrorCode::SecurityTokenExpired.into());
    }
    match (&key.token, token.filter(|token| !token.is_empty())) {
        (None, None) => Ok(key),
        (Some(_), None) => Err(ErrorCode::SecurityTokenMissing.into()),
        (Some(wanted), Some(token)) if wire::same_signature(wanted, token) => Ok(key),
        (_, Some(_)) => Err(ErrorCode::SecurityTokenMalformed.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-24T04:00:00Z".parse().expect("a time")
    }

    fn keys() -> AccessKeys {
        let stopped: AccessKey = "stopped:secret".parse().expect("valid");
        ["LTAI1:secret", "STS1:secret:token"]
            .map(|text| text.parse::<AccessKey>().expect("valid"))
            .into_iter()
            .chain([AccessKey { active: false, ..stopped }])
            .map(|key| (key.id.clone(), key))
            .collect()
    }

    /// A V1 request, with some parameters replaced (and left out when they are empty) before it is
    /// signed.
    fn rpc_request(replaced: &[(&str, &str)]) -> ApiRequest {
        let mut params = BTreeMap::from([
            ("AccessKeyId", "LTAI1"),
            ("Action", "QuerySmsAuthorizationLetter"),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureNonce", "n1"),
            ("SignName", "菜鸟 网络"),
            ("Timestamp", "2026-11-24T03:59:00Z"),
        ]);
        params.extend(replaced.iter().copied());
        params.retain(|_, value| !value.is_empty());
        let signature = rpc::signature("secret", "GET", params.iter().map(|(name, value)| (*name, *value)));
        let signature = replaced.iter().find(|(name, _)| *name == "Signature").map_or(signature, |(_, s)| (*s).into());
        ApiRequest {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: params.into_iter().chain([("Signature", signature.as_str())]).collect(),
            form: Params::default(),
            headers: HeaderMap::new(),
            body_sha256: wire::body_sha256(b""),
        }
    }

    /// A V3 request with this body, signed for another one when `claimed` says so.
    fn acs3_request(headers: &[(&'static str, &str)], body: &[u8], claimed: &[u8]) -> ApiRequest {
        let digest = wire::body_sha256(claimed);
        let mut signed = BTreeMap::from([
            ("host", "127.0.0.1:8025"),
            ("x-acs-action", "QuerySmsAuthorizationLetter"),
            ("x-acs-content-sha256", digest.as_str()),
            ("x-acs-date", "2026-11-24T03:59:00Z"),
            ("x-acs-signature-nonce", "n1"),
        ]);
        signed.extend(headers.iter().copied());
        let pairs: Vec<_> = signed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let query = vec![("SignName".to_owned(), "菜鸟 网络".to_owned())];
        let canonical =
            acs3::CanonicalRequest { method: "POST", path: "/", query: &query, headers: &pairs, body_sha256: &digest };
        let authorization = canonical.authorization("LTAI1", "secret").to_string();
        let mut map: HeaderMap = signed
            .iter()
            .map(|(name, value)| ((*name).parse().expect("a name"), value.parse().expect("a value")))
            .collect::<HeaderMap>();
        map.insert("authorization", authorization.parse().expect("a value"));
        ApiRequest {
            method: "POST".to_owned(),
            path: "/".to_owned(),
            query: query.into_iter().collect(),
            form: Params::default(),
            headers: map,
            body_sha256: wire::body_sha256(body),
        }
    }

    fn code(request: &ApiRequest) -> String {
        verify(&keys(), request, now())
            .map_or_else(|refusal| refusal.code.into_owned(), |signed| format!("{} {}", signed.key.id, signed.nonce))
    }

    #[test]
    fn a_request_that_is_signed_well_is_taken_in_both_forms() {
        assert_eq!(code(&rpc_request(&[])), "LTAI1 n1");
        assert_eq!(code(&acs3_request(&[], b"a=1", b"a=1")), "LTAI1 n1");
        assert_eq!(code(&rpc_request(&[("AccessKeyId", "STS1"), ("SecurityToken", "token")])), "STS1 n1");
    }

    #[test]
    fn each_fault_of_a_v1_signature_has_the_code_of_the_service() {
        for (name, value, expected) in [
            ("AccessKeyId", "", "MissingAccessKeyId"),
            ("AccessKeyId", "nobody", "InvalidAccessKeyId.NotFound"),
            ("AccessKeyId", "stopped", "InvalidAccessKeyId.Inactive"),
            ("AccessKeyId", "STS1", "MissingSecurityToken"),
            ("SecurityToken", "token", "InvalidSecurityToken.Malformed"),
            ("SignatureNonce", "", "MissingSignatureNonce"),
            ("Timestamp", "", "MissingTimestamp"),
            ("Timestamp", "2026-11-24 04:00:00", "InvalidTimeStamp.Format"),
            ("Timestamp", "2026-11-24T03:44:59Z", "InvalidTimeStamp.Expired"),
            ("Timestamp", "2026-11-24T04:15:01Z", "InvalidTimeStamp.Expired"),
            ("SignatureMethod", "HMAC-SHA256", "InvalidSignatureMethod"),
            ("SignatureVersion", "2.0", "InvalidSignatureVersion"),
            ("Signature", "c2lnbmF0dXJl", "SignatureDoesNotMatch"),
        ] {
            assert_eq!(code(&rpc_request(&[(name, value)])), expected, "{name}={value}");
        }
        let unsigned = ApiRequest { query: Params::default(), ..rpc_request(&[]) };
        assert_eq!(code(&unsigned), "MissingAccessKeyId");
    }

    #[test]
    fn each_fault_of_a_v3_signature_has_the_code_of_the_service() {
        assert_eq!(code(&acs3_request(&[], b"a=2", b"a=1")), "SignatureDoesNotMatch");
        assert_eq!(
            code(&acs3_request(&[("x-acs-date", "2026-11-24T02:00:00Z")], b"", b"")),
            "InvalidTimeStamp.Expired"
        );
        assert_eq!(code(&acs3_request(&[("x-acs-signature-nonce", "")], b"", b"")), "MissingSignatureNonce");

        let mut request = acs3_request(&[], b"", b"");
        request.query = Params::parse(b"SignName=other");
        assert_eq!(code(&request), "SignatureDoesNotMatch");
        let mut request = acs3_request(&[], b"", b"");
        request.headers.insert("x-acs-version", http::HeaderValue::from_static("2017-05-25"));
        assert_eq!(code(&request), "IncompleteSignature");
        let mut request = acs3_request(&[], b"", b"");
        request.headers.insert("authorization", http::HeaderValue::from_static("ACS3-HMAC-SHA256 Credential=LTAI1"));
        assert_eq!(code(&request), "IncompleteSignature");
    }
}
