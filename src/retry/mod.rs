//! Requests to a service that fails: which are repeated, when, and at what rate.
//!
//! Queries and uploads are the same when done twice, so they are retried here. A create never is:
//! [`Caller::create`] is one request, and `apply` decides what follows.

mod backoff;
mod event;
mod rate_limiter;
mod shutdown;
mod signatures;
mod slots;
mod under_way;
mod upload_limiter;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::Instant;

pub use backoff::{Backoff, RetryPolicy};
pub use event::{Attempt, AttemptResult, Both, Event, Failure, Observer, Silent, Wait};
pub use rate_limiter::RateLimiter;
pub use shutdown::Shutdown;
pub use slots::{Slot, Slots};

use rate_limiter::Permit;
use under_way::UnderWay;
use upload_limiter::Admitted;

use crate::{
    letter::{ExistingLetters, FileKey, LetterId, NewLetter, ScanObject},
    service::{Answer, Exchange, LetterFilter, Operation, ReadLetters, ServiceError, WriteLetters},
};

/// Makes requests for one run of a command.
pub struct Caller<'a, S> {
    service: &'a S,
    backoff: Backoff,
    queries: RateLimiter,
    uploads: RateLimiter,
    creates: RateLimiter,
    usage: signatures::Limiters,
    observer: &'a dyn Observer,
    shutdown: &'a Shutdown,
    slots: Option<&'a Slots>,
    requests: AtomicU64,
}

/// Whether another attempt follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// The wait is over: try again.
    Again,
    /// No more attempts: the error is final, the attempts are used up, or the run is stopping.
    GiveUp,
}

/// What a query is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To know which letters exist. It ends its waits when a shutdown is requested.
    Listing,
    /// To learn what became of a create. It goes on for a while after a graceful shutdown was
    /// requested.
    LookUp,
}

/// Why a request is not sent.
#[derive(Debug)]
pub enum Held {
    /// A shutdown is requested.
    Stopped,
    /// It failed, or the service asks for a wait past the deadline.
    Failed(ServiceError),
}

/// Waits that are shorter are not worth telling.
const SHORT: Duration = Duration::from_secs(1);

impl<'a, S> Caller<'a, S> {
    /// A caller with a retry policy and a seed for its jitter.
    pub fn new(
        service: &'a S,
        policy: RetryPolicy,
        seed: u64,
        observer: &'a dyn Observer,
        shutdown: &'a Shutdown,
    ) -> Self {
        Self {
            service,
            backoff: Backoff::new(policy, seed),
            queries: RateLimiter::new(),
            uploads: RateLimiter::new(),
            creates: RateLimiter::new(),
            usage: signatures::Limiters::default(),
            observer,
            shutdown,
            slots: None,
            requests: AtomicU64::new(0),
        }
    }

    /// The same caller, which has as many requests under way as there are slots, together with all
    /// others that share them.
    #[must_use]
    pub fn within(self, slots: &'a Slots) -> Self {
        Self { slots: Some(slots), ..self }
    }

    /// Waits until nothing new is to be begun.
    pub async fn stopping(&self) {
        self.shutdown.requested().await;
    }

