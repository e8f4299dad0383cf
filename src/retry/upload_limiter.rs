use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::{sync::Notify, time::Instant};

use crate::service::ServiceError;

/// Limits how many uploads are under way at once: no limit until one times out, then as many as the
/// line carries.
///
/// Uploads share the line, so each is slower the more there are. A time-out halves how many may be
/// under way, once for all that were under way together; as many successes as there may be uploads,
/// a round, allow one more. Back to as many as timed out last it goes only after [`PATIENCE`]
/// rounds. One upload is always allowed.
#[derive(Debug, Default)]
pub(super) struct UploadLimiter {
    /// First come, first served.
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
    changed: Notify,
}

/// How many rounds of successes there are before as many uploads are tried again as timed out
/// before: a time-out costs half a minute and all that was sent.
const PATIENCE: usize = 8;

#[derive(Debug, Default)]
struct State {
    /// The most uploads at once; `None` is no limit.
    limit: Option<usize>,
    /// How many were under way when the last one timed out.
    too_many: usize,
    under_way: usize,
    /// The successes since the limit last changed.
    successes: usize,
    /// When the limit was last lowered: a time-out of an upload from before says nothing new.
    lowered: Option<Instant>,
}

/// An upload that is under way. Dropped without a result, it tells nothing about the line.
#[derive(Debug)]
pub(super) struct Admitted<'a> {
    limiter: &'a UploadLimiter,
    began: Instant,
}

impl UploadLimiter {
    /// Waits until one more upload may be under way.
    pub(super) async fn enter(&self) -> Admitted<'_> {
        let _first_in_queue = self.queue.lock().await;
        while !self.lock().admit() {
            self.changed.notified().await;
        }
        Admitted { limiter: self, began: Instant::now() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Admitted<'_> {
    /// Ends the upload, and learns from how it went.
    pub(super) fn end(self, error: Option<&ServiceError>) {
        let mut state = self.limiter.lock();
        match error {
            None => state.succeeded(),
            Some(error) if error.is_upload_time_out() => state.timed_out(self.began),
            Some(_) => {}
        }
    }
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        self.limiter.lock().under_way -= 1;
        self.limiter.changed.notify_one();
    }
}

impl State {
    fn admit(&mut self) -> bool {
        let admitted = self.limit.is_none_or(|limit| self.under_way < limit);
        self.under_way += usize::from(admitted);
        admitted
    }

    fn timed_out(&mut self, began: Instant) {
        self.successes = 0;
        if self.lowered.is_some_and(|lowered| began < lowered) {
            return;
        }
        self.too_many = self.under_way;
        let limit = (self.under_way / 2).max(1);
        tracing::debug!(limit, "an upload timed out: fewer at once from now on");
        self.limit = Some(limit);
        self.lowered = Some(Instant::now());
    }

