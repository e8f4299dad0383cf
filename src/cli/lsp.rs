//! `letterform lsp`

use anyhow::{Context as _, bail};
use lsp_server::ProtocolError;

use super::{Exit, clock, declarations::RuleArgs};
use crate::{
    clock::day_in_china,
    lsp::{self, Ended, Stdio},
};

/// Arguments of `lsp`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Speak over standard input and output, as the server always does; editors pass it
    #[arg(long, hide = true)]
    stdio: bool,
    #[command(flatten)]
    rules: RuleArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let (connection, stdio) = Stdio::connect();
    let day = args.rules.today();
    let today = move || day.unwrap_or_else(|| day_in_china(clock.now()));
    let ended = lsp::run(&connection, args.rules.asked(), &today);
    if let Some(garbled) = stdio.take_garbled() {
        return Err(garbled).context("can't read messages of the language server protocol on standard input");
    }
    if ended.as_ref().is_err_and(ProtocolError::channel_is_disconnected) {
        bail!("the editor went away before `initialize`");
    }
    let ended = ended.context("the editor does not speak the language server protocol")?;
    // The last messages are written once nobody can send more.
    drop(connection);
    if ended == Ended::InOrder {
        stdio.finish().context("can't write to the editor")?;
    }
    Ok(if ended == Ended::InOrder { Exit::Done } else { Exit::Failed })
}
