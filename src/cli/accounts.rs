//! `letterform accounts`

use std::fmt::Write as _;

use clap::ValueEnum;
use serde::Serialize;

use super::{Exit, files, workspace::WorkspaceArgs};
use crate::{
    declaration::workspace::{Account, AccountId},
    endpoint::Region,
    escape::{visible, width},
    render::{
        json,
        style::{self, paint},
    },
};

/// Arguments of `accounts`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

/// The forms of the list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Table,
    /// For the matrix of a CI system, in one line
    Json,
}

/// The accounts as a matrix takes them: one job for each entry.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(title = "Accounts", extend("additionalProperties" = false))]
pub(super) struct Matrix<'a> {
    /// The accounts in the order of the workspace file.
    include: Vec<Entry<'a>>,
}

/// An account of the workspace.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "MatrixEntry")]
struct Entry<'a> {
    /// Its name, for `--account`.
    account: &'a str,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// Its region, where one is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<&'a str>,
    /// Where its letters are registered.
    endpoint: String,
    /// The files and folders of its declarations.
    letters: Vec<String>,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let accounts = args.workspace.accounts()?;
    let entries: Vec<Entry<'_>> = accounts.iter().map(Entry::of).collect();
    match args.format {
        Format::Table => files::print_styled(&table(&entries))?,
        Format::Json => files::print(json::line(&Matrix { include: entries }).as_bytes())?,
    }
    Ok(Exit::Done)
}

impl<'a> Entry<'a> {
    fn of(account: &'a Account) -> Self {
        Self {
            account: account.name.as_str(),
            id: account.id.as_ref().map(AccountId::as_str),
            region: account.region.map(Region::as_str),
            endpoint: account.endpoint.to_string(),
            letters: account.letters.iter().map(|path| path.display().to_string()).collect(),
        }
    }
}

fn table(entries: &[Entry<'_>]) -> String {
    let row = |entry: &Entry<'_>| {
        let place =
            entry.region.map_or_else(|| entry.endpoint.clone(), |region| format!("{} ({region})", entry.endpoint));
        [entry.account.to_owned(), visible(&place).into_owned(), visible(&entry.letters.join(", ")).into_owned()]
    };
    let heads = ["ACCOUNT", "ENDPOINT", "LETTERS"].map(str::to_owned);
    let rows: Vec<[String; 3]> = std::iter::once(heads).chain(entries.iter().map(row)).collect();
    let widest = |column: usize| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0);
    let widths = [widest(0), widest(1)];
    let mut out = String::new();
    for (index, [account, place, letters]) in rows.iter().enumerate() {
        let gap = |text: &str, column: usize| " ".repeat(widths[column] - width(text) + 2);
        let line = format!("{account}{}{place}{}{letters}", gap(account, 0), gap(place, 1));
        let _ = writeln!(out, "{}", if index == 0 { paint(style::STRONG, &line) } else { line });
    }
    out
}
