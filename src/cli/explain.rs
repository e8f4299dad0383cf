use super::{Exit, Global};
use crate::{declaration::Code, render::diagnostics};

/// Explain a rule: why it is there, what is right and what is wrong
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The rule's name, such as LF-name-too-long; without one, all rules are listed
    code: Option<Code>,
}

// One signature for all commands.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn run(args: &Args, _global: &Global) -> anyhow::Result<Exit> {
    match args.code {
        Some(code) => super::print(&diagnostics::rule(code))?,
        None => super::print(&diagnostics::rules())?,
    }
    Ok(Exit::Done)
}
