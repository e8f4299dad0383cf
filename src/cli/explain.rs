//! `letterform explain`

use super::{Exit, files};
use crate::{declaration::Code, render::diagnostics};

/// Arguments of `explain`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rule to explain, such as LF-name-too-long [default: list all rules]
    code: Option<Code>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    files::print_styled(&args.code.map_or_else(diagnostics::rules, diagnostics::rule))?;
    Ok(Exit::Done)
}
