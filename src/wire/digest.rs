use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 of a request's body in hexadecimal digits, as the header `x-acs-content-sha256`
/// carries it.
pub fn body_sha256(body: &[u8]) -> String {
    hex::encode(Sha256::digest(body))
}

/// Whether two signatures are the same, found out in a time that does not tell where they differ.
pub fn same_signature(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_the_same_when_every_byte_is() {
        assert!(same_signature("ab", "ab"));
        assert!(!same_signature("ab", "aB"));
        assert!(!same_signature("ab", "abc"));
    }
}
