use std::cmp::Ordering;

use super::{Entry, Inventory};
use crate::letter::Validity;

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

/// What to sort letters by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortKey {
    /// The order of files and lines, then letters that are not declared by name.
    #[default]
    Declaration,
    /// The name.
    Name,
    /// The authorizer.
    Authorizer,
    /// The end of the validity, what ends first at the top.
    Expiry,
    /// The state, then the status.
    State,
    /// The number of signatures, the most at the top.
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
    [standing.state.as_str(), &standing.status, entry.action().as_str()]
        .into_iter()
        .any(|state| state.eq_ignore_ascii_case(wanted))
}
