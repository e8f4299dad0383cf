//! Validities as bars, what ends first at the top, in groups by when they end.

use jiff::civil::Date;
use maud::{Markup, html};

use super::{
    SOON,
    scale::{Scale, percent},
    text::{brief, shown},
    words::Words,
};
use crate::{
    inventory::{Action, Entry, Inventory},
    letter::Validity,
};

/// A group with more letters than this is closed at first, unless it needs attention.
const OPEN: usize = 40;

/// The scale on which all days of an account are drawn.
pub(super) fn scale(inventory: &Inventory<'_>) -> Scale {
    Scale::over(inventory.entries.iter().filter_map(Entry::validity), inventory.today)
}

pub(super) fn of(inventory: &Inventory<'_>, scale: &Scale, words: &Words) -> Markup {
    let today = inventory.today;
    let mut dated: Vec<(Validity, &Entry<'_>)> =
        inventory.entries.iter().filter_map(|entry| Some((entry.validity()?, entry))).collect();
    dated.sort_by_key(|(validity, entry)| (validity.until(), entry.name()));
    let undated: Vec<&Entry<'_>> = inventory.entries.iter().filter(|entry| entry.validity().is_none()).collect();
    let groups = groups(dated, today, words);
    html! {
        p.about { (words.timeline_about) }
        @if !groups.is_empty() { (axis(scale, today, words)) }
        @for (name, urgent, letters) in groups {
            // What is over is not what somebody looks for.
            details.group.urgent[urgent] open[urgent || (letters.len() <= OPEN && name != words.expired)] {
                summary { (name) " " span.count { ((words.count)(letters.len())) } }
                ol.bars { @for (validity, entry) in letters { (bar(scale, validity, entry, today, words)) } }
            }
        }
        @if !undated.is_empty() {
            details.group {
                summary { (words.without_dates) " " span.count { ((words.count)(undated.len())) } }
                ul.undated {
                    @for entry in undated {
                        li { (brief(entry.name())) " " code { (shown(entry.existing().map_or("", |there| &there.validity))) } }
                    }
                }
            }
        }
    }
}

type Group<'g, 'a> = (String, bool, Vec<(Validity, &'g Entry<'a>)>);

/// What has ended, what ends soon, and then year by year.
fn groups<'g, 'a>(dated: Vec<(Validity, &'g Entry<'a>)>, today: Date, words: &Words) -> Vec<Group<'g, 'a>> {
    let mut groups: Vec<Group<'g, 'a>> = Vec::new();
    for (validity, entry) in dated {
        let left = validity.days_left(today);
        let (name, urgent) = match left {
            ..0 => (words.expired.to_owned(), false),
            0..=SOON => (words.expiring.to_owned(), true),
            _ => ((words.later)(usize::try_from(validity.until().year()).unwrap_or_default()), false),
        };
        match groups.last_mut() {
            Some((last, _, letters)) if *last == name => letters.push((validity, entry)),
            _ => groups.push((name, urgent, vec![(validity, entry)])),
        }
    }
    groups
}

fn bar(scale: &Scale, validity: Validity, entry: &Entry<'_>, today: Date, words: &Words) -> Markup {
    let left = validity.days_left(today);
    let kind = match left {
        _ if entry.action() == Action::Create => "planned",
        ..0 => "ended",
        0..=SOON if entry.successor.is_none() => "soon",
        _ => "good",
    };
    let (x, width) = scale.stretch(validity);
    html! {
        li {
            span.name { (brief(entry.name()))
                @match entry.action() {
                    Action::Create => { " " span.tag.create { (words.create) } },
                    Action::Conflict => { " " span.tag.conflict { (words.conflict) } },
                    Action::Unreadable => { " " span.tag.conflict { (words.unreadable) } },
                    Action::Unchanged | Action::Unmanaged => {},
                }
            }
            svg.line aria-hidden="true" { rect class=(kind) x=(x) width=(width) y="20%" height="60%" {} }
            // The bar in words.
            span.end {
                span.unseen { (validity.from()) " – " } time datetime=(validity.until()) { (validity.until()) } " "
                small { ((words.days_left)(left)) }
            }
            @if let Some(successor) = &entry.successor { span.after { "→ " (words.successor) " " (brief(successor)) } }
        }
    }
}

fn axis(scale: &Scale, today: Date, words: &Words) -> Markup {
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
