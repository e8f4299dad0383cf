use std::{error::Error, time::Duration};

use super::Head;

/// Why there is no whole answer.
#[derive(Debug)]
pub(crate) enum SendError {
    /// The request could not be made.
    NotMade(String),
    /// No connection was made: the request was never sent.
    NoConnection(String),
    /// The request may have been sent.
    Lost(String),
    /// The request was being sent, and nothing moved for too long.
    Stalled(String),
    /// The answer is larger than is sensible.
    TooLarge {
        /// The answer without its body.
        head: Head,
        /// How many bytes would have been read.
        limit: usize,
    },
}

impl SendError {
    pub(super) fn from_reqwest(error: reqwest::Error, timeout: Duration) -> Self {
        if error.is_builder() {
            Self::NotMade(describe(error))
        } else if error.is_connect() {
            Self::NoConnection(describe(error))
        } else {
            Self::Lost(describe_lost(error, timeout))
        }
    }

    /// What happened, in words.
    pub(crate) fn problem(&self) -> String {
        match self {
            Self::NotMade(problem) | Self::NoConnection(problem) | Self::Lost(problem) | Self::Stalled(problem) => {
                problem.clone()
            }
            Self::TooLarge { limit, .. } => too_large(*limit),
        }
    }
}

/// That an answer is too large, in words.
fn too_large(limit: usize) -> String {
    if limit >= 1 << 20 {
        format!("it is larger than {} MiB", limit >> 20)
    } else {
        format!("it is larger than {} KiB", limit >> 10)
    }
}

pub(super) fn describe_lost(error: reqwest::Error, timeout: Duration) -> String {
    if error.is_timeout() { format!("time-out after {timeout:?}") } else { describe(error) }
}

/// The error and what caused it. URLs are left out, for signatures are in them; so are the outer
/// layers, which only say that there is an error.
pub(super) fn describe(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut texts: Vec<String> = Vec::new();
    let mut cause: Option<&dyn Error> = Some(&error);
    while let Some(error) = cause {
        cause = error.source();
        let text = error.to_string();
        let names_url = error.downcast_ref::<reqwest::Error>().is_some_and(|error| error.url().is_some());
        let says_nothing = cause.is_some() && SAY_NOTHING.iter().any(|start| text.starts_with(start));
        if names_url || says_nothing || texts.iter().any(|outer| outer.contains(&text)) {
            continue;
        }
        texts.push(text);
    }
    let mut text = texts.join(": ");
    if let Some((_, meaning)) = CERTIFICATES.iter().find(|(name, _)| text.contains(name)) {
        text = format!("{text} ({meaning})");
    }
    text
}

/// What the TLS library's words for an untrusted certificate mean.
const CERTIFICATES: [(&str, &str); 4] = [
    (
        "UnknownIssuer",
        "its issuer is not trusted; if a proxy inspects TLS, add the proxy's root certificate with --ca-file",
    ),
    ("CaUsedAsEndEntity", "a self-signed certificate; if you trust it, add its issuer's certificate with --ca-file"),
    ("NotValidForName", "the certificate belongs to another host; check --endpoint and any proxy"),
    ("certificate expired", "check this machine's clock, and any proxy that inspects TLS"),
];

/// The beginnings of texts that say no more than that there is an error.
const SAY_NOTHING: [&str; 5] = [
    "builder error",
    "error sending request",
    "client error (",
    "request or response body error",
    "error decoding response body",
];
