//! Requests: an operation and its parameters, signed in either form.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{
    Parameters,
    acs3::CanonicalRequest,
    body_sha256,
    encode::canonical_query,
    rpc::{SIGNATURE, SIGNATURE_METHOD, SIGNATURE_VERSION, signature},
};

/// The method of every request.
pub const METHOD: &str = "POST";

/// The two forms of signing that the service takes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignatureForm {
    /// RPC, HMAC-SHA1: in the query.
    V1,
    /// ACS3-HMAC-SHA256: in the headers.
    #[default]
    V3,
}

/// An operation and its parameters.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// The operation's name.
    pub action: &'a str,
    /// The version of the API.
    pub version: &'a str,
    /// The operation's own parameters.
    pub parameters: Parameters,
}

/// Who signs.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The id of the key.
    pub access_key_id: &'a str,
    /// The key.
    pub secret: &'a str,
    /// The STS token that goes with a temporary key.
    pub token: Option<&'a str>,
}

/// What makes a request unlike any other.
#[derive(Debug, Clone)]
pub struct Stamp {
    /// When it is made.
    pub time: Timestamp,
    /// A text that is never used twice.
    pub nonce: String,
}

impl Stamp {
    /// The time as both forms write it.
    fn time(&self) -> String {
        self.time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

/// A request that can be sent: a POST to `/` with no body.
pub struct SignedRequest {
    /// The query, encoded.
    pub query: Zeroizing<String>,
    /// The headers; their names are in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The signature, which must not be shown.
    pub signature: String,
}

impl Call<'_> {
    /// The call, signed. `host` is the value of the header `Host`.
    pub fn sign(self, form: SignatureForm, signer: Signer<'_>, stamp: &Stamp, host: &str) -> SignedRequest {
        match form {
            SignatureForm::V1 => self.sign_v1(signer, stamp),
            SignatureForm::V3 => self.sign_v3(signer, stamp, host),
        }
    }

    fn sign_v1(self, signer: Signer<'_>, stamp: &Stamp) -> SignedRequest {
        let time = stamp.time();
        let mut parameters = vec![
            ("Action", self.action),
            ("Version", self.version),
            ("Format", "JSON"),
            ("AccessKeyId", signer.access_key_id),
            ("SignatureMethod", SIGNATURE_METHOD),
            ("SignatureVersion", SIGNATURE_VERSION),
            ("SignatureNonce", &stamp.nonce),
            ("Timestamp", &time),
        ];
        parameters.extend(signer.token.map(|token| ("SecurityToken", token)));
        parameters.extend(self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let signature = signature(signer.secret, METHOD, parameters.iter().copied());
        parameters.push((SIGNATURE, &signature));
        let query = Zeroizing::new(canonical_query(parameters.iter().copied()));
        SignedRequest { query, headers: Vec::new(), signature }
    }

    fn sign_v3(self, signer: Signer<'_>, stamp: &Stamp, host: &str) -> SignedRequest {
        let body_sha256 = body_sha256(b"");
        let mut headers = vec![
            ("host", host.to_owned()),
            ("x-acs-action", self.action.to_owned()),
            ("x-acs-version", self.version.to_owned()),
            ("x-acs-date", stamp.time()),
            ("x-acs-signature-nonce", stamp.nonce.clone()),
            ("x-acs-content-sha256", body_sha256.clone()),
        ];
        headers.extend(signer.token.map(|token| ("x-acs-security-token", token.to_owned())));
        let signed: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let request = CanonicalRequest {
            method: METHOD,
            path: "/",
            query: &self.parameters,
            headers: &signed,
            body_sha256: &body_sha256,
        };
        let authorization = request.authorization(signer.access_key_id, signer.secret);
        headers.push(("authorization", authorization.to_string()));
        let query = canonical_query(self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        SignedRequest { query: Zeroizing::new(query), headers, signature: authorization.signature }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::acs3::Authorization;

    const SIGNER: Signer<'_> = Signer { access_key_id: "LTAI1", secret: "secret", token: Some("t/k=") };

    fn signed(form: SignatureForm) -> SignedRequest {
        let call = Call {
            action: "QuerySmsAuthorizationLetter",
            version: "2017-05-25",
            parameters: vec![("SignName".to_owned(), "菜 鸟".to_owned())],
        };
        let time = "2026-11-23T18:03:53.9Z".parse().expect("a time");
        call.sign(form, SIGNER, &Stamp { time, nonce: "n1".to_owned() }, "127.0.0.1:8025")
    }

    #[test]
    fn v1_puts_everything_in_the_query() {
        let request = signed(SignatureForm::V1);
        assert!(request.headers.is_empty());
        let pairs: Vec<(String, String)> = form_urlencoded::parse(request.query.as_bytes()).into_owned().collect();
        let expected = signature("secret", METHOD, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let value = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str());
        assert_eq!(value("Signature"), Some(expected.as_str()));
        assert_eq!(value("Timestamp"), Some("2026-11-23T18:03:53Z"));
        assert_eq!(value("SecurityToken"), Some("t/k="));
        assert_eq!(value("SignName"), Some("菜 鸟"));
        assert_eq!(pairs.len(), 11);
    }

    #[test]
    fn v3_signs_all_of_its_headers() {
        let request = signed(SignatureForm::V3);
        assert_eq!(*request.query, "SignName=%E8%8F%9C%20%E9%B8%9F");
        let (authorization, headers) = request.headers.split_last().expect("headers");
        let authorization = Authorization::parse(&authorization.1).expect("an authorization");
        let mut names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(authorization.signed_headers, names);
        assert_eq!((authorization.access_key_id.as_str(), names.len()), ("LTAI1", 7));
        assert_eq!(authorization.signature, request.signature);
    }
}
