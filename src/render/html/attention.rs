//! What somebody has to do something about: what ends with nothing after it, days without cover,
//! conflicts.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{rest_on_paper, text::brief, words::Words};
use crate::{
    inventory::{Entry, Inventory, PlanAction, Reach},
    render::unreadable,
};

/// How many of a kind are shown at once.
const SHOWN: usize = 12;

/// Whether a letter ends soon, or has ended not long ago, with nothing after it.
fn ends_soon(entry: &Entry<'_>, today: Date, soon: u32) -> Option<(Date, i32)> {
    let (until, left) = (entry.validity()?.until(), entry.days_left(today)?);
    (left.unsigned_abs() <= soon && entry.successor.is_none()).then_some((until, left))
}

/// Whether a letter ends within the next days with nothing after it.
pub(super) fn is_ending(entry: &Entry<'_>, today: Date, soon: u32) -> bool {
    ends_soon(entry, today, soon).is_some_and(|(_, left)| left >= 0)
}

/// How many letters end within the next days with nothing after them.
pub(super) fn ending(inventory: &Inventory<'_>, soon: u32) -> usize {
    inventory.entries.iter().filter(|entry| is_ending(entry, inventory.today, soon)).count()
}

/// What ends comes first, as it can still be helped; then days without cover, then conflicts, which
/// do not change.
pub(super) fn of(inventory: &Inventory<'_>, section: usize, soon: u32, words: &Words) -> Markup {
    let kinds = [
        unread(inventory, words),
        ending_items(inventory, section, soon, words),
        gaps(inventory, words),
        conflicts(inventory, section, words),
    ];
    html! {
        @if kinds.iter().all(Vec::is_empty) { p.quiet { ((words.nothing)(soon)) } }
        @for items in kinds.iter().filter(|items| !items.is_empty()) {
            @let (first, rest) = items.split_at(items.len().min(SHOWN));
            ul.attention { @for item in first { (item) } }
            @if !rest.is_empty() {
                details { summary { ((words.more)(rest.len())) } ul.attention { @for item in rest { (item) } } (rest_on_paper(rest.len(), words)) }
            }
        }
    }
}

fn item(kind: &str, name: &Markup, remark: &str) -> Markup {
    html! { li class=(kind) { strong { (name) } " " span { (remark) } } }
}

fn linked(section: usize, index: usize, entry: &Entry<'_>) -> Markup {
    html! { a href={ "#letter-" (section) "-" (index) } { (brief(entry.name())) } }
}

/// What ends first is at the top.
fn ending_items(inventory: &Inventory<'_>, section: usize, soon: u32, words: &Words) -> Vec<Markup> {
    let all = inventory.entries.iter().enumerate();
    let mut ending: Vec<_> = all
        .filter_map(|(index, entry)| Some((ends_soon(entry, inventory.today, soon)?, entry.name(), index, entry)))
        .collect();
    ending.sort_unstable_by_key(|(ends, name, index, _)| (*ends, *name, *index));
    let items = ending.into_iter().map(|((until, left), _, index, entry)| {
        item("soon", &linked(section, index, entry), &(words.ends)(until, left))
    });
    items.collect()
}

fn gaps(inventory: &Inventory<'_>, words: &Words) -> Vec<Markup> {
    let coverage = inventory.coverage();
    let items = coverage.iter().filter_map(|coverage| {
        let remark = match (coverage.outlook, coverage.gaps.first()) {
            (Reach::Begins(day), _) => (words.begins)(day),
            (Reach::Until(_), Some(gap)) => (words.gap)(gap.from(), gap.until()),
            (Reach::Until(_), None) | (Reach::Ended(_), _) => return None,
        };
        Some(item("gap", &html! { (words.signature) " " (brief(coverage.signature)) }, &remark))
    });
    items.collect()
}

/// What can't be read may be anything, so that nothing else stands before it.
fn unread(inventory: &Inventory<'_>, words: &Words) -> Vec<Markup> {
    let lines = unreadable::lines(inventory.unreadable);
    lines.iter().map(|line| item("conflict", &html! { (words.unreadable) }, line)).collect()
}

fn conflicts(inventory: &Inventory<'_>, section: usize, words: &Words) -> Vec<Markup> {
    let all = inventory.entries.iter().enumerate();
    let conflicts = all.filter(|(_, entry)| entry.action() == PlanAction::Conflict);
    let items = conflicts.map(|(index, entry)| item("conflict", &linked(section, index, entry), words.conflict_remark));
    items.collect()
}
