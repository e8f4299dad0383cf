//! Validities as bars, what ends first at the top, in groups by when they end.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{
    attention, rest_on_paper,
    scale::{Scale, percent},
    text::brief,
    words::Words,
};
use crate::{
    inventory::{Entry, Inventory, PlanAction},
    letter::Validity,
};

/// A group with more letters than this is closed at first, unless it needs attention.
const OPEN: usize = 40;

/// The scale on which all days of an account are drawn.
pub(super) fn scale(inventory: &Inventory<'_>) -> Scale {
    Scale::over(inventory.entries.iter().filter_map(Entry::validity), inventory.today)
}

pub(super) fn of(inventory: &Inventory<'_>, scale: &Scale, soon: u32, words: &Words) -> Markup {
    let today = inventory.today;
    let mut dated: Vec<(Validity, &Entry<'_>)> =
        inventory.entries.iter().filter_map(|entry| Some((entry.validity()?, entry))).collect();
    dated.sort_by_key(|(validity, entry)| (validity.until(), entry.name()));
    let undated: Vec<&Entry<'_>> = inventory.entries.iter().filter(|entry| entry.validity().is_none()).collect();
    let groups = groups(dated, today, soon, words);
    html! {
        p.about { (words.timeline_about) }
        @if !groups.is_empty() { (axis(scale, today, words)) }
        @for (name, urgent, letters) in groups {
            // What is over is not what somebody looks for.
            details.group.urgent[urgent].big[letters.len() > OPEN] open[urgent || (letters.len() <= OPEN && name != words.expired)] {
                summary { (name) " " span.count { ((words.count)(letters.len())) } }
                ol.bars { @for (validity, entry) in &letters { (bar(scale, *validity, entry, today, urgent, words)) } }
                (rest_on_paper(letters.len(), words))
            }
        }
        @if !undated.is_empty() {
            details.group {
                summary { (words.without_dates) " " span.count { ((words.count)(undated.len())) } }
                ul.undated {
                    @for entry in undated {
                        li { (brief(entry.name())) " " code { @if let Some(there) = entry.existing() { (there.validity) } } }
                    }
                }
            }
        }
    }
}

type Group<'g, 'a> = (String, bool, Vec<(Validity, &'g Entry<'a>)>);

/// What has ended, what ends soon with nothing after it, and then year by year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum When {
    Ended,
    Soon,
    Later(i16),
}

fn groups<'g, 'a>(
    mut dated: Vec<(Validity, &'g Entry<'a>)>,
    today: Date,
    soon: u32,
    words: &Words,
) -> Vec<Group<'g, 'a>> {
    let when = |(validity, entry): &(Validity, &Entry<'_>)| match validity.days_left(today) {
        ..0 => When::Ended,
        _ if attention::is_ending(entry, today, soon) => When::Soon,
        _ => When::Later(validity.until().year()),
    };
    // Sorted already by the ends, which this keeps within each group.
    dated.sort_by_key(when);
    let group = |letters: &[(Validity, &'g Entry<'a>)]| match when(&letters[0]) {
        When::Ended => (words.expired.to_owned(), false, letters.to_vec()),
        When::Soon => ((words.expiring)(soon), true, letters.to_vec()),
        When::Later(year) => ((words.later)(usize::try_from(year).unwrap_or_default()), false, letters.to_vec()),
    };
    dated.chunk_by(|one, other| when(one) == when(other)).map(group).collect()
}

fn bar(scale: &Scale, validity: Validity, entry: &Entry<'_>, today: Date, soon: bool, words: &Words) -> Markup {
    let left = validity.days_left(today);
    let kind = match left {
        _ if entry.action() == PlanAction::Create => "planned",
        ..0 => "ended",
        _ if soon => "soon",
        _ => "good",
    };
    let (x, width) = scale.stretch(validity);
    html! {
        li {
            span.name { (brief(entry.name()))
                @match entry.action() {
                    PlanAction::Create => { " " span.tag.create { (words.create) } },
                    PlanAction::Conflict => { " " span.tag.conflict { (words.conflict) } },
                    PlanAction::Unreadable => { " " span.tag.conflict { (words.unreadable) } },
                    PlanAction::Unchanged | PlanAction::Unmanaged => {},
                }
            }
            svg.line aria-hidden="true" { rect class=(kind) x=(x) width=(width) y="20%" height="60%" {} }
            // The bar in words.
            span.end {
                span.unseen { (validity.from()) " – " } time datetime=(validity.until()) { (validity.until()) } " "
                small { ((words.days_left)(left)) }
            }
            @if let Some(successor) = &entry.successor { span.after { "→ " (words.successor) " " (brief(successor.raw())) } }
        }
    }
}

pub(super) fn axis(scale: &Scale, today: Date, words: &Words) -> Markup {
    let now = scale.x(today);
    // The word stands beside its line, and inside the drawing.
    let (anchor, aside) = if now < 85.0 { ("start", 6) } else { ("end", -6) };
    html! {
        div.axis aria-hidden="true" {
            span {}
            svg.line {
                @for (year, x) in scale.years() {
                    @if x < 95.0 { text x=(percent(x)) dx="4" y="38" { (year) } }
                }
                text.now x=(percent(now)) dx=(aside) y="15" text-anchor=(anchor) { (words.today) }
            }
            span {}
        }
    }
}
