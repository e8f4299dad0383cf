use std::time::Duration;

use super::{
    Operation, RequestId,
    denial::Denial,
    error_code::{self, Meaning},
};
use crate::{escape::Untrusted, transport::Secrets};

/// How long the source of credentials is left alone after it gave none.
const CREDENTIALS_WAIT: Duration = Duration::from_secs(5);

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

/// How often another attempt is worth it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Another attempt would end the same way.
    Never,
    /// The answer is not of the documented form, and will most likely be the same: one more
    /// attempt.
    Once,
    /// Nothing is known of such an answer: a few attempts show whether it stays.
    Few,
    /// The failure is one that passes.
    Often,
}

/// Why a request failed. Its text is safe to show.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The service answered with an error code.
    #[error("{operation} was answered with {code}: {message}{}", .denial.as_deref().map(ToString::to_string).unwrap_or_default())]
    Answered {
        /// The operation.
        operation: Operation,
        /// The service's `Code`.
        code: Untrusted,
        /// The service's `Message`.
        message: Untrusted,
        /// The service's `RequestId`.
        request_id: Option<RequestId>,
        /// The HTTP status.
        status: u16,
        /// How long the service asks to wait (`Retry-After`).
        retry_after: Option<Duration>,
        /// How far this machine's clock is ahead of the service's, in seconds (negative: behind),
        /// by the answer's `Date`.
        clock_skew: Option<i64>,
        /// What RAM says of the refusal (`AccessDeniedDetail`).
        denial: Option<Box<Denial>>,
    },
    /// An answer that is not of the documented form.
    #[error("the answer to {operation} (HTTP {status}) can't be read: {problem}")]
    Unreadable {
        /// The operation.
        operation: Operation,
        /// The HTTP status.
        status: u16,
        /// What is wrong with it.
        problem: Untrusted,
        /// The id in the answer's headers, if any.
        request_id: Option<RequestId>,
        /// How long the service asks to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// An answer that can be read and not be used: another try would end the same way.
    #[error("the answer to {operation} can't be used: {problem}")]
    Unusable {
        /// The operation.
        operation: Operation,
        /// What is wrong with it.
        problem: Untrusted,
        /// The id of the request, if any.
        request_id: Option<RequestId>,
    },
    /// An upload during which no byte moved for too long.
    #[error("{operation}: {problem}")]
    Stalled {
        /// The operation.
        operation: Operation,
        /// For how long, and how far it had got.
        problem: Untrusted,
    },
    /// No connection was made: the request was never sent.
    #[error("{operation}: no connection to {host}: {problem}")]
    NoConnection {
        /// The operation.
        operation: Operation,
        /// Where it should have gone.
        host: Untrusted,
        /// Why not.
        problem: Untrusted,
    },
    /// The request may have been sent, and no whole answer came.
    #[error("{operation}: the answer was lost: {problem}")]
    AnswerLost {
        /// The operation.
        operation: Operation,
        /// What happened.
        problem: Untrusted,
    },
    /// The request was not sent: temporary credentials have expired, and new ones can't be had at
    /// the moment.
    #[error("{operation}: {problem}")]
    NotSigned {
        /// The operation.
        operation: Operation,
        /// Why there are no credentials.
        problem: Untrusted,
    },
    /// The request could not be made.
    #[error("{operation}: {problem}")]
    NotSent {
        /// The operation.
        operation: Operation,
        /// Why not.
        problem: Untrusted,
    },
}

impl ServiceError {
    /// An answer with an error code, of which nothing more is known.
    pub fn answered(
        operation: Operation,
        status: u16,
        code: &str,
        message: &str,
        retry_after: Option<Duration>,
    ) -> Self {
        let (code, message) = (code.into(), message.into());
        Self::Answered {
            operation,
            code,
            message,
            request_id: None,
            status,
            retry_after,
            clock_skew: None,
            denial: None,
        }
    }

