use std::time::Duration;

use crate::{
    escape::Untrusted,
    service::{Operation, RequestId, ServiceError},
};

/// Something that happened during a run. A progress bar and a journal are made of these.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A request was made and answered, or not.
    Attempted(Attempt<'a>),
    /// A request waits before it is sent.
    Waiting(Wait<'a>),
    /// A request is being made. [`Event::Returned`] follows, whatever comes of it.
    Sent {
        /// What is asked.
        operation: Operation,
        /// The letter for whose sake it is done.
        letter: Option<&'a str>,
    },
    /// A request that was being made no longer is.
    Returned {
        /// What was asked.
        operation: Operation,
        /// The letter for whose sake it was done.
        letter: Option<&'a str>,
    },
    /// Work on a letter began.
    Began {
        /// The letter's name.
        letter: &'a str,
    },
    /// What became of a letter is known.
    Finished {
        /// The letter's name.
        letter: &'a str,
        /// `created`, `unchanged`, `conflict`, `failed`, `unknown` or `skipped`.
        outcome: &'static str,
        /// Why it was not created, where it failed or its outcome is unknown.
        failure: Option<&'a Failure>,
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
    /// Which attempt of the same operation for the same letter it was, from 1.
    pub attempt: u32,
    /// From sending to answer.
    pub duration: Duration,
    /// What came of it.
    pub result: AttemptResult<'a>,
}

/// Why a letter failed, for a person and for the service's support.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The service's code, or one of ours: `RuleBroken`, `ScanUnreadable`, `Interrupted`,
    /// `OutcomeUnknown`, `AnswerLost`, `NoConnection`, `AnswerUnreadable`, `AnswerUnusable`,
    /// `NotSent`.
    pub code: Untrusted,
    /// What happened and what to do.
    pub message: Untrusted,
    /// The id of the request, when the service told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub request_id: Option<RequestId>,
    /// What to do about it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Untrusted>,
    /// Whether the same run may succeed later.
    #[serde(default)]
    pub temporary: bool,
}

/// A wait before a request.
#[derive(Debug)]
pub struct Wait<'a> {
    /// What is to be asked.
    pub operation: Operation,
    /// The letter for whose sake it is done.
    pub letter: Option<&'a str>,
    /// How long the wait is.
    pub duration: Duration,
    /// The failure that it follows.
    pub error: &'a ServiceError,
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
pub struct Both<A, B>(pub A, pub B);

impl<A: Observer, B: Observer> Observer for Both<A, B> {
    fn event(&self, event: &Event<'_>) {
        self.0.event(event);
        self.1.event(event);
    }
}

/// No observer is one that looks away.
impl<O: Observer> Observer for Option<O> {
    fn event(&self, event: &Event<'_>) {
        if let Some(observer) = self {
            observer.event(event);
        }
    }
}
