//! Which letter covers which signature, on which days, and on which days none does.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date};

use super::{Entry, Inventory, PlanAction};
use crate::letter::Validity;

/// A signature and the letters that cover it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage<'a> {
    /// The signature.
    pub signature: &'a str,
    /// Its letters, what begins first at the top.
    pub letters: Vec<Covering<'a>>,
    /// How things stand from today on.
    pub outlook: Reach,
    /// Days from today on, between two letters, that none covers.
    pub gaps: Vec<Validity>,
    /// Days from today on that two letters or more cover.
    pub overlaps: Vec<Validity>,
}

/// A letter that covers a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Covering<'a> {
    /// The letter's name.
    pub name: &'a str,
    /// Its days.
    pub validity: Validity,
    /// Whether it is declared and not registered yet.
    pub planned: bool,
}

/// How long a signature is covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Every letter has ended, on this day at the latest.
    Ended(Date),
    /// Not today: the next letter begins on this day.
    Begins(Date),
    /// From today to this day with no day between.
    Until(Date),
}

impl Inventory<'_> {
    /// The coverage of every signature by its name. Letters whose validity is no two dates cover
    /// nothing.
    pub fn coverage(&self) -> Vec<Coverage<'_>> {
        let mut by_signature: BTreeMap<&str, Vec<Covering<'_>>> = BTreeMap::new();
        for entry in &self.entries {
            let Some(validity) = entry.validity() else { continue };
            let covering =
                Covering { name: Entry::name(entry), validity, planned: entry.action() == PlanAction::Create };
            for signature in entry.signatures() {
                by_signature.entry(signature).or_default().push(covering);
            }
        }
        by_signature.into_iter().map(|(signature, letters)| of(signature, letters, self.today)).collect()
    }
}

fn of<'a>(signature: &'a str, mut letters: Vec<Covering<'a>>, today: Date) -> Coverage<'a> {
    letters.sort_by_key(|letter| (letter.validity.from(), letter.validity.until(), letter.name));
    let ahead: Vec<Validity> = letters.iter().filter_map(|letter| from_day(letter.validity, today)).collect();
    let (mut gaps, mut overlaps): (Vec<Validity>, Vec<Validity>) = (Vec::new(), Vec::new());
    // Until which day the letters so far reach. They come by their first days.
    let mut reach: Option<Date> = None;
    for validity in &ahead {
        if let Some(reached) = reach {
            match (next(reached), previous(validity.from())) {
                (Some(first), Some(last)) if first <= last => gaps.extend(Validity::new(first, last)),
                _ => {}
            }
            if validity.from() <= reached {
                add(&mut overlaps, *validity, reached.min(validity.until()));
            }
        }
        reach = Some(reach.map_or(validity.until(), |reached| reached.max(validity.until())));
    }
    let outlook = match (ahead.first(), reach) {
        (Some(first), _) if first.from() > today => Reach::Begins(first.from()),
        (Some(_), Some(reach)) => Reach::Until(gaps.first().and_then(|gap| previous(gap.from())).unwrap_or(reach)),
        _ => Reach::Ended(letters.iter().map(|letter| letter.validity.until()).max().unwrap_or(today)),
    };
    Coverage { signature, letters, outlook, gaps, overlaps }
}

/// What is left of a validity from a day on.
fn from_day(validity: Validity, day: Date) -> Option<Validity> {
    Validity::new(validity.from().max(day), validity.until()).ok()
}

/// Adds the days from the first of `validity` to `until`, as one stretch with what is there if they
/// touch.
fn add(overlaps: &mut Vec<Validity>, validity: Validity, until: Date) {
    match overlaps.last_mut() {
        Some(last) if validity.from() <= last.until() => {
            if let Ok(longer) = Validity::new(last.from(), last.until().max(until)) {
                *last = longer;
            }
        }
        _ => overlaps.extend(Validity::new(validity.from(), until)),
    }
}

fn next(day: Date) -> Option<Date> {
    day.checked_add(1.day()).ok()
}

fn previous(day: Date) -> Option<Date> {
    day.checked_sub(1.day()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(number: i32) -> Date {
        Date::constant(2026, 1, 1).checked_add(number.days()).expect("a day")
    }

    fn days(from: i32, until: i32) -> Validity {
        Validity::new(day(from), day(until)).expect("in order")
    }

    fn covered(letters: &[(i32, i32)], today: i32) -> Coverage<'static> {
        let covering =
            |&(from, until): &(i32, i32)| Covering { name: "信", validity: days(from, until), planned: false };
        of("签名", letters.iter().map(covering).collect(), day(today))
    }

    #[test]
    fn gaps_and_overlaps_are_told_from_today_on() {
        let coverage = covered(&[(0, 9), (5, 19), (30, 39)], 7);
        assert_eq!(coverage.gaps, [days(20, 29)]);
        assert_eq!(coverage.overlaps, [days(7, 9)]);
        assert_eq!(coverage.outlook, Reach::Until(day(19)));
        // Letters that follow each other day by day leave no gap.
        let coverage = covered(&[(0, 9), (10, 19)], 3);
        assert_eq!((coverage.gaps, coverage.overlaps), (vec![], vec![]));
        assert_eq!(coverage.outlook, Reach::Until(day(19)));
        assert_eq!(covered(&[(0, 9)], 10).outlook, Reach::Ended(day(9)));
        assert_eq!(covered(&[(0, 9), (20, 29)], 12).outlook, Reach::Begins(day(20)));
    }

    proptest! {
        #[test]
        fn each_day_is_in_a_gap_or_an_overlap_as_counting_says(
            letters in prop::collection::vec((0..60_i32, 0..20_i32), 1..6), today in 0..60_i32,
        ) {
            let letters: Vec<(i32, i32)> = letters.into_iter().map(|(from, length)| (from, from + length)).collect();
            let coverage = covered(&letters, today);
            let count = |number: i32| letters.iter().filter(|(from, until)| (*from..=*until).contains(&number)).count();
            let last = letters.iter().map(|(_, until)| *until).max().unwrap_or(0);
            let first = letters.iter().filter(|(_, until)| *until >= today).map(|(from, _)| (*from).max(today)).min();
            for number in today..90 {
                let within = |stretches: &[Validity]| stretches.iter().any(|stretch| stretch.contains(day(number)));
                prop_assert_eq!(within(&coverage.overlaps), count(number) > 1, "day {}", number);
                let between = first.is_some_and(|first| number > first) && number < last;
                prop_assert_eq!(within(&coverage.gaps), between && count(number) == 0, "day {}", number);
            }
            if let Reach::Until(until) = coverage.outlook {
                let covered = (today..90).take_while(|number| count(*number) > 0).last().map(day);
                prop_assert_eq!(covered, Some(until));
            }
        }
    }
}
