use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::time::Instant;

use super::Attempts;
use crate::service::{Retry, ServiceError};

/// How often and how long failed requests are tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// The most failures of one operation, throttling not counted.
    pub max_failures: u32,
    /// The longest that one operation is tried, throttling included.
    pub deadline: Duration,
    /// The upper end of the first wait; it doubles with each failure.
    pub first_wait: Duration,
    /// The upper end of any wait.
    pub longest_wait: Duration,
    /// The failures that a run can afford beyond those that its successes make up for.
    pub run_budget: u32,
}

impl RetryPolicy {
    /// For a first question, with somebody waiting for the answer: a service that is not there is
    /// told within seconds.
    pub fn brief() -> Self {
        Self { max_failures: 5, ..Self::default() }
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_failures: 8,
            deadline: Duration::from_secs(600),
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(20),
            run_budget: 200,
        }
    }
}

/// The most attempts when nothing is known of an answer.
const FEW: u32 = 3;

/// Waits between attempts: exponential with full jitter, so that clients which failed together do
/// not come back together.
///
/// Throttling costs no budget and no exponential wait: [`RateLimiter`](super::RateLimiter) spaces
/// those requests out. It ends at the deadline alone.
pub struct Backoff {
    policy: RetryPolicy,
    state: Mutex<State>,
}

struct State {
    rng: StdRng,
    budget: u32,
}

impl Backoff {
    /// Waits by `policy`, with jitter from `seed`.
    pub fn new(policy: RetryPolicy, seed: u64) -> Self {
        let state = State { rng: StdRng::seed_from_u64(seed), budget: policy.run_budget };
        Self { policy, state: Mutex::new(state) }
    }

    /// How long to wait before the next try after this failure, `None` when there should be none.
    pub(super) fn next(&self, attempts: &mut Attempts, error: &ServiceError) -> Option<Duration> {
        let most = match error.retry() {
            Retry::Never => return None,
            Retry::Once => self.policy.max_failures.min(2),
            Retry::Few => self.policy.max_failures.min(FEW),
            Retry::Often => self.policy.max_failures,
        };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        attempts.made += 1;
        let asked = error.retry_after().unwrap_or_default();
        let wait = if error.is_throttling() {
            asked
        } else {
            attempts.failed += 1;
            if attempts.failed >= most || state.budget == 0 {
                return None;
            }
            state.budget -= 1;
            let ceiling = self.policy.first_wait.saturating_mul(1 << attempts.failed.min(16).saturating_sub(1));
            let ceiling = ceiling.min(self.policy.longest_wait);
            asked.max(ceiling.mul_f64(state.rng.random::<f64>()))
        };
        (attempts.elapsed() + wait <= self.policy.deadline).then_some(wait)
    }

    /// When an operation with these attempts must have ended.
    pub(super) fn deadline(&self, attempts: &Attempts) -> Instant {
        attempts.began.unwrap_or_else(Instant::now) + self.policy.deadline
    }

    /// A success earns the run a part of its budget back.
    pub(super) fn succeeded(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.budget = (state.budget + 1).min(self.policy.run_budget);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Operation;

    fn lost() -> ServiceError {
        ServiceError::AnswerLost { operation: Operation::QuerySmsAuthorizationLetter, problem: "cut".into() }
    }

    fn throttled(retry_after: Option<Duration>) -> ServiceError {
        ServiceError::answered(Operation::QuerySmsAuthorizationLetter, 400, "Throttling.User", "", retry_after)
    }

    #[tokio::test(start_paused = true)]
    async fn waits_grow_and_end() {
        let policy = RetryPolicy::default();
        let backoff = Backoff::new(policy, 1);
        let mut attempts = Attempts::start();
        let waits: Vec<_> = std::iter::from_fn(|| backoff.next(&mut attempts, &lost())).collect();
        assert_eq!(waits.len(), 7);
        for (i, wait) in (0_u32..).zip(&waits) {
            assert!(*wait <= policy.first_wait * 2_u32.pow(i), "{waits:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_nobody_knows_is_asked_for_three_times() {
        let unheard = ServiceError::answered(Operation::CreateSmsAuthorizationLetter, 200, "isp.BUSY", "", None);
        let backoff = Backoff::new(RetryPolicy::default(), 1);
        let mut attempts = Attempts::start();
        assert_eq!(std::iter::from_fn(|| backoff.next(&mut attempts, &unheard)).count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn the_budget_of_a_run_is_shared_and_earned_back() {
        let backoff = Backoff::new(RetryPolicy { run_budget: 2, ..RetryPolicy::default() }, 1);
        let next = || backoff.next(&mut Attempts::start(), &lost());
        assert!(next().is_some() && next().is_some() && next().is_none());
        backoff.succeeded();
        assert!(next().is_some() && next().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_waits_as_asked_and_ends_at_the_deadline() {
        let backoff = Backoff::new(RetryPolicy { run_budget: 0, ..RetryPolicy::default() }, 1);
        let mut attempts = Attempts { began: Some(Instant::now()), ..Attempts::start() };
        assert_eq!(backoff.next(&mut attempts, &throttled(None)), Some(Duration::ZERO));
        let asked = Duration::from_secs(7);
        assert_eq!(backoff.next(&mut attempts, &throttled(Some(asked))), Some(asked));
        tokio::time::advance(Duration::from_secs(599)).await;
        assert_eq!(backoff.next(&mut attempts, &throttled(Some(asked))), None);
    }
}
