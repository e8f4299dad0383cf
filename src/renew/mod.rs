//! A declared letter → its successor, declared beside it.
//!
//! Names are unique and letters immutable, so that a renewal is a new letter. The file keeps every
//! character that it has.

mod insert;

use std::collections::HashSet;

use jiff::{ToSpan as _, civil::Date};

pub(crate) use insert::paper;
pub use insert::{InsertError, insert};

use crate::letter::{DesiredLetter, Letter, LetterName, NewLetter, Picture, Successions, Validity, ValueError};

/// What is wanted of a successor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// Its name; one is made from the old name and the year when there is none.
    pub name: Option<LetterName>,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub until: Date,
}

/// Why a letter can't be renewed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenewError {
    /// The successor would end no later than the letter itself.
    #[error("{name} holds until {until} already; a successor must end later")]
    EndsNoLater {
        /// The letter.
        name: LetterName,
        /// Its last day.
        until: Date,
    },
    /// It was renewed before, and nobody gave the second successor a name.
    #[error("{name} is succeeded by {successor} already; renew that one, or give another successor a --name")]
    Succeeded {
        /// The letter.
        name: LetterName,
        /// The letter that takes over from it.
        successor: LetterName,
    },
    /// The name is in use.
    #[error("the name {0} is declared already; names are unique: give another --name")]
    NameTaken(LetterName),
    /// A value breaks a rule.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// The successor of `old` among the letters that are declared, as a letter that can be created. Its
/// picture is the old one's, as no other is known.
pub fn successor(
    old: &Letter<Picture>,
    declared: &[DesiredLetter],
    wish: &Wish,
) -> Result<Letter<Picture>, RenewError> {
    let successions = Successions::among(declared.iter().map(|desired| &desired.letter));
    if let (None, Some(successor)) = (&wish.name, successions.successor(old)) {
        return Err(RenewError::Succeeded { name: old.name.clone(), successor: successor.clone() });
    }
    successor_named(old, &names(declared), wish)
}

