//! `letterform man`

use clap::CommandFactory as _;

use super::{Cli, Exit};

pub(super) fn run() -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    super::files::print(&page)?;
    Ok(Exit::Done)
}
