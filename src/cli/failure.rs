//! Errors that end a command, as a person reads them.

use std::fmt;

use super::declarations::BadDeclarations;
use crate::{
    accounts::AccountFailure,
    credentials::{CredentialError, Tried},
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

/// Prints an error: what and where, the RequestId for the service's support, and what to do.
pub(super) fn show(error: &anyhow::Error) {
    if let Some(bad) = error.downcast_ref::<BadDeclarations>() {
        anstream::eprint!("{}", bad.details());
        return;
    }
    if let Some(Stale(reasons)) = error.downcast_ref() {
        anstream::eprintln!("{} the plan is stale, and nothing was created:", paint(style::ERROR, "error:"));
        for reason in reasons {
            anstream::eprintln!("  - {}", visible(&reason.to_string()));
        }
        anstream::eprintln!("  {} make it anew with `letterform plan --out FILE`", paint(style::STRONG, "help:"));
        return;
    }
    match error.downcast_ref() {
        Some(CredentialError::NotFound { tried }) => {
            let advice = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`; \
                          to rehearse without an account, use --sandbox";
            return no_credentials("no credentials were found", tried, advice);
        }
        Some(CredentialError::Profile { profile, tried }) => {
            let what = format!("the profile {} gives no credentials", visible(profile));
            return no_credentials(&what, tried, "check --profile, and the profiles of `aliyun configure list`");
        }
        _ => {}
    }
    // One line, whatever is in it: a line that begins with `::` would be a command to a CI system.
    anstream::eprintln!("{} {}", paint(style::ERROR, "error:"), visible(&format!("{error:#}")));
    if let Some(ByHand { lines, .. }) = error.downcast_ref() {
        anstream::eprint!("{lines}");
    }
    let service = error.chain().find_map(|cause| cause.downcast_ref::<ServiceError>());
    if let Some(id) = service.and_then(ServiceError::request_id) {
        anstream::eprintln!("  RequestId: {}", visible(&id.0));
    }
    if let Some(advice) = service.and_then(ServiceError::advice) {
        anstream::eprintln!("  {} {}", paint(style::STRONG, "help:"), visible(&advice));
    }
}

/// Prints why an account of a workspace failed, and keeps it for the report.
pub(super) fn of_account(account: &AccountName, error: &anyhow::Error) -> AccountFailure {
    // One account's words must not run into another's.
    let _one_at_a_time = std::io::stderr().lock();
    anstream::eprintln!("{} {account}", paint(style::STRONG, "Account"));
    show(error);
    let service = error.chain().find_map(|cause| cause.downcast_ref::<ServiceError>());
    AccountFailure {
        code: service.and_then(ServiceError::code).map(str::to_owned),
        message: format!("{error:#}"),
        request_id: service.and_then(ServiceError::request_id).cloned(),
    }
}

/// Prints where credentials were looked for, a line a place.
fn no_credentials(what: &str, tried: &[Tried], advice: &str) {
    anstream::eprintln!("{} {what}; looked in this order:", paint(style::ERROR, "error:"));
    for Tried { place, problem } in tried {
        anstream::eprintln!("  - {}: {}", visible(&place.to_string()), visible(&problem.to_string()));
    }
    anstream::eprintln!("  {} {advice}", paint(style::STRONG, "help:"));
}
