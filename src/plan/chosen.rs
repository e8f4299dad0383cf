//! Plans for some of the declared letters.

use std::{collections::BTreeSet, fmt};

use super::{Plan, PlannedLetter};
use crate::{
    escape::Untrusted,
    letter::{LetterName, nearest_names},
};

/// The letters that a plan is for, by their names. The default is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen(BTreeSet<String>);

/// Names that were asked for and that no declared letter has, each with what was probably meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NotDeclared(Vec<(Untrusted, Vec<Untrusted>)>);

impl fmt::Display for NotDeclared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (name, near)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}no letter named {name} is declared")?;
            if !near.is_empty() {
                let near: Vec<_> = near.iter().map(ToString::to_string).collect();
                write!(f, ", did you mean {}?", near.join(" or "))?;
            }
        }
        Ok(())
    }
}

impl Chosen {
    /// These names, all of which are among the declared ones.
    ///
    /// # Errors
    /// All names that are not.
    pub fn among<'a>(
        names: &[String],
        declared: impl IntoIterator<Item = &'a LetterName>,
    ) -> Result<Self, NotDeclared> {
        let declared: BTreeSet<&str> = declared.into_iter().map(LetterName::as_str).collect();
        let asked: BTreeSet<&str> = names.iter().map(String::as_str).collect();
        let near = |name: &str| nearest_names(name, declared.iter().copied()).into_iter().map(Into::into).collect();
        let missing: Vec<_> = asked.difference(&declared).map(|name| ((*name).into(), near(name))).collect();
        if missing.is_empty() { Ok(Self::of(names.iter().cloned())) } else { Err(NotDeclared(missing)) }
    }

    pub(super) fn of(names: impl IntoIterator<Item = String>) -> Self {
        Self(names.into_iter().collect())
    }

    /// Those that are declared here; `None` when there are none.
    #[must_use]
    pub fn of_these<'a>(&self, declared: impl IntoIterator<Item = &'a LetterName>) -> Option<Self> {
        let here = declared.into_iter().map(LetterName::as_str).filter(|name| self.has(name));
        let here = if self.is_all() { Self::default() } else { Self::of(here.map(str::to_owned)) };
        (self.is_all() || !here.is_all()).then_some(here)
    }

    /// Whether these are all letters.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether the letter of this name is one of them.
    pub fn has(&self, name: &str) -> bool {
        self.is_all() || self.0.contains(name)
    }

    /// The names, sorted; none when these are all letters.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl Plan {
    /// The plan for these letters alone. Nothing is said of any other letter, but what it means for
    /// these: a predecessor, a twin, a scan that two letters share. Warnings about the whole
    /// account are added afterwards.
    #[must_use]
    pub fn only(mut self, chosen: Chosen) -> Self {
        if chosen.is_all() {
            return self;
        }
        self.letters.retain(|letter| letter.source().is_some() && chosen.has(letter.name()));
        self.warnings.retain(|warning| chosen.has(warning.name.raw()));
        if !self.letters.iter().any(|letter| matches!(letter, PlannedLetter::Unreadable(_))) {
            self.unreadable.clear();
        }
        self.chosen = chosen;
        self
    }
}
