//! How many requests are under way at once, in all accounts of a run together: they share one line.

use tokio::sync::{Semaphore, SemaphorePermit};

use super::upload_limiter::UploadLimiter;

/// The requests that may be under way at once, and how many of them may be uploads.
#[derive(Debug)]
pub struct Slots {
    requests: Semaphore,
    pub(super) uploads: UploadLimiter,
}

/// The right to send one request. Dropped when the request has ended.
#[derive(Debug)]
pub struct Slot<'a>(#[expect(dead_code, reason = "held, not read")] Option<SemaphorePermit<'a>>);

impl Slots {
    /// So many requests at once, all of them uploads if need be.
    pub fn new(parallelism: usize) -> Self {
        Self { requests: Semaphore::new(parallelism.max(1)), uploads: UploadLimiter::default() }
    }

    /// Waits until a slot is free.
    pub(super) async fn acquire(&self) -> Slot<'_> {
        Slot(Some(self.requests.acquire().await.expect("slots are never closed")))
    }
}

impl Slot<'_> {
    /// The right to send a request where nothing limits how many there are.
    pub(super) fn unlimited() -> Self {
        Self(None)
    }
}
