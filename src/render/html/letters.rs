//! The table of all letters, with a search.

use maud::{Markup, html};

use super::{
    rest_on_paper,
    text::{long, names, shown},
    words::Words,
};
use crate::inventory::{Entry, Inventory, PlanAction, ScanKnowledge};

/// The heads of the columns, and how each is sorted.
pub(super) fn heads(words: &Words) -> [(&'static str, &'static str); 8] {
    [
        (words.letter, "text"),
        (words.plan, "text"),
        (words.state, "text"),
        (words.authorizer, "text"),
        (words.validity, "text"),
        (words.days, "number"),
        (words.signatures, "text"),
        (words.scan, "text"),
    ]
}

pub(super) fn of(section: usize, inventory: &Inventory<'_>, words: &Words) -> Markup {
    let (field, count) = (format!("search-{section}"), format!("count-{section}"));
    html! {
        // What it searches is the section's, whose name a screen reader has told.
        div.search hidden {
            label for=(field) { (words.search) }
            input id=(field) type="search" placeholder=(words.search_hint) autocomplete="off" spellcheck="false" aria-describedby=(count);
            output id=(count) for=(field) role="status" aria-live="polite" data-text=(words.shown) {}
        }
        div.wide tabindex="0" role="group" aria-label=(words.table) {
            table.letters data-sort=(words.sort) {
                thead { tr { @for (head, kind) in heads(words) { th scope="col" data-kind=(kind) { (head) } } } }
                tbody { @for (index, entry) in inventory.entries.iter().enumerate() {
                    (row(&format!("letter-{section}-{index}"), entry, inventory, words))
                } }
            }
            (rest_on_paper(inventory.entries.len(), words))
        }
    }
}

fn row(id: &str, entry: &Entry<'_>, inventory: &Inventory<'_>, words: &Words) -> Markup {
    let left = entry.days_left(inventory.today);
    html! {
        tr id=(id) {
            th scope="row" { (long(entry.name()))
                @if let Some(id) = entry.existing().and_then(|there| there.id) { " " small.more { (words.id) " " code { (id) } } }
                @if let Some(successor) = &entry.successor { " " small.more { (words.successor) " " (successor) } }
                @if let Some(source) = entry.source() { " " small.more { code { (source) } } }
            }
            td { span class={ "tag " (entry.action().as_ref()) } { (action_word(entry.action(), words)) } }
            td { (standing(entry, words)) }
            td { (long(entry.authorizer()))
                @let party = entry.authorized_party();
                @if !party.is_empty() { " " small.more { (words.party) " " (long(party)) } }
                " " small.more { code { (shown(entry.organization_code())) } }
            }
            td.dates {
                @if let Some(validity) = entry.validity() { (validity.from()) " – " (validity.until()) }
                @else if let Some(there) = entry.existing() { code { (there.validity) } }
            }
            td.days data-value=(left.map_or(String::new(), |left| left.to_string())) {
                @if let Some(left) = left { (left) } @else { "–" }
            }
            td { (names(&entry.signatures())) }
            td { (scan_word(entry.scan(), words)) }
        }
    }
}

/// What the service says of a letter, in its words and in the reader's.
fn standing(entry: &Entry<'_>, words: &Words) -> Markup {
    let standing = entry.standing();
    html! {
        @for value in [&standing.state, &standing.status] {
            @if !value.is_empty() { div { (long(value.raw())) @if let Some(word) = (words.standing)(value.raw()) { " " small.more { (word) } } } }
        }
    }
}

fn action_word(action: PlanAction, words: &Words) -> &'static str {
    match action {
        PlanAction::Create => words.create,
        PlanAction::Unchanged => words.unchanged,
        PlanAction::Conflict => words.conflict,
        PlanAction::Unreadable => words.unreadable,
        PlanAction::Unmanaged => words.unmanaged,
    }
}

fn scan_word(scan: ScanKnowledge, words: &Words) -> &'static str {
    match scan {
        ScanKnowledge::Known => words.known,
        ScanKnowledge::Unknown => words.unknown,
        ScanKnowledge::Differs => words.differs,
        ScanKnowledge::Missing => words.missing,
    }
}
