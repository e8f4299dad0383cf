//! Days on a line, as shares of its width: the drawing grows and shrinks with the page, and its
//! text does not.

use std::fmt::Write as _;

use jiff::{ToSpan as _, civil::Date};

use crate::letter::Validity;

pub(super) struct Scale {
    first: Date,
    days: f64,
}

impl Scale {
    /// From a little before the first day that matters to a little after the last. Years that are
    /// far away from the others are drawn at the edge, so that one odd date does not press all the
    /// others together.
    pub(super) fn over(validities: impl Iterator<Item = Validity>, today: Date) -> Self {
        let earliest = today.saturating_sub(1.years());
        let latest = today.saturating_add(4.years());
        let (first, last) = validities.fold((today, today), |(first, last), validity| {
            (first.min(validity.from().max(earliest)), last.max(validity.until().min(latest)))
        });
        let (first, last) = (first.saturating_sub(30.days()), last.saturating_add(30.days()));
        Self { first, days: days(first, last).max(1.0) }
    }

    /// Where a day is, in percent.
    pub(super) fn x(&self, day: Date) -> f64 {
        (days(self.first, day) / self.days * 100.0).clamp(0.0, 100.0)
    }

    /// Where a stretch of days begins and how wide it is, as attributes of a drawing. A day is
    /// seen, however long the line.
    pub(super) fn stretch(&self, validity: Validity) -> (String, String) {
        let (from, until) = (self.x(validity.from()), self.x(validity.until()));
        let width = (until - from).max(0.4);
        (percent(from.min(100.0 - width)), percent(width))
    }

    /// The first day of each year, and where it is.
    pub(super) fn years(&self) -> Vec<(i16, f64)> {
        let last = self.first.year().saturating_add(6);
        let starts = (self.first.year()..=last).filter_map(|year| Some((year, Date::new(year, 1, 1).ok()?)));
        let within = starts.filter(|(_, day)| (0.0..self.days).contains(&days(self.first, *day)));
        within.map(|(year, day)| (year, self.x(day))).collect()
    }

    /// The rule of the style sheet that draws today and the years behind every bar of a section.
    pub(super) fn rule(&self, section: usize, today: Date) -> String {
        let mut rule = format!(".scale-{section} .line{{background:");
        let mut line = |colour: &str, width: &str, x: f64, end: &str| {
            let x = percent(x);
            let _ = write!(rule, "linear-gradient(var(--{colour}),var(--{colour})) {x} 0/{width} 100% no-repeat{end}");
        };
        let years = self.years();
        line("red", "2px", self.x(today), if years.is_empty() { "}" } else { "," });
        for (index, (_, x)) in years.iter().enumerate() {
            line("line", "1px", *x, if index + 1 == years.len() { "}\n" } else { "," });
        }
        rule
    }
}

fn days(from: Date, to: Date) -> f64 {
    to.duration_since(from).as_secs_f64() / 86_400.0
}

/// A share in as few digits as a screen can show.
pub(super) fn percent(x: f64) -> String {
    format!("{x:.2}%")
}
