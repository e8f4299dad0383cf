//! What is declared against what exists: a [`Plan`] says what to do about every letter, and why.
//!
//! Pure: the same declarations, letters and day give the same plan, to the byte once it is written.

mod chosen;
mod compare;
mod document;
mod preflight;
mod stale;
pub(crate) mod strict;
mod warning;

use std::{
    cell::LazyCell,
    collections::{HashMap, HashSet},
    fmt,
    ops::Range,
    sync::Arc,
};

use jiff::civil::Date;

pub use crate::letter::picture_path;
pub use chosen::{Chosen, NotDeclared};
pub use compare::{Comparison, DeclaredValidity, Difference, DifferenceValue, compare};
pub(crate) use document::{FORMAT_VERSION, Generator, LetterEntry};
pub use document::{PlanDocument, ReadPlanError};
pub use preflight::preflight;
pub use stale::{Staleness, other_account, other_endpoint, staleness};
pub use warning::{Warning, WarningCode};

use crate::{
    escape::Untrusted,
    letter::{
        AccountName, DesiredLetter, ExistingLetter, ExistingLetters, Field, Finding, Letter, LetterId, LetterName,
        Picture, Source, Successions, UnreadableLetter, folded_form,
    },
};

/// What to do about every letter. The executor does nothing that is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The account of the workspace that the letters belong to, where there is a workspace.
    pub account: Option<AccountName>,
    /// The number of the Alibaba Cloud account that was asked; `None` when it could not be learnt.
    pub account_id: Option<Untrusted>,
    /// The endpoint whose letters were compared: the plan holds for no other.
    pub endpoint: Untrusted,
    /// The letters that the plan is for: all, or those of `--target`.
    pub chosen: Chosen,
    /// Declared letters in the order of files and lines, then unmanaged ones by name.
    pub letters: Vec<PlannedLetter>,
    /// The letters of the service's answer that can't be read.
    pub unreadable: Vec<UnreadableLetter>,
    /// What a reviewer should know, in the order of the letters.
    pub warnings: Vec<Warning>,
}

/// One letter and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlannedLetter {
    /// Declared and missing: `apply` creates it.
    Create(DesiredLetter),
    /// Declared, and exists with the same content.
    Unchanged(Matched),
    /// Declared, and exists with other content: no call can change it.
    Conflict(Matched, Vec<Difference>),
    /// Declared, and may be a letter that can't be read: it is neither compared nor created.
    Unreadable(Undecided),
    /// Exists and is not declared: nothing is ever done to it.
    Unmanaged(Untrusted, Standing),
}

/// A declared letter of which it can't be told whether it exists as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// Its name.
    pub name: LetterName,
    /// Where it is declared.
    pub source: Source,
    /// Which letter of the answer can't be read, and why.
    pub problem: Untrusted,
}

/// A declared letter that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    /// Its name.
    pub name: LetterName,
    /// Where it is declared.
    pub source: Source,
    /// What the service says of it.
    pub standing: Standing,
    /// Fields that could not be compared: a picture that was not uploaded by this program.
    pub unknown: Vec<Field>,
}

/// What the service says of a letter that exists, as it says it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Standing {
    /// The letter's number (`AuthorizationLetterId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub id: Option<LetterId>,
    /// `INT` (not passed with any signature yet), `PASSED`, or whatever else the service says.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub state: Untrusted,
    /// `VALID`, `INVALID` (expired), or whatever else the service says.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub status: Untrusted,
}

impl Standing {
    /// What the service says of `existing`.
    pub fn of(existing: &ExistingLetter) -> Self {
        Self { id: existing.id, state: existing.state.clone(), status: existing.status.clone() }
    }
}

/// A letter that does not exist and can't be created, because it breaks a rule for new letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedCreate {
    /// The letter's name.
    pub name: LetterName,
    /// Where it is declared.
    pub source: Source,
    /// The rules, each with its place.
    pub faults: Vec<Arc<Finding>>,
}

/// The letters of a plan that can't be created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct RefusedCreates(pub Vec<RefusedCreate>);

impl fmt::Display for RefusedCreates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for RefusedCreate { name, source, faults } in &self.0 {
            for fault in faults {
                let Finding { rule, message, line, column } = &**fault;
                writeln!(f, "{}:{line}:{column}: {rule}: {message} (letter {name})", source.file)?;
            }
        }
        let letters = if self.0.len() == 1 { "the letter does" } else { "the letters do" };
        write!(f, "{letters} not exist, and only an existing letter may break these rules")
    }
}

