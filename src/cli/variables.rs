//! Variables of the environment that stand in for options.

use std::{fmt::Display, str::FromStr};

use anyhow::anyhow;

/// The variables that stand in for options. The command line outranks them, and they outrank the
/// workspace file.
pub(super) struct Variables<'a>(pub(super) &'a dyn Fn(&str) -> Option<String>);

/// A variable of this process that is set, and not to white space alone: CI systems set what they
/// have no value for.
pub(super) fn of_process(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

impl Variables<'_> {
    /// The text of a variable.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        (self.0)(name)
    }

    /// The value of a variable.
    pub(super) fn parse<T: FromStr<Err: Display>>(&self, name: &str) -> anyhow::Result<Option<T>> {
        let Some(text) = self.text(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|error| anyhow!("invalid value `{text}` in {name}: {error}; correct it, or unset {name}"))
    }

    /// The number in a variable, within a range.
    pub(super) fn number<T>(&self, name: &str, range: std::ops::RangeInclusive<T>) -> anyhow::Result<Option<T>>
    where
        T: FromStr<Err: Display> + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else { return Ok(None) };
        let number = text.parse().ok().filter(|number| range.contains(number));
        let expected = || {
            let (least, most) = (range.start(), range.end());
            anyhow!(
                "invalid value `{text}` in {name}: expected a number from {least} to {most}; correct it, or unset {name}"
            )
        };
        number.map(Some).ok_or_else(expected)
    }
}
