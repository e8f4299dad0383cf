//! `letterform report`

use std::path::PathBuf;

use super::{
    Exit, files,
    stderr::note,
    targets::{SignaturesArg, Stock, TargetArgs},
};
use crate::{
    accounts::Accounts,
    declaration::LoadOptions,
    escape::visible,
    inventory::Inventory,
    render::{
        html::{self, Lang, Section},
        style::{self, paint},
    },
    status::Status,
    wording::counted,
};

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the report to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Language of the report [default: the locale's, or English]
    #[arg(long, value_enum, value_name = "LANG")]
    lang: Option<Lang>,
    #[command(flatten)]
    signatures: SignaturesArg,
    #[command(flatten)]
    targets: TargetArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let stocks = args.targets.resolve()?.stocks(args.signatures)?;
    let inventories = stocks.as_ref().map(|stock| {
        let inventory = stock.inventory();
        let status = stock.status(&inventory);
        (stock, inventory, status)
    });
    let soon = stocks.good().map(|stock| stock.soon).next().unwrap_or(LoadOptions::EXPIRING_DAYS);
    let page = html::page(&sections(&inventories), args.targets.today()?, soon, args.lang());
    args.write(&page, inventories.good().map(|(_, inventory, _)| inventory.entries.len()).sum())?;
    Ok(if inventories.any_failed() { Exit::Failed } else { Exit::Done })
}

/// What there is in an account, letter by letter, and what became of its signatures where that was
/// asked for.
type Taken<'a> = (&'a Stock, Inventory<'a>, Option<Status>);

fn sections<'a>(all: &'a Accounts<Taken<'a>>) -> Vec<Section<'a>> {
    all.each()
        .map(|(account, result)| match result {
            Ok((stock, inventory, status)) => Section {
                account: stock.account.as_ref(),
                endpoint: Some(&stock.existing.endpoint),
                inventory: Ok(inventory),
                status: status.as_ref(),
            },
            Err(failure) => Section { account, endpoint: None, inventory: Err(failure), status: None },
        })
        .collect()
}

impl Args {
    fn lang(&self) -> Lang {
        self.lang.unwrap_or_else(|| {
            let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
            Lang::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
        })
    }

    fn write(&self, page: &str, letters: usize) -> anyhow::Result<()> {
        let Some(path) = &self.out else { return files::print(page.as_bytes()) };
        files::write(path, page.as_bytes())?;
        let letters = counted(letters, "letter");
        let path = path.display().to_string();
        note!("{} {letters} in {}", paint(style::STRONG, "Wrote:"), visible(&path));
        Ok(())
    }
}
