//! Pages of a list.

use crate::emulator::{params::Params, refusal::Refusal};

/// A page of a list, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub number: usize,
    pub size: usize,
}

impl Page {
    /// Reads a page; at most 50 items each.
    ///
    /// # Errors
    /// When a parameter is not a number in its range.
    pub(super) fn from_params(params: &Params, number: &str, default_size: usize) -> Result<Self, Refusal> {
        let read = |name: &str, default, range: std::ops::RangeInclusive<usize>| match params.filled(name) {
            None => Ok(default),
            Some(text) => text.parse().ok().filter(|value| range.contains(value)).ok_or_else(|| Refusal::invalid(name)),
        };
        Ok(Self { number: read(number, 1, 1..=usize::MAX)?, size: read("PageSize", default_size, 1..=50)? })
    }

    /// The items of the page.
    pub(super) fn of<T>(self, items: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        items.skip((self.number - 1).saturating_mul(self.size)).take(self.size)
    }
}
