//! The RPC form of signing, HMAC-SHA1 ("V1"): the signature is a parameter among the others.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::encode::{canonical_query, percent};

/// The name of the parameter that carries the signature.
pub const SIGNATURE: &str = "Signature";
/// The value of `SignatureMethod`.
pub const SIGNATURE_METHOD: &str = "HMAC-SHA1";
/// The value of `SignatureVersion`.
pub const SIGNATURE_VERSION: &str = "1.0";

/// The signature of a request with these parameters. A parameter `Signature` among them is left
/// out.
pub fn signature<'a>(secret: &str, method: &str, parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let query = canonical_query(parameters.into_iter().filter(|(name, _)| *name != SIGNATURE));
    let text = format!("{method}&%2F&{}", percent(&query));
    let key = Zeroizing::new(format!("{secret}&"));
    let mut hmac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    hmac.update(text.as_bytes());
    BASE64_STANDARD.encode(hmac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_itself_is_not_signed() {
        let bare = signature("secret", "POST", [("a", "1")]);
        assert_eq!(signature("secret", "POST", [("Signature", "x"), ("a", "1")]), bare);
        assert_ne!(signature("secret", "GET", [("a", "1")]), bare);
    }
}
