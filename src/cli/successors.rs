//! The successors of letters, as `renew` declares them and `paper` prints them.

use anyhow::Context as _;
use jiff::civil::Date;

use super::failure::Listed;
use crate::{
    letter::{DesiredLetter, Letter, LetterName, Picture},
    renew::{self, Wish},
    wording::counted,
};

/// The group of the options that say when successors end.
pub(super) const END: &str = "end";

/// When successors are valid.
#[derive(Debug, clap::Args)]
pub(super) struct TermArgs {
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
    pub(super) fn wish(&self, today: Date, name: Option<LetterName>) -> anyhow::Result<Wish> {
        let from = self.from.unwrap_or(today);
        let until = match self.years {
            Some(years) => renew::last_day(from, years).context("--years goes beyond the year 9999")?,
            None => self.until.context("--until or --years is missing")?,
        };
        Ok(Wish { name, from, until })
    }
}

/// The successors of letters that are renewed together, in their order.
pub(super) fn successors(
    old: &[&DesiredLetter],
    declared: &[DesiredLetter],
    wish: &Wish,
) -> Result<Vec<Letter<Picture>>, Listed> {
    let letters: Vec<_> = old.iter().map(|desired| &desired.letter).collect();
    renew::successors(&letters, declared, wish).map_err(|problems| {
        let problems = problems.iter().map(ToString::to_string).collect();
        Listed::new("can't renew these letters, and nothing was written:".to_owned(), problems)
    })
}

/// That there is nothing to do, as no letter ends soon enough.
pub(super) fn none_ends(to_do: &str, days: u32) -> String {
    format!("{to_do}: no declared letter without a successor ends within {}.", counted(days as usize, "day"))
}
