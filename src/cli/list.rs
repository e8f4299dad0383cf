//! `letterform list`

use clap::ValueEnum;

use super::{
    Exit,
    checkout::CommentArgs,
    files,
    stderr::warning,
    targets::{SignaturesArg, Stock, TargetArgs},
};
use crate::{
    accounts::Accounts,
    inventory::{Filter, Inventory, SortKey},
    render::{inventory, markdown, unreadable},
};

/// Arguments of `list`.
///
/// Here `--signature` is the filter, so the form in which requests are signed has a longer name.
#[derive(Debug, clap::Args)]
#[command(mut_arg("signature", |form| form.long("signature-form")))]
pub(crate) struct Args {
    #[command(flatten)]
    filter: FilterArgs,
    /// Sort key
    #[arg(long, value_enum, default_value_t, value_name = "KEY")]
    sort: SortKey,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    comment: CommentArgs,
    #[command(flatten)]
    signatures: SignaturesArg,
    #[command(flatten)]
    targets: TargetArgs,
}

/// Which letters to list.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Filters")]
struct FilterArgs {
    /// Letters that end within this time, such as 60d or 8w, and have no successor
    #[arg(long, value_name = "TIME", value_parser = parse_days)]
    expiring: Option<u32>,
    /// Letters with this signature
    #[arg(id = "covered_signature", long = "signature", value_name = "NAME")]
    signature: Option<String>,
    /// Letters whose authorizer contains this text
    #[arg(long, value_name = "NAME")]
    authorizer: Option<String>,
    /// Letters of this state (INT, PASSED), status (VALID, INVALID) or plan (create, unchanged,
    /// conflict, unmanaged)
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
}

/// The forms of lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
    /// For spreadsheets such as Excel: UTF-8 with a byte order mark, codes as text
    Csv,
    /// For an issue or a page
    Markdown,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let stocks = args.targets.resolve()?.stocks(args.signatures)?;
    let filter = args.filter.to_filter();
    let inventories = stocks.as_ref().map(Stock::inventory);
    filter.check(inventories.good())?;
    let lists = inventories.map(|inventory| inventory.filtered(&filter).sorted(args.sort));
    match args.format {
        Format::Table => files::print_styled(&inventory::table(&lists))?,
        Format::Json => files::print_json(&lists.to_document())?,
        Format::Markdown => files::print_styled(&markdown::list(&lists, &filter, &args.comment.options()))?,
        Format::Csv => {
            files::print(inventory::csv(&lists).as_bytes())?;
            tell_unreadable(&lists);
        }
    }
    Ok(if lists.any_failed() { Exit::Failed } else { Exit::Done })
}

/// Tells of the letters that can't be read: a row of a spreadsheet has no place for them.
fn tell_unreadable(lists: &Accounts<Inventory<'_>>) {
    for (account, list) in lists.each() {
        let account = account.map(|account| format!("account {account}: ")).unwrap_or_default();
        for line in list.into_iter().flat_map(|list| unreadable::lines(list.unreadable)) {
            warning!("{account}{line}");
        }
    }
}

impl FilterArgs {
    fn to_filter(&self) -> Filter {
        Filter {
            expiring: self.expiring,
            signature: self.signature.clone(),
            authorizer: self.authorizer.clone(),
            state: self.state.clone(),
        }
    }
}

/// A number of days: `60`, `60d` or `8w`.
pub(super) fn parse_days(text: &str) -> Result<u32, String> {
    let (digits, unit) = match text.strip_suffix('w') {
        Some(weeks) => (weeks, 7),
        None => (text.strip_suffix('d').unwrap_or(text), 1),
    };
    let number: Option<u32> = digits.parse().ok();
    number
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "write a number of days or weeks, such as 60d or 8w".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_days_or_weeks() {
        for (text, days) in [("60d", Some(60)), ("60", Some(60)), ("8w", Some(56)), ("0d", Some(0))] {
            assert_eq!(parse_days(text).ok(), days, "{text}");
        }
        for text in ["", "d", "-1d", "2m", "4294967295w", "1.5d"] {
            assert!(parse_days(text).is_err(), "{text}");
        }
    }
}