/// How many letters there are of each action.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct PlanSummary {
    /// Letters to create.
    pub create: usize,
    /// Letters that are as declared.
    pub unchanged: usize,
    /// Letters that exist with other content.
    pub conflict: usize,
    /// Declared letters of which it can't be told whether they exist as declared.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unreadable: usize,
    /// Letters that are not declared.
    pub unmanaged: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl<'a> FromIterator<&'a PlannedLetter> for PlanSummary {
    fn from_iter<I: IntoIterator<Item = &'a PlannedLetter>>(letters: I) -> Self {
        let mut summary = Self::default();
        for letter in letters {
            *match letter {
                PlannedLetter::Create(_) => &mut summary.create,
                PlannedLetter::Unchanged(_) => &mut summary.unchanged,
                PlannedLetter::Conflict(..) => &mut summary.conflict,
                PlannedLetter::Unreadable(_) => &mut summary.unreadable,
                PlannedLetter::Unmanaged(..) => &mut summary.unmanaged,
            } += 1;
        }
        summary
    }
}

impl PlannedLetter {
    /// The letter's name.
    pub fn name(&self) -> &str {
        match self {
            Self::Create(desired) => desired.letter.name.as_str(),
            Self::Unchanged(matched) | Self::Conflict(matched, _) => matched.name.as_str(),
            Self::Unreadable(undecided) => undecided.name.as_str(),
            Self::Unmanaged(name, _) => name.raw(),
        }
    }

    /// Where the letter is declared.
    pub fn source(&self) -> Option<&Source> {
        match self {
            Self::Create(desired) => Some(&desired.source),
            Self::Unchanged(matched) | Self::Conflict(matched, _) => Some(&matched.source),
            Self::Unreadable(undecided) => Some(&undecided.source),
            Self::Unmanaged(..) => None,
        }
    }
}

impl Plan {
    /// Compares what is declared with what exists.
    ///
    /// `desired` holds each name once (loading declarations sees to that). `today` and
    /// `expiring_days` are for the warnings.
    pub fn new(
        endpoint: impl Into<Untrusted>,
        desired: Vec<DesiredLetter>,
        existing: &ExistingLetters,
        today: Date,
        expiring_days: u32,
    ) -> Self {
        let unreadable = existing.unreadable_by_name();
        let by_name = existing.by_name();
        // Only letters to create need it.
        let alike = LazyCell::new(|| {
            let forms = existing.letters.iter().map(|letter| (folded_form(letter.name.raw()), letter.name.raw()));
            forms.collect::<HashMap<String, &str>>()
        });
        let mut warnings = Vec::new();
        let mut is_declared = vec![false; by_name.len()];
        let renewed = renewed(&desired);
        let planned = desired.into_iter().map(|desired| {
            let twins = twins(&by_name, desired.letter.name.as_str());
            is_declared[twins.clone()].fill(true);
            let candidates = &by_name[twins];
            let ending = warning::of_validity(&desired.letter, today, expiring_days);
            warnings
                .extend(ending.filter(|warning| !(warning.is_of_the_end() && renewed.contains(warning.name.raw()))));
            let letter = settle(desired, candidates, &unreadable, &mut warnings);
            if let PlannedLetter::Create(DesiredLetter { letter, source, warnings: findings, .. }) = &letter {
                let of_declaration =
                    |finding: &Arc<Finding>| warning::of_declaration(letter.name.as_str(), &source.file, finding);
                warnings.extend(findings.iter().map(of_declaration));
            }
            if let PlannedLetter::Create(desired) = &letter
                && let Some(existing) = alike.get(&folded_form(desired.letter.name.as_str()))
            {
                warnings.push(warning::of_alike(desired.letter.name.as_str(), existing));
            }
            letter
        });
        let mut letters: Vec<PlannedLetter> = planned.collect();
        let unmanaged = by_name.iter().zip(&is_declared).filter(|(_, is_declared)| !**is_declared);
        letters
            .extend(unmanaged.map(|(letter, _)| PlannedLetter::Unmanaged(letter.name.clone(), Standing::of(letter))));
        let unreadable = existing.unreadable.clone();
        Self {
            account: None,
            account_id: None,
            endpoint: endpoint.into(),
            chosen: Chosen::default(),
            letters,
            unreadable,
            warnings,
        }
    }

    /// The plan as one of an account of a workspace.
    #[must_use]
    pub fn of_account(self, account: Option<AccountName>) -> Self {
        Self { account, ..self }
    }

    /// The plan as one of the Alibaba Cloud account with this number, or of one whose number is not
    /// known and why.
    #[must_use]
    pub fn of_caller(mut self, caller: Result<Option<String>, String>) -> Self {
        match caller {
            Ok(id) => self.account_id = id.map(Into::into),
            Err(problem) => self.warnings.insert(0, warning::of_unknown_account(&problem)),
        }
        self
    }

