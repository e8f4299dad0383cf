//! Errors that end a command, as a person reads them.

use std::fmt;

use super::{
    declarations::BadDeclarations,
    paper::BadTemplate,
    stderr::{self, tell},
};
use crate::{
    accounts::AccountFailure,
    credentials::{Attempt, CredentialError},
    emulator::ImportError,
    escape::visible,
    letter::AccountName,
    plan::Staleness,
    render::style::{self, paint},
    service::ServiceError,
};

/// A saved plan that can't be applied any more.
#[derive(Debug)]
pub(super) struct Stale(pub(super) Vec<Staleness>);

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let reasons: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        write!(f, "the plan is stale, and nothing was created: {}", reasons.join("; "))
    }
}

impl std::error::Error for Stale {}

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
struct Listed {
    problem: String,
    reasons: Vec<String>,
    help: Option<&'static str>,
}

impl Listed {
    /// The reasons of an error that has some.
    fn of(error: &anyhow::Error) -> Option<Self> {
        if let Some(Stale(reasons)) = error.downcast_ref() {
            let reasons = reasons.iter().map(ToString::to_string).collect();
            let help = Some("create a new plan with `letterform plan --out FILE`");
            return Some(Self { problem: "the plan is stale, and nothing was created:".to_owned(), reasons, help });
        }
        if let Some(BadTemplate { file, problems }) = error.downcast_ref() {
            let problem = format!("the template {} can't be used, and nothing was written:", visible(file));
            return Some(Self { problem, reasons: problems.clone(), help: None });
        }
        if let Some(ImportError::Problems(reasons)) = error.downcast_ref() {
            let problem = "the state can't be imported, and nothing was:".to_owned();
            return Some(Self { problem, reasons: reasons.clone(), help: None });
        }
        let (problem, attempts, unread, help) = match error.downcast_ref()? {
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
        let asked = attempts.iter().map(|Attempt { provider, problem }| format!("{provider}: {problem}"));
        let unread = unread.iter().map(|(other, read)| format!("{other} is set but not read; use {read}"));
        let reasons = asked.chain(unread).collect();
        Some(Self { problem: format!("{problem}; looked in this order:"), reasons, help: Some(help) })
    }

    fn print(&self) {
        tell!("{} {}", paint(style::ERROR, "error:"), visible(&self.problem));
        for reason in &self.reasons {
            tell!("  - {}", visible(reason));
        }
        if let Some(help) = self.help {
            tell!("  {} {help}", paint(style::STRONG, "help:"));
        }
    }
}

/// Prints an error: what and where, the RequestId for the service's support, and what to do.
pub(super) fn show(error: &anyhow::Error) {
    if let Some(bad) = error.downcast_ref::<BadDeclarations>() {
        stderr::write(format_args!("{}", bad.details()));
        return;
    }
    if let Some(listed) = Listed::of(error) {
        return listed.print();
    }
    // One line, whatever is in it: a line that begins with `::` would be a command to a CI system.
    tell!("{} {}", paint(style::ERROR, "error:"), visible(&format!("{error:#}")));
    if let Some(ByHand { lines, .. }) = error.downcast_ref() {
        stderr::write(format_args!("{lines}"));
    }
    let service = error.chain().find_map(|cause| cause.downcast_ref::<ServiceError>());
    if let Some(id) = service.and_then(ServiceError::request_id) {
        tell!("  RequestId: {}", visible(&id.0));
    }
    if let Some(advice) = service.and_then(ServiceError::advice) {
        tell!("  {} {}", paint(style::STRONG, "help:"), visible(&advice));
    }
}

/// Prints why an account of a workspace failed, and keeps it for the report.
pub(super) fn of_account(account: &AccountName, error: &anyhow::Error) -> AccountFailure {
    // One account's words must not run into another's.
    let _one_at_a_time = std::io::stderr().lock();
    tell!("{} {account}", paint(style::STRONG, "Account"));
    show(error);
    let service = error.chain().find_map(|cause| cause.downcast_ref::<ServiceError>());
    AccountFailure {
        code: service.and_then(ServiceError::code).map(str::to_owned),
        message: format!("{error:#}"),
        request_id: service.and_then(ServiceError::request_id).cloned(),
    }
}
