//! What somebody has to do something about: conflicts, what ends with nothing after it, days without cover.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{SOON, text::brief, words::Words};
use crate::{
    inventory::{Action, Entry, Inventory, Outlook},
    render::unreadable,
};

/// How many are shown at once.
const SHOWN: usize = 12;

/// Whether a letter ends soon, or has ended not long ago, with nothing after it.
fn ends_soon(entry: &Entry<'_>, today: Date) -> Option<(Date, i32)> {
    let (until, left) = (entry.validity()?.until(), entry.days_left(today)?);
    ((-SOON..=SOON).contains(&left) && entry.successor.is_none()).then_some((until, left))
}

/// How many letters end within the next days with nothing after them.
pub(super) fn ending(inventory: &Inventory<'_>) -> usize {
    let days = inventory.entries.iter().filter_map(|entry| ends_soon(entry, inventory.today));
    days.filter(|(_, left)| *left >= 0).count()
}

pub(super) fn of(inventory: &Inventory<'_>, section: usize, words: &Words) -> Markup {
    let items = items(inventory, section, words);
    let (first, rest) = items.split_at(items.len().min(SHOWN));
    html! {
        @if items.is_empty() { p.quiet { (words.nothing) } }
        @else { ul.attention { @for item in first { (item) } } }
        @if !rest.is_empty() {
            details { summary { ((words.more)(rest.len())) } ul.attention { @for item in rest { (item) } } }
        }
    }
}

fn items(inventory: &Inventory<'_>, section: usize, words: &Words) -> Vec<Markup> {
    let item =
        |kind: &str, name: Markup, remark: &str| html! { li class=(kind) { strong { (name) } " " span { (remark) } } };
    let linked = |index: usize, entry: &Entry<'_>| html! { a href={ "#letter-" (section) "-" (index) } { (brief(entry.name())) } };
    let all = || inventory.entries.iter().enumerate();
    let conflicts = all().filter(|(_, entry)| entry.action() == Action::Conflict);
    let unreadable = unreadable::lines(inventory.unreadable);
    let mut items: Vec<Markup> =
        unreadable.iter().map(|line| item("conflict", html! { (words.unreadable) }, line)).collect();
    items.extend(conflicts.map(|(index, entry)| item("conflict", linked(index, entry), words.conflict_remark)));
    let mut ending: Vec<_> = all()
        .filter_map(|(index, entry)| Some((ends_soon(entry, inventory.today)?, entry.name(), index, entry)))
        .collect();
    ending.sort_unstable_by_key(|(ends, name, index, _)| (*ends, *name, *index));
    let remark = |(until, left)| (words.ends)(until, left);
    items.extend(ending.into_iter().map(|(ends, _, index, entry)| item("soon", linked(index, entry), &remark(ends))));
    items.extend(inventory.coverage().iter().filter_map(|coverage| {
        let remark = match (coverage.outlook, coverage.gaps.first()) {
            (Outlook::Begins(day), _) => (words.begins)(day),
            (Outlook::Until(_), Some(gap)) => (words.gap)(gap.from(), gap.until()),
            (Outlook::Until(_), None) | (Outlook::Ended(_), _) => return None,
        };
        Some(item("gap", html! { (words.signature) " " (brief(coverage.signature)) }, &remark))
    }));
    items
}
