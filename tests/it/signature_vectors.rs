//! Both forms of signing against vectors that the official Python SDK made.

use std::collections::BTreeMap;

use letterform::wire::{acs3, body_sha256, rpc};
use serde::Deserialize;

#[derive(Deserialize)]
struct Vectors {
    rpc_hmac_sha1: Vec<Rpc>,
    acs3_hmac_sha256: Vec<Acs3>,
}

#[derive(Deserialize)]
struct Rpc {
    method: String,
    access_key_secret: String,
    params: BTreeMap<String, String>,
    signature: String,
}

#[derive(Deserialize)]
struct Acs3 {
    method: String,
    path: String,
    access_key_id: String,
    access_key_secret: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
    body: String,
    authorization: String,
}

fn vectors() -> Vectors {
    let vectors: Vectors = serde_json::from_str(include_str!("../data/signatures.json")).expect("vectors");
    assert!(!vectors.rpc_hmac_sha1.is_empty() && !vectors.acs3_hmac_sha256.is_empty());
    vectors
}

#[test]
fn rpc_signatures_are_those_of_the_official_sdk() {
    for Rpc { method, access_key_secret, params, signature } in vectors().rpc_hmac_sha1 {
        let parameters = params.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        assert_eq!(rpc::signature(&access_key_secret, &method, parameters), signature, "{params:?}");
    }
}

#[test]
fn acs3_authorizations_are_those_of_the_official_sdk_and_are_read_back() {
    for vector in vectors().acs3_hmac_sha256 {
        let query: Vec<_> = vector.query.into_iter().collect();
        let headers: Vec<_> = vector.headers.into_iter().collect();
        let body_sha256 = body_sha256(vector.body.as_bytes());
        let request = acs3::CanonicalRequest {
            method: &vector.method,
            path: &vector.path,
            query: &query,
            headers: &headers,
            body_sha256: &body_sha256,
        };
        let authorization = request.authorization(&vector.access_key_id, &vector.access_key_secret);
        assert_eq!(authorization.to_string(), vector.authorization, "{}", request.text());
        assert_eq!(acs3::Authorization::parse(&vector.authorization), Ok(authorization));
    }
}
