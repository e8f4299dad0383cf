//! A declared letter → its successor, declared beside it.
//!
//! Names are unique and letters immutable, so that a renewal is a new letter. The file keeps every character that it has.

mod insert;

use std::collections::HashSet;

use jiff::civil::Date;

pub use insert::{InsertError, insert};

use crate::letter::{DesiredLetter, Letter, LetterName, Picture, Validity, ValueError};

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
    /// The name is in use.
    #[error("the name {0} is declared already; names are unique: give another --name")]
    NameTaken(LetterName),
    /// A value breaks a rule.
    #[error(transparent)]
    Value(#[from] ValueError),
}

/// The successor of `old` among the letters that are declared. Its picture is the old one's, as no other is known.
pub fn successor(
    old: &Letter<Picture>,
    declared: &[DesiredLetter],
    wish: &Wish,
) -> Result<Letter<Picture>, RenewError> {
    if wish.until <= old.validity.until() {
        return Err(RenewError::EndsNoLater { name: old.name.clone(), until: old.validity.until() });
    }
    let validity = Validity::new(wish.from, wish.until)?;
    let taken: HashSet<&LetterName> = declared.iter().map(|desired| &desired.letter.name).collect();
    let name = match &wish.name {
        Some(name) if taken.contains(name) => return Err(RenewError::NameTaken(name.clone())),
        Some(name) => name.clone(),
        None => next_name(&old.name, wish.from.year(), &taken)?,
    };
    Ok(Letter { name, validity, ..old.clone() })
}

/// The old name with the year of the new letter: in the place of the old one's year, if it ends with one.
fn next_name(old: &LetterName, year: i16, taken: &HashSet<&LetterName>) -> Result<LetterName, ValueError> {
    let old = old.as_str();
    let stem = old.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &old[stem.len()..];
    let stem = if digits.len() == 4 && digits.starts_with("20") { stem } else { old };
    let mut candidates =
        std::iter::once(format!("{stem}{year}")).chain((2..).map(|number| format!("{stem}{year}R{number}")));
    candidates
        .find_map(|candidate| match LetterName::try_from(candidate.as_str()) {
            Ok(name) if taken.contains(&name) => None,
            result => Some(result),
        })
        .expect("numbers never end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::tests::{declared, today};

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
        assert_eq!(name(&["甲123"]).unwrap(), "甲1232026");
        assert_eq!(name(&["甲2026", "乙"]).unwrap(), "甲2026R2");
        assert_eq!(name(&["甲2024", "甲2026", "甲2026R2"]).unwrap(), "甲2026R3");
        assert!(matches!(name(&[&"字".repeat(100)]), Err(RenewError::Value(_))));
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
