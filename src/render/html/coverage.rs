//! Which letters cover which signatures, drawn on the days of the timeline.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{
    rest_on_paper,
    scale::Scale,
    text::{brief, names},
    timeline,
    words::Words,
};
use crate::inventory::{Coverage, Inventory, Reach};

/// More rows than this are folded, unless they need attention.
const OPEN: usize = 40;

/// Signatures that the same letters cover: one row for all of them.
struct Row<'a> {
    signatures: Vec<&'a str>,
    coverage: Coverage<'a>,
}

/// How a row stands: what needs attention comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Gap,
    Overlap,
    Covered,
    Ended,
}

impl Rank {
    fn of(coverage: &Coverage<'_>) -> Self {
        match coverage.outlook {
            Reach::Ended(_) => Self::Ended,
            Reach::Begins(_) => Self::Gap,
            Reach::Until(_) if !coverage.gaps.is_empty() => Self::Gap,
            Reach::Until(_) if !coverage.overlaps.is_empty() => Self::Overlap,
            Reach::Until(_) => Self::Covered,
        }
    }

    const fn name(self, words: &Words) -> &'static str {
        match self {
            Self::Gap => words.with_gaps,
            Self::Overlap => words.with_overlaps,
            Self::Covered => words.covered,
            Self::Ended => words.not_covered,
        }
    }
}

pub(super) fn of(inventory: &Inventory<'_>, scale: &Scale, words: &Words) -> Markup {
    let rows = rows(inventory.coverage());
    let groups = rows.chunk_by(|one, other| Rank::of(&one.coverage) == Rank::of(&other.coverage));
    html! {
        p.about { (words.coverage_about) }
        p.legend aria-hidden="true" {
            @for (kind, name) in [("good", words.one_letter), ("planned", words.create), ("twice", words.more_letters)] {
                span { svg.key { rect class=(kind) width="100%" y="20%" height="60%" {} } " " (name) }
            }
        }
        // The same days as above, with the same years.
        @if !rows.is_empty() { (timeline::axis(scale, inventory.today, words)) }
        @for group in groups {
            @let rank = Rank::of(&group[0].coverage);
            @let signatures = group.iter().map(|row| row.signatures.len()).sum();
            details.group.urgent[rank == Rank::Gap].big[group.len() > OPEN] open[rank == Rank::Gap || (group.len() <= OPEN && rank != Rank::Ended)] {
                summary { (rank.name(words)) " " span.count { ((words.signature_count)(signatures)) } }
                ul.bars.covering { @for row in group { (row_of(row, scale, inventory.today, words)) } }
                (rest_on_paper(group.len(), words))
            }
        }
    }
}

/// What the same letters cover, together; within its rank by how long it is covered.
fn rows(coverage: Vec<Coverage<'_>>) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut coverage = coverage;
    coverage.sort_by(|one, other| {
        let key = |coverage: &Coverage<'_>| (Rank::of(coverage), coverage.outlook);
        let letters =
            |coverage: &Coverage<'_>| coverage.letters.iter().map(|letter| letter.name.to_owned()).collect::<Vec<_>>();
        key(one)
            .cmp(&key(other))
            .then_with(|| letters(one).cmp(&letters(other)))
            .then(one.signature.cmp(other.signature))
    });
    for coverage in coverage {
        match rows.last_mut() {
            Some(row) if row.coverage.letters == coverage.letters => row.signatures.push(coverage.signature),
            _ => rows.push(Row { signatures: vec![coverage.signature], coverage }),
        }
    }
    rows
}

fn row_of(row: &Row<'_>, scale: &Scale, today: Date, words: &Words) -> Markup {
    let coverage = &row.coverage;
    html! {
        li {
            div.name { (names(&row.signatures)) }
            svg.line aria-hidden="true" {
                @for letter in &coverage.letters {
                    @let (x, width) = scale.stretch(letter.validity);
                    @let kind = if letter.planned { "planned" } else if letter.validity.until() < today { "ended" } else { "good" };
                    rect class=(kind) x=(x) width=(width) y="20%" height="60%" {}
                }
                @for overlap in &coverage.overlaps {
                    @let (x, width) = scale.stretch(*overlap);
                    rect.twice x=(x) width=(width) y="20%" height="60%" {}
                }
            }
            div.end {
                (outlook(coverage.outlook, words))
                @for gap in &coverage.gaps { div.gap { ((words.gap)(gap.from(), gap.until())) } }
                @for overlap in &coverage.overlaps { div.overlap { ((words.overlap)(overlap.from(), overlap.until())) } }
            }
            ul.after { @for letter in &coverage.letters {
                li {
                    (brief(letter.name)) " " small { (letter.validity.from()) " – " (letter.validity.until()) }
                    @if letter.planned { " " span.tag.create { (words.create) } }
                }
            } }
        }
    }
}

fn outlook(outlook: Reach, words: &Words) -> Markup {
    let (class, text) = match outlook {
        Reach::Until(day) => ("covered", (words.covered_until)(day)),
        Reach::Begins(day) => ("gap", (words.begins)(day)),
        Reach::Ended(day) => ("quiet", (words.ended)(day)),
    };
    html! { div class=(class) { (text) } }
}
