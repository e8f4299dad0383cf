//! The tables of signatures and of conflicts.

use maud::{Markup, html};

use super::{
    super::difference::{self, Side},
    shown,
    words::Words,
};
use crate::inventory::{Action, Inventory, Outlook, Sides};

/// The signatures and the letters that cover them. What is not covered comes first.
pub(super) fn of(inventory: &Inventory<'_>, words: &Words) -> Markup {
    let mut all = inventory.coverage();
    all.sort_by_key(|coverage| (rank(coverage.outlook), coverage.outlook, coverage.signature));
    html! {
        p.about { (words.coverage_about) }
        @if all.is_empty() { p.quiet { (words.no_letters) } }
        @else {
            div.wide tabindex="0" role="region" aria-label=(words.coverage_about) {
                table.coverage {
                    thead { tr { th scope="col" { (words.signature) } th scope="col" { (words.remark) } th scope="col" { (words.letter) } } }
                    tbody {
                        @for coverage in &all {
                            tr {
                                th scope="row" { (shown(coverage.signature)) }
                                td {
                                    (outlook(coverage.outlook, words))
                                    @for gap in &coverage.gaps { " " span.gap { ((words.gap)(gap.from(), gap.until())) } }
                                    @for overlap in &coverage.overlaps {
                                        " " span.overlap { ((words.overlap)(overlap.from(), overlap.until())) }
                                    }
                                }
                                td { ul.covering { @for (name, validity) in &coverage.letters {
                                    li { (shown(name)) " " small { (validity.from()) " – " (validity.until()) } }
                                } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn rank(outlook: Outlook) -> u8 {
    match outlook {
        Outlook::Begins(_) => 0,
        Outlook::Until(_) => 1,
        Outlook::Ended(_) => 2,
    }
}

fn outlook(outlook: Outlook, words: &Words) -> Markup {
    let (class, text) = match outlook {
        Outlook::Until(day) => ("covered", (words.covered_until)(day)),
        Outlook::Begins(day) => ("gap", (words.begins)(day)),
        Outlook::Ended(day) => ("ended", (words.ended)(day)),
    };
    html! { span class=(class) { (text) } }
}

/// Field by field what is registered and what is declared.
pub(super) fn conflicts(inventory: &Inventory<'_>, words: &Words) -> Markup {
    let conflicts: Vec<_> = inventory.entries.iter().filter(|entry| entry.action() == Action::Conflict).collect();
    html! {
        @if conflicts.is_empty() { p.quiet { (words.no_conflicts) } }
        @else { p.about { (words.conflicts_about) } }
        @for entry in conflicts {
            article.conflict {
                h3 { (shown(entry.name())) }
                @if let Some(source) = entry.source() { p.meta { (words.declared_at) " " code { (shown(&source.file)) ":" (source.line) } } }
                @if let Sides::Both(_, _, comparison) = &entry.sides {
                    div.wide tabindex="0" role="region" aria-label=(shown(entry.name())) {
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
        }
    }
}

/// One side of a difference, with what the other side has not marked.
fn side(difference: &crate::plan::Difference, side: Side) -> Markup {
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