    /// The letters to create, in order.
    pub fn creates(&self) -> impl Iterator<Item = &DesiredLetter> {
        self.letters.iter().filter_map(|letter| match letter {
            PlannedLetter::Create(desired) => Some(desired),
            _ => None,
        })
    }

    /// The warnings about the letters to create, which can't be changed once they are.
    pub fn warnings_of_creates(&self) -> impl Iterator<Item = &Warning> {
        let creates: HashSet<&str> = self.creates().map(|desired| desired.letter.name.as_str()).collect();
        self.warnings.iter().filter(move |warning| creates.contains(warning.name.raw()))
    }

    /// Checks that every letter to create follows the rules that hold for new letters alone.
    ///
    /// # Errors
    /// All letters that can't be created, each with its place.
    pub fn check_creates(&self) -> Result<(), RefusedCreates> {
        let refused = |desired: &DesiredLetter| {
            let mut faults = desired.faults.clone();
            // What was not read from a file has no places.
            if let (true, Err(error)) = (faults.is_empty(), desired.letter.check_new()) {
                let (message, line) = (error.to_string(), desired.source.line);
                faults.push(Arc::new(Finding { rule: "new-letter", message, line, column: 1 }));
            }
            let refused = RefusedCreate { name: desired.letter.name.clone(), source: desired.source.clone(), faults };
            (!refused.faults.is_empty()).then_some(refused)
        };
        let refused: Vec<RefusedCreate> = self.creates().filter_map(refused).collect();
        if refused.is_empty() { Ok(()) } else { Err(RefusedCreates(refused)) }
    }

    /// How many letters there are of each action.
    pub fn summary(&self) -> PlanSummary {
        self.letters.iter().collect()
    }
}

/// The names of the letters that have a declared successor: nobody needs to be told that they end.
fn renewed(desired: &[DesiredLetter]) -> HashSet<String> {
    let successions = Successions::among(desired.iter().map(|desired| &desired.letter));
    let letters = desired.iter().map(|desired| &desired.letter);
    letters.filter(|letter| successions.successor(letter).is_some()).map(|letter| letter.name.to_string()).collect()
}

/// Where the letters of one name are among letters in the order of names. The service documents
/// names as unique.
fn twins(by_name: &[&ExistingLetter], name: &str) -> Range<usize> {
    let first = by_name.partition_point(|letter| letter.name.raw() < name);
    let count = by_name[first..].iter().take_while(|letter| letter.name == name).count();
    first..first + count
}

/// The letter that settles a declaration among those that exist under its name. The service
/// documents names as unique; if it shows two letters of one name, one that is as declared comes
/// first.
pub(crate) fn counterpart<'a>(
    letter: &Letter<Picture>,
    candidates: &[&'a ExistingLetter],
) -> Option<(&'a ExistingLetter, Comparison)> {
    let mut compared = candidates.iter().map(|existing| (*existing, compare(letter, existing)));
    let first = compared.next()?;
    if first.1.is_equal() {
        return Some(first);
    }
    compared.find(|(_, comparison)| comparison.is_equal()).or(Some(first))
}

/// What to do about a declared letter.
fn settle<'a>(
    desired: DesiredLetter,
    candidates: &[&ExistingLetter],
    unreadable: &impl Fn(&str) -> Option<&'a UnreadableLetter>,
    warnings: &mut Vec<Warning>,
) -> PlannedLetter {
    let Some((existing, comparison)) = counterpart(&desired.letter, candidates) else {
        return match unreadable(desired.letter.name.as_str()) {
            None => PlannedLetter::Create(desired),
            Some(letter) => PlannedLetter::Unreadable(Undecided {
                name: desired.letter.name,
                source: desired.source,
                problem: letter.to_string().into(),
            }),
        };
    };
    let name = desired.letter.name;
    if candidates.len() > 1 {
        warnings.push(warning::of_twins(name.as_str(), candidates.len()));
    }
    if !comparison.forms.is_empty() {
        warnings.push(warning::of_forms(name.as_str(), &comparison.forms));
    }
    if !comparison.unknown.is_empty() {
        warnings.push(warning::of_unknown_picture(name.as_str()));
    }
    let standing = Standing::of(existing);
    let matched = Matched { name, source: desired.source, standing, unknown: comparison.unknown };
    if comparison.differences.is_empty() {
        PlannedLetter::Unchanged(matched)
    } else {
        PlannedLetter::Conflict(matched, comparison.differences)
    }
}

#[cfg(test)]
mod tests;
