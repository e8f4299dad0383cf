//! The nonces that were used, for as long as a request with them could be replayed.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// How far a request's time may be off, in seconds: the service says 15 minutes.
pub(super) const SKEW_SECONDS: i64 = 15 * 60;

/// The nonces that were used, by the minute of the request's own time.
///
/// A request older than [`SKEW_SECONDS`] is refused for its age, so its nonce can be forgotten:
/// what is kept is bounded by the requests of half an hour.
#[derive(Debug, Default)]
pub(crate) struct Nonces(BTreeMap<i64, HashSet<u128>>);

impl Nonces {
    /// Uses a nonce of an AccessKey for a request of `signed_at`. `false` when it was used before.
    pub(crate) fn first_use(&mut self, access_key_id: &str, nonce: &str, signed_at: Timestamp, now: Timestamp) -> bool {
        let oldest = minute(now) - SKEW_SECONDS / 60 - 1;
        self.0 = self.0.split_off(&oldest);
        let mark = mark(access_key_id, nonce);
        if self.0.values().any(|used| used.contains(&mark)) {
            return false;
        }
        self.0.entry(minute(signed_at)).or_default().insert(mark)
    }
}

fn minute(time: Timestamp) -> i64 {
    time.as_second().div_euclid(60)
}

fn mark(access_key_id: &str, nonce: &str) -> u128 {
    let digest = Sha256::new().chain_update(access_key_id).chain_update([0]).chain_update(nonce).finalize();
    digest.iter().take(16).fold(0, |mark, byte| (mark << 8) | u128::from(*byte))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn a_nonce_is_good_once_for_each_access_key() {
        let now: Timestamp = "2026-11-24T04:00:00Z".parse().expect("a time");
        let mut nonces = Nonces::default();
        assert!(nonces.first_use("a", "n", now, now));
        assert!(!nonces.first_use("a", "n", now + 5.minutes(), now));
        assert!(nonces.first_use("b", "n", now, now));
    }

    #[test]
    fn a_nonce_is_forgotten_when_its_request_is_too_old_to_be_replayed() {
        let now: Timestamp = "2026-11-24T04:00:00Z".parse().expect("a time");
        let mut nonces = Nonces::default();
        assert!(nonces.first_use("a", "n", now, now));
        assert!(!nonces.first_use("a", "n", now, now + 15.minutes()));
        assert!(nonces.first_use("a", "m", now + 17.minutes(), now + 17.minutes()));
        assert_eq!(nonces.0.values().map(HashSet::len).sum::<usize>(), 1);
    }
}
