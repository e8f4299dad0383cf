//! Errors that end a command, as a person reads them.

use std::{
    collections::HashMap,
    error::Error,
    sync::{Mutex, PoisonError},
};

use super::stderr::{self, error, tell, warning};
use crate::{
    accounts::AccountFailure,
    credentials::CredentialError,
    escape::visible,
    letter::AccountName,
    ocr::EngineError,
    render::{
        diagnostics::{self, Show},
        style::{self, paint},
        text,
    },
    run::{ConnectError, InvalidDeclarations, RunError},
    service::{RequestId, ServiceError},
    signature::NotKnown,
};

/// What can't be done for somebody, and the lines with which to do it by hand.
#[derive(Debug, thiserror::Error)]
#[error("{problem}")]
pub(super) struct ByHand {
    /// What went wrong, and what to do with the lines.
    pub(super) problem: String,
    /// YAML that is safe to show.
    pub(super) lines: String,
}

/// An error with several reasons, each on a line of its own.
#[derive(Debug, thiserror::Error)]
#[error("{problem} {}", .reasons.join("; "))]
pub(super) struct Listed {
    problem: String,
    reasons: Vec<String>,
    help: Option<&'static str>,
}

impl Listed {
    /// With a problem that ends in a colon.
    pub(super) fn new(problem: String, reasons: Vec<String>) -> Self {
        Self { problem, reasons, help: None }
    }

    /// The reasons of an error that has some.
    fn of(error: Failure<'_>) -> Option<Self> {
        if let Some(RunError::Stale(reasons)) = find(error) {
            let reasons = reasons.iter().map(ToString::to_string).collect();
            let help = Some("create a new plan with `letterform plan --out FILE`");
            return Some(Self { problem: "the plan is stale, and nothing was created:".to_owned(), reasons, help });
        }
        #[cfg(feature = "emulator")]
        if let Some(crate::emulator::ImportError::Problems(reasons)) = find(error) {
            return Some(Self::new("the state can't be imported, and nothing was:".to_owned(), reasons.clone()));
        }
        let (problem, attempts, unread, help) = match find(error)? {
            CredentialError::NotFound { attempts, unread } => {
                let help = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`; \
                            to rehearse without an account, use --sandbox";
                ("no credentials found".to_owned(), attempts, unread.as_slice(), help)
            }
            CredentialError::Profile { profile, attempts } => {
                let help = "check --profile against `aliyun configure list`";
                (format!("no credentials in profile `{profile}`"), attempts, &[][..], help)
            }
            _ => return None,
        };
        let asked = attempts.iter().map(ToString::to_string);
        let unread = unread.iter().map(|(other, read)| format!("{other} is set but not read; use {read}"));
        let reasons = asked.chain(unread).collect();
        Some(Self { problem: format!("{problem}; looked in this order:"), reasons, help: Some(help) })
    }

    fn print(&self) {
        error!("{}", visible(&self.problem));
        for reason in &self.reasons {
            tell!("  - {}", visible(reason));
        }
        if let Some(help) = self.help {
            tell!("  {} {help}", paint(style::STRONG, "help:"));
        }
    }
}

type Failure<'a> = &'a (dyn Error + 'static);

/// The error of this type that is the reason, or a part of it.
fn find<E: Error + 'static>(error: Failure<'_>) -> Option<&E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // These are what they hold, and no reason of their own.
        next = match (error.downcast_ref(), error.downcast_ref()) {
            (Some(RunError::Declarations(inner)), _) => Some(inner),
            (Some(RunError::Connect(inner)), _) => Some(inner),
            (Some(RunError::Service(inner)), _) => Some(inner),
            (_, Some(ConnectError::Credentials(inner))) => Some(inner),
            _ => error.source(),
        };
    }
    None
}

/// An error and its reasons in one line.
fn in_one_line(error: Failure<'_>) -> String {
    let texts: Vec<String> =
        std::iter::successors(Some(error), |error| (*error).source()).map(ToString::to_string).collect();
    texts.join(": ")
}

/// Prints an error: what and where, the RequestId for the service's support, and what to do.
pub(super) fn show(error: Failure<'_>) {
    if let Some(invalid) = find::<InvalidDeclarations>(error) {
        let loaded = invalid.loaded();
        let last = if invalid.is_refusal() { format!("{invalid}\n") } else { diagnostics::summary(loaded) };
        stderr::write(format_args!("{}{last}", diagnostics::text(loaded, Show::USUAL)));
        return;
    }
    if let Some(listed) = find::<Listed>(error) {
        return listed.print();
    }
    if let Some(listed) = Listed::of(error) {
        return listed.print();
    }
    // One line, whatever is in it: a line that begins with `::` would be a command to a CI system.
    error!("{}", visible(&in_one_line(error)));
    if let Some(ByHand { lines, .. }) = find(error) {
        stderr::write(format_args!("{lines}"));
    }
    if let Some(engine) = find::<EngineError>(error) {
        tell!("  {} {}", paint(style::STRONG, "help:"), engine.help());
    }
    let service = find::<ServiceError>(error);
    request(service.and_then(ServiceError::request_id));
    if let Some(advice) = service.and_then(ServiceError::advice) {
        tell!("  {} {}", paint(style::STRONG, "help:"), visible(&advice));
    }
}

fn request(id: Option<&RequestId>) {
    if let Some(id) = id {
        tell!("  RequestId: {id}");
    }
}

/// Prints that a part could not be read, and what to do.
pub(super) fn not_known(part: &NotKnown) {
    stderr::write(format_args!("{}", text::not_known(part)));
}

/// Prints why accounts of a workspace fail, each failure once: a command that looks again meets it
/// again, and many accounts can have the same one.
#[derive(Default)]
pub(super) struct AccountFailures(Mutex<Told>);

/// By what they say, the accounts that failed.
type Told = HashMap<String, Vec<AccountName>>;

impl AccountFailures {
    /// Prints why an account failed, unless that was told before.
    pub(super) fn tell(&self, account: &AccountName, error: &RunError) {
        // What is wrong with declarations is told at its place, and no two accounts share one.
        let shared = find::<InvalidDeclarations>(error).is_none();
        self.tell_once(account, &in_one_line(error), |first| match first.filter(|_| shared) {
            None => show(error),
            Some(first) => {
                error!("the same as for the account {first}");
                request(find::<ServiceError>(error).and_then(ServiceError::request_id));
            }
        });
    }

    /// Prints why an account has no plan in a saved plan.
    pub(super) fn tell_of_saved(&self, account: &AccountName, failure: &AccountFailure) {
        self.tell_once(account, failure.message.raw(), |_| {
            error!("{}", failure.message);
            request(failure.request_id.as_ref());
        });
    }

    /// Prints something of an account, unless that was told before. `print` gets the first account
    /// of which it was told.
    fn tell_once(&self, account: &AccountName, text: &str, print: impl FnOnce(Option<&AccountName>)) {
        // Locked while it prints: one account's words must not run into another's.
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let accounts = told.entry(text.to_owned()).or_default();
        if accounts.contains(account) {
            return;
        }
        tell!("{} {account}", paint(style::STRONG, "Account"));
        print(accounts.first());
        accounts.push(account.clone());
    }
}

/// Prints what somebody should know of the whole run.
pub(super) fn warn(warning: &str) {
    warning!("{}", visible(warning));
}
