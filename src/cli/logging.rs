//! What the program logs on standard error, for somebody who looks into a run.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use super::{ColorWhen, Global};

/// The form of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// A line an event, for people
    #[default]
    Text,
    /// A JSON object a line, for programs
    Json,
}

/// Starts the log, and says whether there is one. Nothing is logged unless it was asked for.
pub(super) fn start(global: &Global) -> bool {
    let filter = match (std::env::var("RUST_LOG"), global.verbose) {
        (Ok(directives), 0) if !directives.is_empty() => EnvFilter::new(directives),
        (_, 0) => return false,
        (_, 1) => EnvFilter::new("letterform=debug"),
        (_, _) => EnvFilter::new("letterform=trace,hyper_util=debug,reqwest=debug"),
    };
    let ansi = match global.color {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => std::io::stderr().is_terminal() && super::variables::of_process("NO_COLOR").is_none(),
    };
    let registry = tracing_subscriber::registry().with(filter);
    match global.log_format {
        LogFormat::Text => {
            registry.with(fmt::layer().log_internal_errors(false).with_writer(std::io::stderr).with_ansi(ansi)).init();
        }
        LogFormat::Json => {
            registry.with(fmt::layer().json().log_internal_errors(false).with_writer(std::io::stderr)).init();
        }
    }
    true
}
