//! `letterform lsp`

use anyhow::Context as _;
use lsp_server::Connection;

use super::{Exit, clock, declarations::RuleArgs};
use crate::{
    clock::day_in_china,
    lsp::{self, Ended},
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
    let (connection, threads) = Connection::stdio();
    let day = args.rules.today();
    let today = move || day.unwrap_or_else(|| day_in_china(clock.now()));
    let ended = lsp::run(&connection, args.rules.asked(), &today)
        .context("the editor does not speak the language server protocol")?;
    // The last messages are written once nobody can send more.
    drop(connection);
    if ended == Ended::InOrder {
        threads.join().context("can't write to the editor")?;
    }
    Ok(if ended == Ended::InOrder { Exit::Done } else { Exit::Failed })
}
