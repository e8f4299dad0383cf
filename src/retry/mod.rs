//! Requests to a service that fails: which are tried again, when, and how many at what pace.
//!
//! Queries and uploads are the same when done twice, so they are retried here. A create never is: [`Caller::create`] is one
//! request, and what to do after it is decided by whoever knows the letter.

mod backoff;
mod event;
mod rate_limiter;
mod shutdown;

use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use tokio::time::Instant;

pub use backoff::{Backoff, RetryPolicy};
pub use event::{Attempt, AttemptResult, Both, Event, Observer, Silent};
pub use rate_limiter::RateLimiter;
pub use shutdown::Shutdown;

use crate::{
    letter::{ExistingLetter, FileKey, Letter, LetterId, ScanObject},
    service::{Answer, LetterFilter, Operation, Outcome, ReadLetters, ServiceError, WriteLetters},
};

/// Makes requests for one run of a command.
pub struct Caller<'a, S> {
    service: &'a S,
    backoff: Backoff,
    query_pace: RateLimiter,
    upload_pace: RateLimiter,
    create_pace: RateLimiter,
    observer: &'a dyn Observer,
    stop: &'a Shutdown,
    attempts: AtomicU64,
}

/// Whether another try is worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The wait is over: try again.
    Again,
    /// No more tries: the error is final, the tries are used up, or the run is stopping.
    GiveUp,
}

impl<'a, S: ReadLetters> Caller<'a, S> {
    /// A caller with a retry policy and a seed for its jitter.
    pub fn new(service: &'a S, policy: RetryPolicy, seed: u64, observer: &'a dyn Observer, stop: &'a Shutdown) -> Self {
        Self {
            service,
            backoff: Backoff::new(policy, seed),
            query_pace: RateLimiter::new(),
            upload_pace: RateLimiter::new(),
            create_pace: RateLimiter::new(),
            observer,
            stop,
            attempts: AtomicU64::new(0),
        }
    }

    /// Where events go.
    pub fn observer(&self) -> &'a dyn Observer {
        self.observer
    }

    /// Asks for letters, again when that may help. `letter` is the name of the letter for whose sake it is done.
    pub async fn query(
        &self,
        letter: Option<&str>,
        filter: &LetterFilter,
    ) -> Result<Answer<Vec<ExistingLetter>>, ServiceError> {
        let mut tries = Attempts::start();
        loop {
            self.query_pace.turn().await;
            let call = self.service.query(filter);
            let result =
                self.observed(Operation::QuerySmsAuthorizationLetter, letter, &tries, &self.query_pace, call).await;
            let Err(error) = result else { return result };
            if self.wait(&mut tries, &error, error.outcome() != Outcome::Refused).await == Next::GiveUp {
                return Err(error);
            }
        }
    }

    /// Waits until another try of `operation` makes sense, or says that none does. `retryable` is whether the error allows it.
    pub async fn wait(&self, tries: &mut Attempts, error: &ServiceError, retryable: bool) -> Next {
        if !retryable || self.stop.is_requested() {
            return Next::GiveUp;
        }
        let (operation, failures) = (error.operation(), tries.made + 1);
        let Some(delay) = self.backoff.next(tries, error) else {
            tracing::debug!(%operation, failures, "given up");
            return Next::GiveUp;
        };
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(%operation, failures, milliseconds, "to be tried again after a wait");
        tokio::select! {
            // In this order, so that the same run takes the same course every time.
            biased;
            () = self.stop.requested() => Next::GiveUp,
            () = tokio::time::sleep(delay) => Next::Again,
        }
    }

    async fn observed<T>(
        &self,
        operation: Operation,
        letter: Option<&str>,
        tries: &Attempts,
        pace: &RateLimiter,
        call: impl Future<Output = Result<T, ServiceError>>,
    ) -> Result<T, ServiceError>
    where
        T: AnswerId,
    {
        let number = self.attempts.fetch_add(1, Ordering::Relaxed) + 1;
        let sent = Instant::now();
        let result = call.await;
        pace.learn(sent, result.as_ref().err());
        if result.is_ok() {
            self.backoff.succeeded();
        }
        let attempt = Attempt {
            number,
            operation,
            letter,
            attempt: tries.made + 1,
            duration: sent.elapsed(),
            result: match &result {
                Ok(answer) => AttemptResult::Answered(answer.request_id()),
                Err(error) => AttemptResult::Failed(error),
            },
        };
        self.observer.event(&Event::Attempted(attempt));
        result
    }
}

impl<S: WriteLetters> Caller<'_, S> {
    /// Uploads a scan, again when that may help.
    pub async fn upload(&self, letter: &str, object: ScanObject, scan: Bytes) -> Result<FileKey, ServiceError> {
        let mut tries = Attempts::start();
        loop {
            self.upload_pace.turn().await;
            let call = self.service.upload(object, scan.clone());
            let result = self.observed(Operation::PostObject, Some(letter), &tries, &self.upload_pace, call).await;
            let Err(error) = result else { return result };
            if self.wait(&mut tries, &error, error.outcome() != Outcome::Refused).await == Next::GiveUp {
                return Err(error);
            }
        }
    }

    /// Waits for the turn of a create.
    pub async fn create_turn(&self) {
        self.create_pace.turn().await;
    }

    /// Sends one create, whatever comes of it.
    pub async fn create(
        &self,
        tries: &Attempts,
        letter: &Letter<FileKey>,
    ) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let call = self.service.create(letter);
        let operation = Operation::CreateSmsAuthorizationLetter;
        self.observed(operation, Some(letter.name.as_str()), tries, &self.create_pace, call).await
    }
}

/// The tries of one operation so far.
#[derive(Debug, Clone, Copy)]
pub struct Attempts {
    made: u32,
    failed: u32,
    began: Instant,
}

impl Attempts {
    /// No try so far.
    pub fn start() -> Self {
        Self { made: 0, failed: 0, began: Instant::now() }
    }
}

/// What can tell the id of the request that it answers.
trait AnswerId {
    fn request_id(&self) -> Option<&crate::service::RequestId>;
}

impl<T> AnswerId for Answer<T> {
    fn request_id(&self) -> Option<&crate::service::RequestId> {
        self.request_id.as_ref()
    }
}

impl AnswerId for FileKey {
    fn request_id(&self) -> Option<&crate::service::RequestId> {
        None
    }
}