    fn succeeded(&mut self) {
        // A success while there was room for more uploads does not show that the line carries more.
        let Some(limit) = self.limit.filter(|limit| self.under_way >= *limit) else { return };
        self.successes += 1;
        let rounds = if limit + 1 == self.too_many { PATIENCE } else { 1 };
        if self.successes >= limit * rounds {
            self.limit = Some(limit + 1);
            self.successes = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, time::Duration};

    use futures::{StreamExt, stream};

    use super::*;
    use crate::service::Operation;

    const LIMIT: Duration = Duration::from_secs(30);

    fn stalled() -> ServiceError {
        ServiceError::Stalled { operation: Operation::PostObject, problem: "no progress for 30 s".into() }
    }

    fn limit(limiter: &UploadLimiter) -> Option<usize> {
        limiter.lock().limit
    }

    /// A line on which more than `carries` uploads at once all time out.
    struct Uplink {
        carries: usize,
        busy: Cell<usize>,
        timed_out: Cell<usize>,
        most: Cell<usize>,
    }

    impl Uplink {
        fn carrying(carries: usize) -> Self {
            Self { carries, busy: Cell::new(0), timed_out: Cell::new(0), most: Cell::new(0) }
        }

        async fn upload(&self) -> Result<(), ServiceError> {
            self.busy.set(self.busy.get() + 1);
            self.most.set(self.most.get().max(self.busy.get()));
            tokio::time::sleep(Duration::from_secs(1)).await;
            let crowded = self.busy.get() > self.carries;
            if crowded {
                tokio::time::sleep(LIMIT).await;
                self.timed_out.set(self.timed_out.get() + 1);
            }
            self.busy.set(self.busy.get() - 1);
            if crowded { Err(stalled()) } else { Ok(()) }
        }
    }

    /// Uploads `count` scans, each again until it arrives; says how often one took most attempts.
    async fn drive(limiter: &UploadLimiter, uplink: &Uplink, count: usize, parallelism: usize) -> usize {
        let attempts = stream::iter(0..count).map(|_| async {
            let mut attempts = 1;
            loop {
                let under_way = limiter.enter().await;
                let result = uplink.upload().await;
                under_way.end(result.as_ref().err());
                if result.is_ok() {
                    return attempts;
                }
                attempts += 1;
            }
        });
        attempts.buffer_unordered(parallelism).fold(0, |most, attempts| async move { most.max(attempts) }).await
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_time_out_nothing_is_limited() {
        let (limiter, uplink) = (UploadLimiter::default(), Uplink::carrying(100));
        assert_eq!(drive(&limiter, &uplink, 200, 64).await, 1);
        assert_eq!((uplink.most.get(), limit(&limiter)), (64, None));
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_line_gets_as_many_uploads_as_it_carries() {
        for carries in [1, 3, 6] {
            let (limiter, uplink) = (UploadLimiter::default(), Uplink::carrying(carries));
            let most = drive(&limiter, &uplink, 60, 8).await;
            assert!(most <= 6, "carries {carries}: {most} attempts of one upload, of 8 that there are");
            let limit = limit(&limiter).expect("there were time-outs");
            assert!((1..=carries + 1).contains(&limit), "carries {carries}: {limit} at once");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn uploads_that_time_out_together_halve_the_limit_once() {
        let limiter = UploadLimiter::default();
        for expected in [4, 2, 1, 1] {
            let mut under_way = Vec::new();
            for _ in 0..limit(&limiter).unwrap_or(8) {
                under_way.push(limiter.enter().await);
            }
            tokio::time::advance(LIMIT).await;
            for upload in under_way {
                upload.end(Some(&stalled()));
            }
            assert_eq!(limit(&limiter), Some(expected));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_round_of_successes_allows_one_more_and_other_failures_change_nothing() {
        let limiter = UploadLimiter::default();
        let (first, second) = (limiter.enter().await, limiter.enter().await);
        first.end(Some(&stalled()));
        drop(second);
        assert_eq!(limit(&limiter), Some(1));
        let lost = ServiceError::AnswerLost { operation: Operation::PostObject, problem: "cut".into() };
        limiter.enter().await.end(Some(&lost));
        assert_eq!(limit(&limiter), Some(1));
        for _ in 0..PATIENCE {
            assert_eq!(limit(&limiter), Some(1), "two timed out not long ago");
            limiter.enter().await.end(None);
        }
        assert_eq!(limit(&limiter), Some(2));
        limiter.enter().await.end(None);
        assert_eq!(limit(&limiter), Some(2), "one upload does not show that three fit");
        let (first, second) = (limiter.enter().await, limiter.enter().await);
        first.end(None);
        limiter.enter().await.end(None);
        drop(second);
        assert_eq!(limit(&limiter), Some(3));
    }

    #[tokio::test(start_paused = true)]
    async fn an_upload_that_is_given_up_makes_room() {
        let limiter = UploadLimiter::default();
        limiter.enter().await.end(Some(&stalled()));
        let given_up = limiter.enter().await;
        let mut next = Box::pin(limiter.enter());
        assert!(futures::poll!(&mut next).is_pending());
        drop(given_up);
        next.await.end(None);
        assert_eq!(limiter.lock().under_way, 0);
    }
}
