//! Field by field what is registered and what is declared.

use maud::{Markup, html};

use super::{
    super::difference::{self, Side},
    level::Level,
    rest_on_paper,
    text::brief,
    words::Words,
};
use crate::{
    inventory::{Inventory, PlanAction, Presence},
    plan::Difference,
};

pub(super) fn of(inventory: &Inventory<'_>, level: Level, words: &Words) -> Markup {
    let conflicts: Vec<_> = inventory.entries.iter().filter(|entry| entry.action() == PlanAction::Conflict).collect();
    html! {
        @if conflicts.is_empty() { p.quiet { (words.no_conflicts) } }
        @else { p.about { (words.conflicts_about) } }
        @for entry in &conflicts {
            article.conflict {
                (level.heading(None, &html! { (brief(entry.name())) }))
                @if let Some(source) = entry.source() { p.meta { (words.declared_at) " " code { (source) } } }
                @if let Presence::Both(_, _, comparison) = &entry.presence {
                    table {
                        thead { tr { th scope="col" { (words.field) } th scope="col" { (words.registered) } th scope="col" { (words.declared) } } }
                        tbody {
                            @for difference in &comparison.differences {
                                tr {
                                    th scope="row" { code { (difference.field) } }
                                    td { (side(difference, Side::Existing)) }
                                    td { (side(difference, Side::Declared)) }
                                }
                            }
                        }
                    }
                }
            }
        }
        (rest_on_paper(conflicts.len(), words))
    }
}

/// One side of a difference, with what the other side has not marked.
fn side(difference: &Difference, side: Side) -> Markup {
    let lines = difference::lines(difference);
    let own = lines.iter().filter(|line| line.side == side || line.side == Side::Both);
    html! {
        @for line in own {
            div {
                @for (marked, piece) in &line.pieces {
                    @if *marked && side == Side::Existing { del { (piece) } }
                    @else if *marked { ins { (piece) } }
                    @else { (piece) }
                }
            }
        }
    }
}
