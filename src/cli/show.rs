//! `letterform show`

use anyhow::bail;

use super::{
    Exit, files,
    output::PlainFormat,
    targets::{SignaturesArg, TargetArgs},
    workspace::only,
};
use crate::{
    inventory::Inventory,
    render::{inventory, unreadable},
};

/// Arguments of `show`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The letter's name
    #[arg(value_name = "NAME")]
    name: String,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: PlainFormat,
    #[command(flatten)]
    signatures: SignaturesArg,
    #[command(flatten)]
    targets: TargetArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let stock = only(args.targets.resolve()?.only()?.stocks(args.signatures)?)?;
    let all = stock.inventory();
    let named = all.only(&args.name);
    if named.entries.is_empty() {
        bail!("{}", not_found(&args.name, &all));
    }
    match args.format {
        PlainFormat::Text => {
            let shown: Vec<String> = named.entries.iter().map(|entry| inventory::details(entry, &named)).collect();
            files::print_styled(&shown.join("\n"))?;
        }
        PlainFormat::Json => files::print_json(&named.to_document())?,
    }
    Ok(Exit::Done)
}

fn not_found(name: &str, all: &Inventory<'_>) -> String {
    let mut unread = all.unreadable.iter().filter(|letter| letter.name.as_ref().is_some_and(|own| own == name));
    if let Some(letter) = unread.next() {
        return format!("{letter}; look for it in the console, or report the answer to the service's support");
    }
    let problem = format!("no letter named {name} is declared or exists");
    match all.suggestions(name)[..] {
        [] if all.unreadable.iter().any(|letter| letter.name.is_none()) => {
            let count = unreadable::count(all.unreadable);
            format!("{problem}, but {count}; `letterform list` shows them all")
        }
        [] => format!("{problem}; `letterform list` shows them all"),
        ref near => format!("{problem}; did you mean {}?", near.join(" or ")),
    }
}
