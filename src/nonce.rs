//! Texts that are never used twice, passed in: whatever needs one takes [`Nonces`].

use std::sync::Arc;

/// Gives a text that it never gives again.
pub type Nonces = Arc<dyn Fn() -> String + Send + Sync>;

/// Nonces of 128 random bits.
pub fn random() -> Nonces {
    Arc::new(|| format!("{:032x}", rand::random::<u128>()))
}
