use anyhow::Context as _;
use jiff::civil::Date;

use crate::{
    letter::LetterName,
    renew::{self, Wish},
};

/// The group of the options that say when successors end.
pub(in crate::cli) const END: &str = "end";

/// When successors are valid.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct TermArgs {
    /// The successor's last day
    #[arg(long, value_name = "YYYY-MM-DD", group = END)]
    until: Option<Date>,
    /// How many years the successor is valid, instead of --until
    #[arg(long, value_name = "N", group = END, value_parser = clap::value_parser!(u16).range(1..=100))]
    years: Option<u16>,
    /// The successor's first day [default: today in China; the service takes no letter before its
    /// first day]
    #[arg(long, value_name = "YYYY-MM-DD", requires = END)]
    from: Option<Date>,
}

impl TermArgs {
    /// What is wanted of a successor, with a name of its own if there is one.
    pub(in crate::cli) fn wish(&self, today: Date, name: Option<LetterName>) -> anyhow::Result<Wish> {
        let from = self.from.unwrap_or(today);
        let until = match self.years {
            Some(years) => renew::last_day(from, years).context("--years goes beyond the year 9999")?,
            None => self.until.context("--until or --years is missing")?,
        };
        Ok(Wish { name, from, until })
    }
}
