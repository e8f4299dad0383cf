use std::time::Duration;

use crate::service::{Operation, RequestId, ServiceError};

/// Something that happened during a run. A progress bar and a journal are made of these.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request was made and answered, or not.
    Attempted(Attempt<'a>),
    /// Work on a letter began.
    Began {
        /// The letter's name.
        letter: &'a str,
    },
    /// What became of a letter is known.
    Settled {
        /// The letter's name.
        letter: &'a str,
        /// `created`, `unchanged`, `conflict`, `failed` or `skipped`.
        outcome: &'static str,
    },
}

/// One request.
#[derive(Debug)]
pub struct Attempt<'a> {
    /// The request's number in this run, from 1.
    pub number: u64,
    /// What was asked.
    pub operation: Operation,
    /// The letter for whose sake it was done.
    pub letter: Option<&'a str>,
    /// Which try of the same operation for the same letter it was, from 1.
    pub attempt: u32,
    /// From sending to answer.
    pub duration: Duration,
    /// What came of it.
    pub result: AttemptResult<'a>,
}

/// What came of a request.
#[derive(Debug)]
pub enum AttemptResult<'a> {
    /// The service did it.
    Answered(Option<&'a RequestId>),
    /// The service refused it, or no answer came.
    Failed(&'a ServiceError),
}

/// What is told of everything that happens, as it happens.
pub trait Observer: Sync {
    /// Something happened.
    fn event(&self, event: &Event<'_>);
}

/// An observer that looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Observer for Silent {
    fn event(&self, _: &Event<'_>) {}
}

/// Two observers as one.
pub struct Both<'a>(pub &'a dyn Observer, pub &'a dyn Observer);

impl Observer for Both<'_> {
    fn event(&self, event: &Event<'_>) {
        self.0.event(event);
        self.1.event(event);
    }
}
