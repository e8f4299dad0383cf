use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{sync::MutexGuard as FirstInQueue, time::Instant};

use crate::service::ServiceError;

/// Limits the rate of one operation's requests: unlimited until the service throttles, then as fast
/// as it lets through.
///
/// The limits are not documented, so the rate is learnt. The first throttling sets it to what went
/// through within the last second. From there each throttling takes a little off (once for all
/// requests that were under way together), and each second without one adds a few per cent, more
/// the longer it lasts, so that a limit that was lifted is forgotten. That hovers a few per cent
/// below a steady limit while a throttled request stays the exception.
#[derive(Debug)]
pub struct RateLimiter {
    queue: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Requests a second; `None` is free.
    rate: Option<f64>,
    /// When the last request went.
    last: Instant,
    /// No request may go before this.
    paused: Instant,
    /// The answer that asked for the pause.
    paused_by: Option<ServiceError>,
    /// When the rate was last lowered: answers to requests from before say nothing new.
    slowed: Instant,
    /// Whether the limit was overrun since the first estimate; before that the rate grows fast.
    settled: bool,
    /// When requests went through, within the last second.
    passed: VecDeque<Instant>,
}

/// When a request may be sent.
#[derive(Debug)]
pub(super) enum Permit {
    /// At once.
    Now,
    /// Not before this time.
    At {
        /// The time.
        at: Instant,
        /// The answer that asked for a pause (`Retry-After`), when it is one.
        paused_by: Option<ServiceError>,
    },
}

/// What is let through within this time is the estimate of a limit.
const WINDOW: Duration = Duration::from_secs(1);
/// What is left of the rate after a throttling.
const SLOWER: f64 = 0.93;
/// What a second without throttling adds to the rate.
const FASTER: f64 = 0.03;
/// The most that one success adds, so that at any limit a refusal is rare among many successes.
const PER_REQUEST: f64 = 0.002;
/// What a second without throttling adds, while the limit has not been found yet.
const SEARCHING: f64 = 2.0;
/// How long without throttling until the rate grows twice as fast.
const PATIENCE: Duration = Duration::from_secs(15);
/// How late a timer may be without the rate falling behind.
const GRACE: Duration = Duration::from_millis(5);
/// The lowest rate, in requests a second.
const SLOWEST: f64 = 0.2;
/// The rate at which it counts as unlimited again.
const FREE: f64 = 10_000.0;

impl RateLimiter {
    /// No limit.
    pub fn new() -> Self {
        let now = Instant::now();
        let state = State {
            rate: None,
            last: now,
            paused: now,
            paused_by: None,
            slowed: now,
            settled: false,
            passed: VecDeque::new(),
        };
        Self { queue: tokio::sync::Mutex::new(()), state: Mutex::new(state) }
    }

