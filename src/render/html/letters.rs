//! The table of all letters, with a search.

use maud::{Markup, html};

use super::{action_word, scan_word, shown, words::Words};
use crate::inventory::{Entry, Inventory};

pub(super) fn of(index: usize, inventory: &Inventory<'_>, words: &Words) -> Markup {
    let all = inventory.entries.len();
    if all == 0 {
        return html! { p.quiet { (words.no_letters) } };
    }
    let (field, count) = (format!("search-{index}"), format!("count-{index}"));
    let heads = [
        (words.letter, "text"),
        (words.plan, "text"),
        (words.state, "text"),
        (words.authorizer, "text"),
        (words.validity, "text"),
        (words.days, "number"),
        (words.signatures, "text"),
        (words.scan, "text"),
    ];
    html! {
        div.search hidden role="search" {
            label for=(field) { (words.search) }
            input id=(field) type="search" placeholder=(words.search_hint) autocomplete="off" spellcheck="false" aria-describedby=(count);
            output id=(count) for=(field) role="status" aria-live="polite" data-text=(words.shown) {}
        }
        div.wide tabindex="0" role="region" aria-label=(words.table) {
            table.letters data-sort=(words.sort) {
                thead { tr { @for (head, kind) in heads { th scope="col" data-kind=(kind) { (head) } } } }
                tbody { @for entry in &inventory.entries { (row(entry, inventory, words)) } }
            }
        }
    }
}

fn row(entry: &Entry<'_>, inventory: &Inventory<'_>, words: &Words) -> Markup {
    let standing = entry.standing();
    let left = entry.days_left(inventory.today);
    html! {
        tr {
            th scope="row" { (shown(entry.name()))
                @if let Some(successor) = &entry.successor { " " small.more { (words.successor) " " (shown(successor)) } }
                @if let Some(source) = entry.source() { " " small.more { code { (shown(&source.file)) ":" (source.line) } } }
            }
            td { span class={ "tag " (entry.action().as_str()) } { (action_word(entry.action(), words)) } }
            td { (shown(&standing.state)) " " (shown(&standing.status)) }
            td { (shown(entry.authorizer()))
                @let party = entry.authorized_party();
                @if !party.is_empty() { small.more { (words.party) " " (shown(party)) } }
                small.more { code { (shown(entry.organization_code())) } }
            }
            td.dates {
                @if let Some(validity) = entry.validity() { (validity.from()) " – " (validity.until()) }
                @else if let Some(there) = entry.existing() { code { (shown(&there.validity)) } }
            }
            td.days data-value=(left.map_or(String::new(), |left| left.to_string())) {
                @if let Some(left) = left { (left) } @else { "–" }
            }
            td.names { (shown(&entry.signatures().join("、"))) }
            td { (scan_word(entry.scan(), words)) }
        }
    }
}
