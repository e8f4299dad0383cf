//! What bounds the emulator: how long it waits for a client, and how much memory the bodies of
//! requests take together.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What one permit of a budget stands for, in bytes.
const UNIT: usize = 1024;

const MIB: usize = 1024 * 1024;

/// How long a client may keep the emulator waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the whole head of a request, and for the next request of a connection.
    pub head: Duration,
    /// For the next piece of a body.
    pub silence: Duration,
}

impl Default for Limits {
    /// Half a minute for each.
    fn default() -> Self {
        Self { head: Duration::from_secs(30), silence: Duration::from_secs(30) }
    }
}

/// How much memory may be taken by the bodies of each kind, all requests together.
#[derive(Debug)]
pub(super) struct Budgets {
    /// Calls of the API.
    pub calls: Budget,
    /// Uploads, until they are in the store.
    pub uploads: Budget,
    /// Requests to the admin endpoint.
    pub admin: Budget,
    /// States that are exported, one at a time.
    pub exports: Budget,
}

impl Default for Budgets {
    fn default() -> Self {
        Self {
            calls: Budget::of(64 * MIB),
            uploads: Budget::of(512 * MIB),
            admin: Budget::of(256 * MIB),
            exports: Budget::of(UNIT),
        }
    }
}

/// A bound on memory. A request waits until its share is free.
#[derive(Debug, Clone)]
pub(super) struct Budget(Arc<Semaphore>);

impl Budget {
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes.div_ceil(UNIT))))
    }

    /// Waits until there is room for so many bytes, in the order in which they are asked for.
    pub(super) async fn hold(&self, bytes: usize) -> OwnedSemaphorePermit {
        let units = u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        Arc::clone(&self.0).acquire_many_owned(units).await.expect("a budget is never closed")
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn bodies_wait_in_their_order_until_there_is_room() {
        let budget = Budget::of(10 * UNIT);
        let first = budget.hold(8 * UNIT).now_or_never().expect("there is room");
        assert!(budget.hold(0).now_or_never().is_some(), "nothing needs no room");
        let mut large = Box::pin(budget.hold(8 * UNIT));
        assert!(large.as_mut().now_or_never().is_none());
        let mut small = Box::pin(budget.hold(1));
        assert!(small.as_mut().now_or_never().is_none(), "the large one was there before");
        drop(first);
        let large = large.now_or_never().expect("there is room again");
        assert!(small.now_or_never().is_some());
        drop(large);
    }
}
