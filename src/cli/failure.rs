//! Errors that end a command, as a person reads them.

use crate::{
    credentials::{CredentialError, Tried},
    escape::visible,
    render::style::{self, paint},
    service::ServiceError,
};

/// Prints an error: what and where, the RequestId for the service's support, and what to do.
pub(super) fn show(error: &anyhow::Error) {
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
    let text = format!("{error:#}");
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    anstream::eprintln!("{} {}", paint(style::ERROR, "error:"), visible(first));
    for line in lines {
        anstream::eprintln!("{}", visible(line));
    }
    let service = error.chain().find_map(|cause| cause.downcast_ref::<ServiceError>());
    if let Some(id) = service.and_then(ServiceError::request_id) {
        anstream::eprintln!("  RequestId: {}", visible(&id.0));
    }
    if let Some(advice) = service.and_then(ServiceError::advice) {
        anstream::eprintln!("  {} {}", paint(style::STRONG, "help:"), visible(&advice));
    }
}

/// Prints where credentials were looked for, a line a place.
fn no_credentials(what: &str, tried: &[Tried], advice: &str) {
    anstream::eprintln!("{} {what}; looked in this order:", paint(style::ERROR, "error:"));
    for Tried { place, problem } in tried {
        anstream::eprintln!("  - {}: {problem}", visible(&place.to_string()));
    }
    anstream::eprintln!("  {} {advice}", paint(style::STRONG, "help:"));
}
