use std::cmp::Ordering;

use super::{Entry, Inventory};
use crate::{escape::shorten, letter::Validity};

/// Which letters to list. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those that end within this many days, have not ended yet, and have no successor.
    pub expiring: Option<u32>,
    /// Those for this signature; case matters.
    pub signature: Option<String>,
    /// Those whose authorizer has this in its name.
    pub authorizer: Option<String>,
    /// Those of this state, status or action, in whichever case.
    pub state: Option<String>,
}

/// The states, statuses and actions that a letter is known to have.
const STATES: [&str; 8] = ["INT", "PASSED", "VALID", "INVALID", "create", "unchanged", "conflict", "unmanaged"];

/// A state to filter by that nothing is known to have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown state `{}`{}; write INT or PASSED (state), VALID or INVALID (status), or create, unchanged, conflict or unmanaged \
     (plan)",
    shorten(.wanted, 60), did_you_mean(*.nearest)
)]
pub struct UnknownState {
    wanted: String,
    nearest: Option<&'static str>,
}

fn did_you_mean(nearest: Option<&'static str>) -> String {
    nearest.map(|state| format!(", did you mean {state}?")).unwrap_or_default()
}

impl UnknownState {
    fn new(wanted: &str) -> Self {
        let distance =
            |state: &str| strsim::damerau_levenshtein(&state.to_ascii_lowercase(), &wanted.to_ascii_lowercase());
        let near = STATES.into_iter().map(|state| (distance(state), state)).filter(|(distance, _)| *distance <= 2);
        Self { wanted: wanted.to_owned(), nearest: near.min_by_key(|(distance, _)| *distance).map(|(_, state)| state) }
    }
}

impl Filter {
    /// Checks that the state to filter by is a known one, or one that a letter of these inventories
    /// has: the service may have more than are documented.
    ///
    /// # Errors
    /// The state, when nothing has it: a mistyped one must not look like an empty list.
    pub fn check<'i>(&self, inventories: impl IntoIterator<Item = &'i Inventory<'i>>) -> Result<(), UnknownState> {
        let Some(wanted) = &self.state else { return Ok(()) };
        let is_known = STATES.iter().any(|state| state.eq_ignore_ascii_case(wanted));
        let mut entries = inventories.into_iter().flat_map(|inventory| &inventory.entries);
        if is_known || entries.any(|entry| is_in_state(entry, wanted)) {
            return Ok(());
        }
        Err(UnknownState::new(wanted))
    }
}

/// What to sort letters by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum SortKey {
    /// The order of files and lines, then letters that are not declared by name.
    #[default]
    Declaration,
    /// The name.
    Name,
    /// The letter's id, the oldest first.
    Id,
    /// The authorizer.
    Authorizer,
    /// The end of the validity, the nearest first.
    #[value(alias = "ends")]
    Expiry,
    /// The state, then the status.
    State,
    /// The number of signatures, the most first.
    Signatures,
}

impl Inventory<'_> {
    /// Keeps the letters that `filter` lets through.
    #[must_use]
    pub fn filtered(mut self, filter: &Filter) -> Self {
        let today = self.today;
        self.entries.retain(|entry| {
            filter.expiring.is_none_or(|days| {
                let soon = |left: i32| u32::try_from(left).is_ok_and(|left| left <= days);
                entry.successor.is_none() && entry.days_left(today).is_some_and(soon)
            }) && filter.signature.as_ref().is_none_or(|name| entry.signatures().contains(&name.as_str()))
                && filter.authorizer.as_ref().is_none_or(|part| entry.authorizer().contains(part.as_str()))
                && filter.state.as_ref().is_none_or(|state| is_in_state(entry, state))
        });
        self
    }

    /// Sorts the letters; those that `key` does not tell apart stay in order.
    #[must_use]
    pub fn sorted(mut self, key: SortKey) -> Self {
        self.entries.sort_by(|a, b| match key {
            SortKey::Declaration => Ordering::Equal,
            SortKey::Name => a.name().cmp(b.name()),
            SortKey::Id => {
                let id = |entry: &Entry<'_>| entry.existing().and_then(|existing| existing.id);
                id(a).is_none().cmp(&id(b).is_none()).then_with(|| id(a).cmp(&id(b)))
            }
            SortKey::Authorizer => a.authorizer().cmp(b.authorizer()),
            SortKey::Expiry => {
                let end = |entry: &Entry<'_>| entry.validity().map(Validity::until);
                end(a).is_none().cmp(&end(b).is_none()).then_with(|| end(a).cmp(&end(b)))
            }
            SortKey::State => {
                let (a, b) = (a.standing(), b.standing());
                (&a.state, &a.status).cmp(&(&b.state, &b.status))
            }
            SortKey::Signatures => b.signatures().len().cmp(&a.signatures().len()),
        });
        self
    }
}

fn is_in_state(entry: &Entry<'_>, wanted: &str) -> bool {
    let standing = entry.standing();
    [standing.state.raw(), standing.status.raw(), entry.action().as_ref()]
        .into_iter()
        .any(|state| state.eq_ignore_ascii_case(wanted))
}
