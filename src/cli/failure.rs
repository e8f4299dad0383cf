//! Errors that end a command, as a person reads them.

use crate::{
    render::{
        escape::visible,
        style::{self, paint},
    },
    service::ServiceError,
};

/// Prints an error: what and where, the RequestId for the service's support, and what to do.
pub(super) fn show(error: &anyhow::Error) {
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