    /// What is known of the request. What counts as a refusal is a list: an answer that is not
    /// documented leaves a request in doubt, whatever its status.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Unusable { .. } | Self::NotSent { .. } => Outcome::Refused,
            Self::NoConnection { .. } | Self::NotSigned { .. } => Outcome::NotDone,
            // Reading twice does no harm, so a page that refuses may be taken at its word.
            Self::Unreadable { .. } if self.is_final_page() => Outcome::Refused,
            Self::AnswerLost { .. } | Self::Stalled { .. } | Self::Unreadable { .. } => Outcome::Unknown,
            Self::Answered { code, status, .. } => match error_code::meaning(code.raw()) {
                Meaning::Throttles => Outcome::NotDone,
                Meaning::RefusesRequest | Meaning::RefusesCaller if *status < 500 => Outcome::Refused,
                _ if self.is_final_page() => Outcome::Refused,
                _ => Outcome::Unknown,
            },
        }
    }

    /// Whether another attempt may succeed.
    pub fn retry(&self) -> Retry {
        match self {
            _ if self.outcome() == Outcome::Refused => Retry::Never,
            Self::NoConnection { .. } | Self::AnswerLost { .. } | Self::Stalled { .. } | Self::NotSigned { .. } => {
                Retry::Often
            }
            Self::Unusable { .. } | Self::NotSent { .. } => Retry::Never,
            Self::Unreadable { status, .. } if passes(*status) => Retry::Often,
            Self::Answered { status, .. } if passes(*status) => Retry::Often,
            Self::Answered { code, .. } if error_code::meaning(code.raw()) != Meaning::Unheard => Retry::Often,
            Self::Unreadable { .. } => Retry::Once,
            Self::Answered { .. } => Retry::Few,
        }
    }

    /// Whether every other request of this caller is refused too: nothing in the request can change
    /// that.
    pub fn refuses_caller(&self) -> bool {
        match self {
            Self::Answered { code, operation, .. } if *operation != Operation::PostObject => {
                self.outcome() == Outcome::Refused && error_code::meaning(code.raw()) == Meaning::RefusesCaller
            }
            // A request of the API that can't be made or signed: credentials that ended and can't
            // be renewed.
            Self::NotSent { operation, .. } => *operation != Operation::PostObject,
            _ => false,
        }
    }

    /// Whether other requests of this caller would fail too, once the attempts of one are used up.
    pub fn stops_caller(&self) -> bool {
        self.refuses_caller() || matches!(self, Self::NotSigned { .. })
    }

    /// Whether an answer to anything but a create is a plain `4xx` that nobody needs to ask about
    /// twice.
    fn is_final_page(&self) -> bool {
        let of_object_store = self.operation() == Operation::PostObject;
        match self {
            Self::Unreadable { status, .. } => {
                self.operation() != Operation::CreateSmsAuthorizationLetter
                    && (300..500).contains(status)
                    && !passes(*status)
            }
            Self::Answered { code, status, .. } => {
                of_object_store
                    && *status < 500
                    && !passes(*status)
                    && error_code::meaning(code.raw()) != Meaning::Transient
            }
            _ => false,
        }
    }

    /// The same error with no secret in its texts.
    pub(super) fn without(mut self, secrets: &Secrets) -> Self {
        match &mut self {
            Self::Answered { code, message, denial, .. } => {
                secrets.remove_from(code.raw_mut());
                secrets.remove_from(message.raw_mut());
                if let Some(denial) = denial {
                    denial.without(secrets);
                }
            }
            Self::Unreadable { problem, .. }
            | Self::Unusable { problem, .. }
            | Self::Stalled { problem, .. }
            | Self::NoConnection { problem, .. }
            | Self::AnswerLost { problem, .. }
            | Self::NotSigned { problem, .. }
            | Self::NotSent { problem, .. } => secrets.remove_from(problem.raw_mut()),
        }
        self
    }

    /// The operation that failed.
    pub fn operation(&self) -> Operation {
        match self {
            Self::Answered { operation, .. }
            | Self::Unreadable { operation, .. }
            | Self::Unusable { operation, .. }
            | Self::Stalled { operation, .. }
            | Self::NoConnection { operation, .. }
            | Self::AnswerLost { operation, .. }
            | Self::NotSigned { operation, .. }
            | Self::NotSent { operation, .. } => *operation,
        }
    }

    /// The service's code, if it sent one.
    pub fn code(&self) -> Option<&Untrusted> {
        match self {
            Self::Answered { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Whether the service sent this code.
    pub fn has_code(&self, code: &str) -> bool {
        self.code().is_some_and(|own| own == code)
    }

    /// The id of the request, if an answer came with one.
    pub fn request_id(&self) -> Option<&RequestId> {
        match self {
            Self::Answered { request_id, .. }
            | Self::Unreadable { request_id, .. }
            | Self::Unusable { request_id, .. } => request_id.as_ref(),
            _ => None,
        }
    }

    /// How long to wait before another try: what the service asks for, or what the source of
    /// credentials is given.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Answered { retry_after, .. } | Self::Unreadable { retry_after, .. } => *retry_after,
            Self::NotSigned { .. } => Some(CREDENTIALS_WAIT),
            _ => None,
        }
    }

    /// Whether an upload ended because too little of it arrived in time, by our clock or by the
    /// object store's.
    pub fn is_upload_time_out(&self) -> bool {
        let status = match self {
            Self::Stalled { .. } => return true,
            Self::Answered { code, .. } if code == "RequestTimeout" => 408,
            Self::Answered { status, .. } | Self::Unreadable { status, .. } => *status,
            _ => return false,
        };
        status == 408 && self.operation() == Operation::PostObject
    }

    /// Whether the service says that there are too many requests.
    pub fn is_throttling(&self) -> bool {
        match self {
            Self::Answered { code, status, .. } => {
                error_code::meaning(code.raw()) == Meaning::Throttles || *status == 429
            }
            Self::Unreadable { status, .. } => *status == 429,
            _ => false,
        }
    }
}

/// Whether a status is of trouble that passes: a time-out, a request that came too early or too
/// often, the service's own.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}