    /// Waits in the queue. First come, first served; only the first in the queue reckons its time,
    /// by the rate of that moment.
    pub(super) async fn queue(&self) -> FirstInQueue<'_, ()> {
        self.queue.lock().await
    }

    /// When the first in the queue may send its request. [`Permit::Now`] counts as sent.
    pub(super) fn permit(&self, _first_in_queue: &FirstInQueue<'_, ()>) -> Permit {
        self.lock().permit()
    }

    /// Learns from the answer to a request that was sent at `sent`.
    pub fn learn(&self, sent: Instant, error: Option<&ServiceError>) {
        let mut state = self.lock();
        let now = Instant::now();
        match error {
            Some(error) if error.is_throttling() => state.throttled(sent, now, error),
            Some(_) => {}
            None => state.passed(now),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for RateLimiter {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    fn permit(&mut self) -> Permit {
        let now = Instant::now();
        let spaced = self.rate.map_or(now, |rate| self.last + Duration::from_secs_f64(1.0 / rate));
        let at = spaced.max(self.paused);
        if at > now {
            let by = self.paused_by.as_ref().filter(|_| self.paused > now);
            return Permit::At { at, paused_by: by.cloned() };
        }
        // What the timer was late is made up for, but an idle time is no credit.
        self.last = at.max(now.checked_sub(GRACE).unwrap_or(now));
        self.paused_by = None;
        Permit::Now
    }

    fn throttled(&mut self, sent: Instant, now: Instant, error: &ServiceError) {
        if let Some(wait) = error.retry_after()
            && now + wait > self.paused
        {
            self.paused = now + wait;
            self.paused_by = Some(error.clone());
        }
        if self.rate.is_some() && sent <= self.slowed {
            return;
        }
        self.forget_before(now);
        #[expect(clippy::cast_precision_loss, reason = "requests of one second")]
        let measured = self.passed.len() as f64 / WINDOW.as_secs_f64();
        let rate = match self.rate {
            None => {
                // Whatever went through so far stands for a whole second: wait for the rest of it.
                self.paused = self.paused.max(self.passed.front().map_or(now, |first| *first + WINDOW));
                measured
            }
            Some(rate) => {
                self.settled = true;
                rate * SLOWER
            }
        };
        self.rate = Some(rate.max(SLOWEST));
        self.slowed = now;
    }

    fn passed(&mut self, now: Instant) {
        self.passed.push_back(now);
        self.forget_before(now);
        let Some(rate) = self.rate else { return };
        let calm = now.saturating_duration_since(self.slowed);
        let growth = if self.settled { FASTER.min(rate * PER_REQUEST) } else { SEARCHING };
        let impatience = (calm.as_secs_f64() / PATIENCE.as_secs_f64()).exp2();
        // One success of `rate` a second: its share of a second's growth.
        let rate = rate + growth * impatience;
        self.rate = (rate < FREE).then_some(rate);
    }

    fn forget_before(&mut self, now: Instant) {
        while self.passed.front().is_some_and(|first| now.saturating_duration_since(*first) > WINDOW) {
            self.passed.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use futures::{StreamExt, stream};
    use tokio::time::sleep_until;

    use super::*;
    use crate::service::Operation;

    fn throttling() -> ServiceError {
        ServiceError::answered(Operation::CreateSmsAuthorizationLetter, 400, "Throttling.User", "", None)
    }

    /// A server that lets `limit` requests a second through, as a bucket that holds `burst`.
    struct Bucket {
        limit: f64,
        burst: f64,
        level: Cell<f64>,
        last: Cell<Instant>,
        refused: RefCell<Vec<Instant>>,
    }

    impl Bucket {
        fn new(limit: f64, burst: f64) -> Self {
            let refused = RefCell::default();
            Self { limit, burst, level: Cell::new(burst), last: Cell::new(Instant::now()), refused }
        }

        fn admits(&self) -> bool {
            let now = Instant::now();
            let level = self.level.get() + (now - self.last.get()).as_secs_f64() * self.limit;
            self.last.set(now);
            let admits = level >= 1.0;
            self.level.set(level.min(self.burst) - f64::from(u8::from(admits)));
            if !admits {
                self.refused.borrow_mut().push(now);
            }
            admits
        }
    }

    /// Sends `count` requests, `parallelism` at once, each again until it passes; says how long it
    /// took.
    async fn drive(
        limiter: &RateLimiter,
        bucket: &Bucket,
        count: u32,
        parallelism: usize,
        latency: Duration,
    ) -> Duration {
        let began = Instant::now();
        stream::iter(0..count)
            .for_each_concurrent(parallelism, |_| async {
                loop {
                    let first = limiter.queue().await;
                    while let Permit::At { at, .. } = limiter.permit(&first) {
                        sleep_until(at).await;
                    }
                    drop(first);
                    let sent = Instant::now();
                    tokio::time::sleep(latency).await;
                    let admitted = bucket.admits();
                    let error = throttling();
                    limiter.learn(sent, (!admitted).then_some(&error));
                    if admitted {
                        break;
                    }
                }
            })
            .await;
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_service_is_not_slowed_down() {
        let bucket = Bucket::new(1e9, 1e9);
        let took = drive(&RateLimiter::new(), &bucket, 1000, 10, Duration::from_millis(10)).await;
        assert!(took <= Duration::from_millis(1200), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_limited_service_is_used_to_its_limit_with_few_refusals() {
        for (limit, burst, parallelism) in
            [(20, 20.0, 8), (20, 1.0, 32), (50, 50.0, 32), (100, 5.0, 32), (10, 1.0, 8), (5, 5.0, 8)]
        {
            let bucket = Bucket::new(f64::from(limit), burst);
            let began = Instant::now();
            let count = 30 * limit;
            let took = drive(&RateLimiter::new(), &bucket, count, parallelism, Duration::from_millis(20)).await;
            let ratio = took.as_secs_f64() / 30.0;
            let settled = began + took.mul_f64(0.2);
            let refused = bucket.refused.borrow().iter().filter(|at| **at > settled).count();
            assert!(ratio < 1.15, "limit {limit}, burst {burst}: {ratio:.3} of the ideal time");
            assert!(
                refused * 100 < usize::try_from(count).unwrap() * 5,
                "limit {limit}, burst {burst}: {refused} refused"
            );
        }
    }
}
