//! `letterform explain CODE`

use super::{Exit, files};
use crate::{declaration::Code, render::diagnostics};

/// Explain a rule: why it is there, what is right and what is wrong
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule's name, such as LF-name-too-long; without one, all rules are listed
    code: Option<Code>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    match args.code {
        Some(code) => files::print_styled(&diagnostics::rule(code))?,
        None => files::print_styled(&diagnostics::rules())?,
    }
    Ok(Exit::Done)
}
