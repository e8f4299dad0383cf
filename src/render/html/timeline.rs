//! Validities as bars, what ends first at the top, in groups by when they end.

use jiff::{ToSpan as _, civil::Date};
use maud::{Markup, html};

use super::{SOON, shown, words::Words};
use crate::{
    inventory::{Entry, Inventory},
    letter::Validity,
};

/// The width of a bar's drawing, in units of its own.
const WIDTH: f64 = 1000.0;
/// A group with more letters than this is closed at first, unless it needs attention.
const OPEN: usize = 40;

pub(super) fn of(inventory: &Inventory<'_>, today: Date, words: &Words) -> Markup {
    let mut dated: Vec<(Validity, &Entry<'_>)> =
        inventory.entries.iter().filter_map(|entry| Some((entry.validity()?, entry))).collect();
    dated.sort_by_key(|(validity, entry)| (validity.until(), entry.name()));
    let undated: Vec<&Entry<'_>> = inventory.entries.iter().filter(|entry| entry.validity().is_none()).collect();
    let scale = Scale::over(dated.iter().map(|(validity, _)| *validity), today);
    let groups = groups(dated, today, words);
    html! {
        p.about { (words.timeline_about) }
        @if groups.is_empty() && undated.is_empty() { p.quiet { (words.no_letters) } }
        @if !groups.is_empty() { (axis(&scale, today, words)) }
        @for (name, urgent, letters) in groups {
            // What is over is not what somebody looks for.
            details.group.urgent[urgent] open[urgent || (letters.len() <= OPEN && name != words.expired)] {
                summary { (name) " " span.count { ((words.count)(letters.len())) } }
                ol.bars { @for (validity, entry) in letters { (bar(&scale, validity, entry, today, words)) } }
            }
        }
        @if !undated.is_empty() {
            details.group {
                summary { (words.without_dates) " " span.count { ((words.count)(undated.len())) } }
                ul.undated {
                    @for entry in undated {
                        li { (shown(entry.name())) " " code { (shown(entry.existing().map_or("", |there| &there.validity))) } }
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
    let (from, until) = (scale.x(validity.from()), scale.x(validity.until()));
    let left = validity.days_left(today);
    let kind = match left {
        ..0 => "ended",
        0..=SOON if entry.successor.is_none() => "soon",
        _ => "good",
    };
    let now = scale.x(today);
    html! {
        li {
            span.name { (shown(entry.name())) }
            svg viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true" focusable="false" {
                rect.track x="0" y="5" width="1000" height="2" {}
                rect class={ "bar " (kind) } x=(number(from)) y="1" width=(number((until - from).max(2.0))) height="10" {}
                line.now x1=(number(now)) x2=(number(now)) y1="0" y2="12" {}
            }
            span.end { time datetime=(validity.until()) { (validity.until()) } " " small { ((words.days_left)(left)) } }
            @if let Some(successor) = &entry.successor { span.after { "→ " (shown(successor)) } }
        }
    }
}

fn axis(scale: &Scale, today: Date, words: &Words) -> Markup {
    let now = scale.x(today);
    html! {
        div.axis aria-hidden="true" {
            span {}
            svg viewBox="0 0 1000 44" focusable="false" {
                @for (year, x) in scale.years() {
                    line.year x1=(number(x)) x2=(number(x)) y1="24" y2="44" {}
                    text x=(number(x + 6.0)) y="41" { (year) }
                }
                line.now x1=(number(now)) x2=(number(now)) y1="20" y2="44" {}
                text.now x=(number(now)) y="15" text-anchor="middle" { (words.today) }
            }
            span {}
        }
    }
}

/// Days on a line.
struct Scale {
    first: Date,
    days: f64,
}

impl Scale {
    /// From a little before the first day that matters to a little after the last. Years that are far away from the others
    /// are drawn at the edge, so that one odd date does not press all the others together.
    fn over(validities: impl Iterator<Item = Validity>, today: Date) -> Self {
        let earliest = today.saturating_sub(1.years());
        let latest = today.saturating_add(4.years());
        let (first, last) = validities.fold((today, today), |(first, last), validity| {
            (first.min(validity.from().max(earliest)), last.max(validity.until().min(latest)))
        });
        let (first, last) = (first.saturating_sub(30.days()), last.saturating_add(30.days()));
        Self { first, days: days(first, last).max(1.0) }
    }

    fn x(&self, day: Date) -> f64 {
        (days(self.first, day) / self.days * WIDTH).clamp(0.0, WIDTH)
    }

    /// The first day of each year, and where it is.
    fn years(&self) -> Vec<(i16, f64)> {
        let last = self.first.year().saturating_add(6);
        let starts = (self.first.year()..=last).filter_map(|year| Some((year, Date::new(year, 1, 1).ok()?)));
        let within = starts.filter(|(_, day)| (0.0..self.days).contains(&days(self.first, *day)));
        within.map(|(year, day)| (year, self.x(day))).collect()
    }
}

fn days(from: Date, to: Date) -> f64 {
    to.duration_since(from).as_secs_f64() / 86_400.0
}

/// A coordinate in as few digits as a screen can show.
fn number(x: f64) -> String {
    format!("{x:.1}")
}