    /// Where events go.
    pub fn observer(&self) -> &'a dyn Observer {
        self.observer
    }

    /// Asks something that may be asked twice, again when that may help. `letter` is the name of
    /// the letter for whose sake it is done.
    async fn ask<T, F: Future<Output = Result<Answer<T>, ServiceError>>>(
        &self,
        (operation, limiter): (Operation, &RateLimiter),
        letter: Option<&str>,
        purpose: Purpose,
        call: impl Fn() -> F,
    ) -> Result<Answer<T>, ServiceError> {
        let mut attempts = Attempts::start();
        let mut last = None;
        loop {
            let slot = match self.acquire(limiter, operation, letter, &mut attempts, purpose).await {
                Ok(slot) => slot,
                Err(Held::Failed(error)) => return Err(error),
                Err(Held::Stopped) => {
                    let problem = "the run was stopped".into();
                    return Err(last.unwrap_or(ServiceError::NotSent { operation, problem }));
                }
            };
            let result = self.observed(operation, letter, &attempts, limiter, call()).await;
            drop(slot);
            let Err(error) = result else { return result };
            if self.wait(letter, &mut attempts, &error, purpose).await == Next::GiveUp {
                return Err(error);
            }
            last = Some(error);
        }
    }

    /// Waits until another attempt makes sense, or says that none does.
    pub async fn wait(
        &self,
        letter: Option<&str>,
        attempts: &mut Attempts,
        error: &ServiceError,
        purpose: Purpose,
    ) -> Next {
        if self.is_over(purpose) {
            return Next::GiveUp;
        }
        let (operation, failures) = (error.operation(), attempts.made + 1);
        let Some(delay) = self.backoff.next(attempts, error) else {
            tracing::debug!(%operation, failures, "given up");
            return Next::GiveUp;
        };
        let milliseconds = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(%operation, failures, milliseconds, "to be tried again after a wait");
        self.tell_wait(operation, letter, delay, error);
        tokio::select! {
            // In this order, so that the same run takes the same course every time.
            biased;
            () = self.over(purpose) => Next::GiveUp,
            () = tokio::time::sleep(delay) => Next::Again,
        }
    }

    /// Waits until the rate lets one request through and a slot is free. The clock of `attempts`
    /// starts when the first is first in the queue.
    async fn acquire(
        &self,
        limiter: &RateLimiter,
        operation: Operation,
        letter: Option<&str>,
        attempts: &mut Attempts,
        purpose: Purpose,
    ) -> Result<Slot<'a>, Held> {
        let permitted = async {
            let first = limiter.queue().await;
            attempts.began.get_or_insert_with(Instant::now);
            let deadline = self.backoff.deadline(attempts);
            loop {
                // A request that has to wait leaves its slot to others.
                let slot = self.slot().await;
                let Permit::At { at, paused_by } = limiter.permit(&first) else { return Ok(slot) };
                drop(slot);
                if let Some(error) = paused_by {
                    if at > deadline {
                        return Err(Held::Failed(error));
                    }
                    self.tell_wait(operation, letter, at.saturating_duration_since(Instant::now()), &error);
                }
                tokio::time::sleep_until(at).await;
            }
        };
        tokio::select! {
            // In this order: what need not wait is part of what is under way, and is finished.
            biased;
            result = permitted => result,
            () = self.over(purpose) => Err(Held::Stopped),
        }
    }

    async fn slot(&self) -> Slot<'a> {
        match self.slots {
            Some(slots) => slots.acquire().await,
            None => Slot::unlimited(),
        }
    }

    fn tell_wait(&self, operation: Operation, letter: Option<&str>, duration: Duration, error: &ServiceError) {
        if duration >= SHORT {
            self.observer.event(&Event::Waiting(Wait { operation, letter, duration, error }));
        }
    }

    fn is_over(&self, purpose: Purpose) -> bool {
        match purpose {
            Purpose::Listing => self.shutdown.is_requested(),
            Purpose::LookUp => self.shutdown.grace_is_over(),
        }
    }

    async fn over(&self, purpose: Purpose) {
        match purpose {
            Purpose::Listing => self.shutdown.requested().await,
            Purpose::LookUp => self.shutdown.grace_over().await,
        }
    }

    /// Sends the one request that `call` is, and tells of it.
    async fn observed<T>(
        &self,
        operation: Operation,
        letter: Option<&str>,
        attempts: &Attempts,
        limiter: &RateLimiter,
        call: impl Future<Output = Result<Answer<T>, ServiceError>>,
    ) -> Result<Answer<T>, ServiceError> {
        let under_way = UnderWay::new(self.observer, operation, letter);
        let sent = Instant::now();
        let result = call.await;
        drop(under_way);
        self.learn(limiter, sent, result.as_ref().err());
        let outcome = result.as_ref().map(|answer| answer.request_id.as_ref());
        self.tell(letter, attempts, &Exchange { operation, duration: sent.elapsed(), result: outcome });
        result
    }

    fn learn(&self, limiter: &RateLimiter, sent: Instant, error: Option<&ServiceError>) {
        limiter.learn(sent, error);
        if error.is_none() {
            self.backoff.succeeded();
        }
    }

    fn tell(&self, letter: Option<&str>, attempts: &Attempts, exchange: &Exchange<'_>) {
        let attempt = Attempt {
            number: self.requests.fetch_add(1, Ordering::Relaxed) + 1,
            operation: exchange.operation,
            letter,
            attempt: attempts.made + 1,
            duration: exchange.duration,
            result: match exchange.result {
                Ok(id) => AttemptResult::Answered(id),
                Err(error) => AttemptResult::Failed(error),
            },
        };
        self.observer.event(&Event::Attempted(attempt));
    }
}

