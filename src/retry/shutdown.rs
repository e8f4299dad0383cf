use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// A request to shut down, in two degrees: graceful begins nothing new and finishes what is under
/// way; forced ends everything at once.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    graceful: CancellationToken,
    forced: CancellationToken,
    since: Arc<OnceLock<Instant>>,
}

/// How long look-ups of letters that may exist go on after a graceful shutdown was requested.
const GRACE: Duration = Duration::from_secs(30);

impl Shutdown {
    /// No shutdown is requested.
    pub fn new() -> Self {
        Self::default()
    }

    /// Requests a graceful shutdown; called again, a forced one.
    pub fn request(&self) {
        if self.graceful.is_cancelled() {
            self.forced.cancel();
        } else {
            self.since.get_or_init(Instant::now);
            self.graceful.cancel();
        }
    }

    /// Whether a shutdown is requested.
    pub fn is_requested(&self) -> bool {
        self.graceful.is_cancelled()
    }

    /// Waits until a shutdown is requested.
    pub async fn requested(&self) {
        self.graceful.cancelled().await;
    }

    /// Waits until a forced shutdown is requested.
    pub async fn forced(&self) {
        self.forced.cancelled().await;
    }

    /// Whether a graceful shutdown was requested so long ago that look-ups end too.
    pub(super) fn grace_is_over(&self) -> bool {
        self.since.get().is_some_and(|since| since.elapsed() >= GRACE)
    }

    /// Waits until look-ups end too.
    pub(super) async fn grace_over(&self) {
        self.requested().await;
        sleep_until(*self.since.get_or_init(Instant::now) + GRACE).await;
    }
}
