//! `letterform report`

use std::path::PathBuf;

use clap::ValueEnum;

use super::{
    Exit, block_on, clock,
    connection::ServiceArgs,
    declarations::DeclarationArgs,
    files,
    stderr::tell,
    stock::{self, Stock},
    workspace::WorkspaceArgs,
};
use crate::{
    accounts::{AccountResult, Accounts},
    escape::visible,
    inventory::Inventory,
    render::{
        html::{self, Lang, Section},
        style::{self, paint},
    },
};

/// Arguments of `report`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write the page to this file [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The language of the page [default: that of the locale, else English]
    #[arg(long, value_enum, value_name = "LANG")]
    lang: Option<PageLang>,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
    #[command(flatten)]
    service: ServiceArgs,
}

/// The languages of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PageLang {
    /// English
    En,
    /// Chinese
    Zh,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let today = args.declarations.today(&clock);
    let selection = args.workspace.select(&args.declarations.paths)?;
    let targets = selection.targets(&args.declarations, &args.service, &clock)?;
    if selection.is_whole() {
        let stocks = block_on(stock::of_all(&targets, &clock))?;
        let inventories = stocks.map(Stock::inventory);
        let page = html::page(&sections(&stocks, &inventories), today, args.lang());
        let letters = inventories.good().map(|inventory| inventory.entries.len()).sum();
        args.write(&page, letters)?;
        return Ok(if inventories.failed().next().is_some() { Exit::Failed } else { Exit::Done });
    }
    let stock = block_on(stock::of(&selection.only(targets)?, &clock))?;
    let inventory = stock.inventory();
    let section = Section { account: stock.account.as_ref(), endpoint: &stock.endpoint, inventory: Ok(&inventory) };
    args.write(&html::page(&[section], today, args.lang()), inventory.entries.len())?;
    Ok(Exit::Done)
}

fn sections<'a>(stocks: &'a Accounts<Stock>, inventories: &'a Accounts<Inventory<'a>>) -> Vec<Section<'a>> {
    let both = stocks.0.iter().zip(&inventories.0);
    both.map(|(stock, AccountResult { account, result })| Section {
        account: Some(account),
        endpoint: stock.result.as_ref().map_or("", |stock| &stock.endpoint),
        inventory: result.as_ref(),
    })
    .collect()
}

impl Args {
    fn lang(&self) -> Lang {
        match self.lang {
            Some(PageLang::En) => Lang::En,
            Some(PageLang::Zh) => Lang::Zh,
            None => {
                let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
                Lang::of_locale(&["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).unwrap_or_default())
            }
        }
    }

    fn write(&self, page: &str, letters: usize) -> anyhow::Result<()> {
        let Some(path) = &self.out else { return files::print(page.as_bytes()) };
        files::write(path, page.as_bytes())?;
        let letters = if letters == 1 { "1 letter".to_owned() } else { format!("{letters} letters") };
        let path = path.display().to_string();
        tell!("{} {letters} in {}", paint(style::STRONG, "Wrote:"), visible(&path));
        Ok(())
    }
}
