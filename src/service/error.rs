use std::{fmt, time::Duration};

use crate::transport::Secrets;

/// An operation of the service, by its name there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[non_exhaustive]
pub enum Operation {
    /// `QuerySmsAuthorizationLetter`
    QuerySmsAuthorizationLetter,
    /// `GetQualificationOssInfo`
    GetQualificationOssInfo,
    /// The upload of an object.
    PostObject,
    /// `CreateSmsAuthorizationLetter`
    CreateSmsAuthorizationLetter,
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// The id of a request, which the service's support asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was not carried out, and another try would end the same way.
    Refused,
    /// It was not carried out, and another try may succeed.
    NotDone,
    /// It may have been carried out: look before doing anything else.
    Unknown,
}

/// Why a request failed. Texts that came from the service are as it sent them: escape them before showing them.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The service answered with an error code.
    #[error("{operation} was answered with {code}: {message}")]
    Answered {
        /// The operation.
        operation: Operation,
        /// The service's `Code`.
        code: String,
        /// The service's `Message`.
        message: String,
        /// The service's `RequestId`.
        request_id: Option<RequestId>,
        /// The HTTP status.
        status: u16,
        /// How long the service asks to wait (`Retry-After`).
        retry_after: Option<Duration>,
        /// How far this machine's clock is ahead of the service's, in seconds (negative: behind), by the answer's `Date`.
        clock_skew: Option<i64>,
    },
    /// An answer that is not of the documented form.
    #[error("the answer to {operation} (HTTP {status}) can't be read: {problem}")]
    Unreadable {
        /// The operation.
        operation: Operation,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        problem: String,
        /// The id in the answer's headers, if any.
        request_id: Option<RequestId>,
        /// How long the service asks to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// No connection was made: the request was never sent.
    #[error("{operation}: no connection to {host}: {problem}")]
    NoConnection {
        /// The operation.
        operation: Operation,
        /// Where it should have gone.
        host: String,
        /// Why not.
        problem: String,
    },
    /// The request may have been sent, and no whole answer came.
    #[error("{operation}: the answer was lost: {problem}")]
    AnswerLost {
        /// The operation.
        operation: Operation,
        /// What happened.
        problem: String,
    },
    /// The request could not be made.
    #[error("{operation}: {problem}")]
    NotSent {
        /// The operation.
        operation: Operation,
        /// Why not.
        problem: String,
    },
}

/// The codes that the service gives while another try may succeed, and what became of this one is not known;
/// `RequestTimeout` is of uploads. Every other code is final, but those of [`is_turned_away`].
///
/// `SignatureNonceUsed` is one of them: a nonce that was drawn for one request is used twice only when something on the way
/// sent that request twice, and the first copy may have been carried out.
const TRANSIENT_CODES: [&str; 5] =
    ["ServiceUnavailable", "InternalError", "isp.SYSTEM_ERROR", "RequestTimeout", "SignatureNonceUsed"];

/// Whether a code says for certain that the request was turned away at the door, and that another try may succeed.
fn is_turned_away(code: &str) -> bool {
    code == "Throttling" || code.starts_with("Throttling.")
}

impl ServiceError {
    /// What is known of the request.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Answered { code, status, .. } => outcome_of_answer(code, *status),
            Self::Unreadable { status: 429, .. } | Self::NoConnection { .. } => Outcome::NotDone,
            Self::Unreadable { status: 400..=499, .. } | Self::NotSent { .. } => Outcome::Refused,
            Self::Unreadable { .. } | Self::AnswerLost { .. } => Outcome::Unknown,
        }
    }

    /// The same error with no secret in its texts.
    pub(super) fn without(mut self, secrets: &Secrets) -> Self {
        match &mut self {
            Self::Answered { code, message, .. } => {
                secrets.remove_from(code);
                secrets.remove_from(message);
            }
            Self::Unreadable { problem, .. }
            | Self::NoConnection { problem, .. }
            | Self::AnswerLost { problem, .. }
            | Self::NotSent { problem, .. } => secrets.remove_from(problem),
        }
        self
    }

    /// The operation that failed.
    #[must_use]
    pub fn operation(&self) -> Operation {
        match self {
            Self::Answered { operation, .. }
            | Self::Unreadable { operation, .. }
            | Self::NoConnection { operation, .. }
            | Self::AnswerLost { operation, .. }
            | Self::NotSent { operation, .. } => *operation,
        }
    }

    /// The service's code, if it sent one.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Answered { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The id of the request, if an answer came with one.
    #[must_use]
    pub fn request_id(&self) -> Option<&RequestId> {
        match self {
            Self::Answered { request_id, .. } | Self::Unreadable { request_id, .. } => request_id.as_ref(),
            _ => None,
        }
    }

    /// How long the service asks to wait before another try.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Answered { retry_after, .. } | Self::Unreadable { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the service says that there are too many requests.
    #[must_use]
    pub fn is_throttling(&self) -> bool {
        match self {
            Self::Answered { code, status, .. } => code.starts_with("Throttling") || *status == 429,
            Self::Unreadable { status, .. } => *status == 429,
            _ => false,
        }
    }
}

fn outcome_of_answer(code: &str, status: u16) -> Outcome {
    if is_turned_away(code) || status == 429 {
        Outcome::NotDone
    } else if TRANSIENT_CODES.contains(&code) || status >= 500 {
        Outcome::Unknown
    } else {
        Outcome::Refused
    }
}