impl<S: ReadLetters> Caller<'_, S> {
    /// Asks for letters, again when that may help. `letter` is the name of the letter for whose
    /// sake it is done.
    pub async fn query(
        &self,
        letter: Option<&str>,
        filter: &LetterFilter,
        purpose: Purpose,
    ) -> Result<Answer<ExistingLetters>, ServiceError> {
        let what = (Operation::QuerySmsAuthorizationLetter, &self.queries);
        self.ask(what, letter, purpose, || self.service.query(filter)).await
    }
}

impl<'a, S: WriteLetters> Caller<'a, S> {
    /// Uploads a scan, again when that may help.
    pub async fn upload(&self, letter: &str, object: ScanObject, scan: Bytes) -> Result<FileKey, Held> {
        let mut attempts = Attempts::start();
        loop {
            let purpose = Purpose::Listing;
            let admitted = self.enter_uploads(&mut attempts).await?;
            let slot = self.acquire(&self.uploads, Operation::PostObject, Some(letter), &mut attempts, purpose).await?;
            let sent = Instant::now();
            let made = attempts;
            let tell = |exchange: &Exchange<'_>| self.tell(Some(letter), &made, exchange);
            let under_way = UnderWay::new(self.observer, Operation::PostObject, Some(letter));
            let result = self.service.upload(object, scan.clone(), &tell).await;
            drop(under_way);
            drop(slot);
            let failure = result.as_ref().err();
            if let Some(upload) = admitted {
                upload.end(failure);
            }
            self.learn(&self.uploads, sent, failure);
            let error = match result {
                Ok(key) => return Ok(key),
                Err(error) => error,
            };
            if self.wait(Some(letter), &mut attempts, &error, purpose).await == Next::GiveUp {
                return Err(Held::Failed(error));
            }
        }
    }

    /// Waits until one more upload may be under way. That wait does not count as time of its
    /// attempts.
    async fn enter_uploads(&self, attempts: &mut Attempts) -> Result<Option<Admitted<'a>>, Held> {
        let Some(slots) = self.slots else { return Ok(None) };
        let waiting = Instant::now();
        let admitted = tokio::select! {
            biased;
            admitted = slots.uploads.enter() => admitted,
            () = self.stopping() => return Err(Held::Stopped),
        };
        attempts.began = attempts.began.map(|began| began + waiting.elapsed());
        Ok(Some(admitted))
    }

    /// Waits until the rate lets a create through.
    pub async fn acquire_create(&self, letter: &str, attempts: &mut Attempts) -> Result<Slot<'a>, Held> {
        let operation = Operation::CreateSmsAuthorizationLetter;
        self.acquire(&self.creates, operation, Some(letter), attempts, Purpose::Listing).await
    }

    /// Sends one create in the slot that was acquired for it, whatever comes of it.
    pub async fn create(
        &self,
        slot: Slot<'_>,
        attempts: &Attempts,
        letter: &NewLetter<FileKey>,
    ) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let call = self.service.create(letter);
        let operation = Operation::CreateSmsAuthorizationLetter;
        let result = self.observed(operation, Some(letter.name.as_str()), attempts, &self.creates, call).await;
        drop(slot);
        result
    }
}

/// The attempts of one operation so far.
#[derive(Debug, Clone, Copy)]
pub struct Attempts {
    made: u32,
    failed: u32,
    /// When the first of them was first in the queue.
    began: Option<Instant>,
}

impl Attempts {
    /// No attempt so far.
    pub fn start() -> Self {
        Self { made: 0, failed: 0, began: None }
    }

    /// How many attempts failed.
    pub fn made(&self) -> u32 {
        self.made
    }

    fn elapsed(&self) -> Duration {
        self.began.map(|began| began.elapsed()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