/// The successors of the letters in `old`, in their order, each with a name of its own.
///
/// # Errors
/// Every letter that can't be renewed.
pub fn successors(
    old: &[&Letter<Picture>],
    declared: &[DesiredLetter],
    wish: &Wish,
) -> Result<Vec<Letter<Picture>>, Vec<RenewError>> {
    let mut taken = names(declared);
    let (mut new, mut problems) = (Vec::new(), Vec::new());
    for old in old {
        match successor_named(old, &taken, wish) {
            Ok(letter) => {
                taken.insert(letter.name.clone());
                new.push(letter);
            }
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(new) } else { Err(problems) }
}

/// The declared letters that end within `days` days of `today`, have not ended yet, and have no
/// successor.
pub fn ending(declared: &[DesiredLetter], today: Date, days: u32) -> Vec<&DesiredLetter> {
    let successions = Successions::among(declared.iter().map(|desired| &desired.letter));
    let ends = |desired: &&DesiredLetter| {
        let left = desired.letter.validity.days_left(today);
        u32::try_from(left).is_ok_and(|left| left <= days) && successions.successor(&desired.letter).is_none()
    };
    declared.iter().filter(ends).collect()
}

/// The last day of `years` years that begin on `from`. `None` when there is no such day in the
/// calendar.
pub fn last_day(from: Date, years: u16) -> Option<Date> {
    let next = from.checked_add(i64::from(years).years()).ok()?;
    // Years from 29 February end on 28 February, unless the last of them is a leap year.
    if next.day() == from.day() { next.yesterday().ok() } else { Some(next) }
}

fn names(declared: &[DesiredLetter]) -> HashSet<LetterName> {
    declared.iter().map(|desired| desired.letter.name.clone()).collect()
}

fn successor_named(
    old: &Letter<Picture>,
    taken: &HashSet<LetterName>,
    wish: &Wish,
) -> Result<Letter<Picture>, RenewError> {
    if wish.until <= old.validity.until() {
        return Err(RenewError::EndsNoLater { name: old.name.clone(), until: old.validity.until() });
    }
    let validity = Validity::new(wish.from, wish.until)?;
    let name = match &wish.name {
        Some(name) if taken.contains(name) => return Err(RenewError::NameTaken(name.clone())),
        Some(name) => name.clone(),
        None => next_name(&old.name, wish.from.year(), taken)?,
    };
    Ok(NewLetter::try_from(Letter { name, validity, ..old.clone() })?.into_inner())
}

/// The old name with the year of the new letter, without characters that new names cannot have: in
/// the place of the old one's year, if it ends with one.
fn next_name(old: &LetterName, year: i16, taken: &HashSet<LetterName>) -> Result<LetterName, ValueError> {
    let old: String = old.as_str().chars().filter(|c| LetterName::allows(*c)).collect();
    let old = old.as_str();
    let stem = old.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &old[stem.len()..];
    let stem = if digits.len() == 4 && digits.starts_with("20") { stem } else { old };
    let mut candidates =
        std::iter::once(format!("{stem}{year}")).chain((2..).map(|number| format!("{stem}{year}R{number}")));
    candidates
        .find_map(|candidate| match LetterName::of_new(&candidate) {
            Ok(name) if taken.contains(&name) => None,
            result => Some(result),
        })
        .expect("numbers never end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::testing::{declared, today};

    fn wish() -> Wish {
        Wish { name: None, from: today(), until: "2029-11-23".parse().unwrap() }
    }

    #[test]
    fn a_successor_differs_in_name_and_validity_and_succeeds() {
        let all = [declared("菜鸟授权书2023")];
        let new = successor(&all[0].letter, &all, &wish()).unwrap();
        assert_eq!(
            (new.name.as_str(), new.validity.to_string()),
            ("菜鸟授权书2026", "2026-11-24~2029-11-23".to_owned())
        );
        assert!(new.succeeds(&all[0].letter));
    }

    #[test]
    fn a_name_is_made_that_is_free() {
        let name = |all: &[&str]| {
            let all: Vec<_> = all.iter().map(|name| declared(name)).collect();
            successor(&all[0].letter, &all, &wish()).map(|letter| letter.name.to_string())
        };
        assert_eq!(name(&["菜鸟"]).unwrap(), "菜鸟2026");
        assert_eq!(name(&["Acme Co., Ltd. V1"]).unwrap(), "AcmeCoLtdV12026");
        assert_eq!(name(&["甲123"]).unwrap(), "甲1232026");
        assert_eq!(name(&["甲2026", "乙"]).unwrap(), "甲2026R2");
        assert_eq!(name(&["甲2024", "甲2026", "甲2026R2"]).unwrap(), "甲2026R3");
        assert!(matches!(name(&[&"字".repeat(100)]), Err(RenewError::Value(_))));
    }

    #[test]
    fn a_letter_is_renewed_once_unless_another_successor_is_named() {
        let mut all = vec![declared("甲")];
        let new = successor(&all[0].letter, &all, &wish()).unwrap();
        all.push(DesiredLetter::new(new, all[0].source.clone()));
        let again = successor(&all[0].letter, &all, &wish()).unwrap_err();
        assert_eq!(
            again.to_string(),
            "甲 is succeeded by 甲2026 already; renew that one, or give another successor a --name"
        );
        let named = Wish { name: Some("丙".parse().unwrap()), ..wish() };
        assert_eq!(successor(&all[0].letter, &all, &named).unwrap().name.as_str(), "丙");
    }

    #[test]
    fn years_end_the_day_before_they_would_begin_again() {
        let last = |from: &str, years| last_day(from.parse().unwrap(), years).unwrap().to_string();
        assert_eq!(last("2026-11-24", 3), "2029-11-23");
        assert_eq!(last("2026-01-01", 1), "2026-12-31");
        assert_eq!(last("2027-03-01", 1), "2028-02-29");
        assert_eq!(last("2028-02-29", 1), "2029-02-28");
        assert_eq!(last("2028-02-29", 4), "2032-02-28");
        assert_eq!(last_day("9999-06-01".parse().unwrap(), 1), None);
    }

    #[test]
    fn letters_that_end_soon_are_those_without_a_successor() {
        let mut all = vec![declared("甲"), declared("乙")];
        let names = |all: &[DesiredLetter], days| -> Vec<String> {
            ending(all, today(), days).iter().map(|desired| desired.letter.name.to_string()).collect()
        };
        assert_eq!((names(&all, 36), names(&all, 37)), (vec![], vec!["甲".to_owned(), "乙".to_owned()]));
        let after = "2027-01-01".parse().unwrap();
        assert!(ending(&all, after, 400).is_empty(), "what has ended does not end soon");
        let old: Vec<_> = all.iter().map(|desired| &desired.letter).collect();
        let new = successors(&old, &all, &wish()).unwrap();
        assert_eq!(new.iter().map(|letter| letter.name.as_str()).collect::<Vec<_>>(), ["甲2026", "乙2026"]);
        all.push(DesiredLetter::new(new[0].clone(), all[0].source.clone()));
        assert_eq!(names(&all, 37), Vec::<String>::new(), "one successor covers both");
    }

    #[test]
    fn successors_made_together_have_names_of_their_own_and_all_problems_are_told() {
        let all = [declared("甲"), declared("甲2025")];
        let old: Vec<_> = all.iter().map(|desired| &desired.letter).collect();
        let new = successors(&old, &all, &wish()).unwrap();
        assert_eq!(new.iter().map(|letter| letter.name.as_str()).collect::<Vec<_>>(), ["甲2026", "甲2026R2"]);
        let no_later = Wish { until: "2026-12-31".parse().unwrap(), ..wish() };
        assert_eq!(successors(&old, &all, &no_later).unwrap_err().len(), 2);
    }

    #[test]
    fn what_makes_no_successor_is_refused() {
        let all = [declared("甲"), declared("乙")];
        let no_later = Wish { until: "2026-12-31".parse().unwrap(), ..wish() };
        assert!(matches!(successor(&all[0].letter, &all, &no_later), Err(RenewError::EndsNoLater { .. })));
        let taken = Wish { name: Some("乙".parse().unwrap()), ..wish() };
        assert!(matches!(successor(&all[0].letter, &all, &taken), Err(RenewError::NameTaken(_))));
        let reversed = Wish { from: "2030-01-01".parse().unwrap(), ..wish() };
        assert!(matches!(successor(&all[0].letter, &all, &reversed), Err(RenewError::Value(_))));
    }
}
