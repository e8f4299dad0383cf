//! What became of the letters: which signatures use each, how far their reviews are, and what keeps
//! one from being used.
//!
//! Pure, as plans are: the same letters, facts and day give the same status.

mod document;
mod hand_over;
mod letters;
mod problem;
mod signatures;

use std::collections::HashMap;

use jiff::civil::Date;

pub use document::{StatusDocument, StatusesDocument};
pub use hand_over::{Move, MoveTarget, Parameter, ParameterValue};
pub use letters::{LetterProblem, LetterStatus};
pub use problem::SignatureProblem;
pub use signatures::SignatureStatus;

use crate::{
    escape::Untrusted,
    inventory::{Entry, Inventory},
    letter::{AccountName, LetterId},
    signature::{AppliedSignature, Facts, NotKnown, Qualification, QualificationId, Use},
};

/// What became of the letters of one account.
#[derive(Debug, Clone)]
pub struct Status {
    /// The account, where there is a workspace.
    pub account: Option<AccountName>,
    /// Where the letters are.
    pub endpoint: Untrusted,
    /// The day by which validities are judged.
    pub today: Date,
    /// Declared letters in the order of files and lines, then the others by name.
    pub letters: Vec<LetterStatus>,
    /// The signatures that are for a third party, by name.
    pub signatures: Vec<SignatureStatus>,
    /// The signatures that still name a letter which has a successor, in the order of the letters.
    pub moves: Vec<Move>,
    /// What could not be read.
    pub not_known: Vec<NotKnown>,
    /// Whether the list of signatures changed too often to be read whole.
    pub incomplete: bool,
    /// How many signatures were not asked for their qualification, as there are so many.
    pub not_asked: usize,
}

/// How many uses of signatures there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusSummary {
    /// Signatures of letters that passed with their letter.
    pub passed: usize,
    /// Those under review.
    pub reviewing: usize,
    /// Those refused.
    pub refused: usize,
    /// Those whose application was cancelled.
    pub cancelled: usize,
    /// Those that were applied for with another letter or with none.
    pub other_letter: usize,
    /// Those that nobody applied for.
    pub none: usize,
    /// Those of which the service did not say.
    pub unknown: usize,
    /// Signatures for a third party that have a problem.
    pub problems: usize,
    /// Letters that no signature uses.
    pub unused_letters: usize,
}

impl<'a> FromIterator<&'a Status> for StatusSummary {
    fn from_iter<I: IntoIterator<Item = &'a Status>>(all: I) -> Self {
        let mut summary = Self::default();
        for status in all {
            for used in status.letters.iter().flat_map(|letter| &letter.signatures) {
                *match used.usage {
                    Use::Passed => &mut summary.passed,
                    Use::Reviewing => &mut summary.reviewing,
                    Use::Refused => &mut summary.refused,
                    Use::Cancelled => &mut summary.cancelled,
                    Use::OtherLetter => &mut summary.other_letter,
                    Use::None => &mut summary.none,
                    Use::Unknown => &mut summary.unknown,
                } += 1;
            }
            let is_unused = |letter: &&LetterStatus| letter.problems.contains(&LetterProblem::Unused);
            summary.problems += status.signatures.iter().filter(|signature| !signature.problems.is_empty()).count();
            summary.unused_letters += status.letters.iter().filter(is_unused).count();
        }
        summary
    }
}

/// What somebody has to know first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outlook {
    /// Nothing is under way, and nothing is wrong.
    Settled,
    /// Something is under review.
    UnderWay,
    /// A signature was refused or can't be used as it is.
    Refused,
}

impl Status {
    /// Puts letters and what uses them together. A letter that ends within `soon` days is one that
    /// ends soon.
    pub fn new(
        (account, endpoint): (Option<AccountName>, Untrusted),
        inventory: &Inventory<'_>,
        facts: &Facts,
        soon: u32,
    ) -> Self {
        let view = View::new(inventory, facts, soon);
        Self {
            account,
            endpoint,
            today: inventory.today,
            letters: letters::of(&view),
            signatures: signatures::of(&view),
            moves: hand_over::of(&view),
            not_known: facts.not_known().cloned().collect(),
            incomplete: facts.signatures.as_ref().is_ok_and(|listing| !listing.complete),
            not_asked: facts.not_asked,
        }
    }

    /// The letters with these names alone, and the signatures that have to do with them.
    #[must_use]
    pub fn only(mut self, names: &[String]) -> Self {
        let is_named = |name: &str| names.iter().any(|other| other == name);
        self.letters.retain(|letter| is_named(letter.name.raw()));
        let concerns = |signature: &SignatureStatus| {
            self.letters.iter().any(|letter| {
                let named = signature.letter.is_some() && signature.letter == letter.standing.id;
                named || letter.signatures.iter().any(|used| used.name == signature.name)
            })
        };
        self.signatures.retain(concerns);
        self.moves.retain(|planned| is_named(planned.from.name.raw()));
        self
    }

    /// Whether the signatures could be read at all.
    pub fn is_known(&self) -> bool {
        !self.not_known.iter().any(|part| part.operation == crate::service::Operation::QuerySmsSignList)
    }

    /// How many there are of each kind.
    pub fn summary(&self) -> StatusSummary {
        [self].into_iter().collect()
    }

    /// What somebody has to know first.
    pub fn outlook(&self) -> Outlook {
        let of_letters = self.letters.iter().flat_map(|letter| &letter.signatures).map(|used| match used.usage {
            Use::Refused => Outlook::Refused,
            Use::Reviewing => Outlook::UnderWay,
            _ => Outlook::Settled,
        });
        let of_signatures = self.signatures.iter().map(SignatureStatus::outlook);
        of_letters.chain(of_signatures).max().unwrap_or(Outlook::Settled)
    }

    /// The letters that are waited for: those with these names until a signature passed or was
    /// refused with them and none is under review, or, without names, those with a signature under
    /// review.
    pub fn waiting(&self, names: &[String]) -> Vec<&str> {
        let waits = |letter: &&LetterStatus| {
            if names.is_empty() {
                letter.is_under_way()
            } else {
                names.iter().any(|name| letter.name == **name) && !letter.is_decided()
            }
        };
        self.letters.iter().filter(waits).map(|letter| letter.name.raw()).collect()
    }
}

/// Letters and signatures, each found by what the other side knows of it.
struct View<'a> {
    inventory: &'a Inventory<'a>,
    facts: &'a Facts,
    today: Date,
    soon: u32,
    /// The letters that exist, by id.
    letters: HashMap<LetterId, &'a Entry<'a>>,
    /// The letters by name.
    named: HashMap<&'a str, &'a Entry<'a>>,
    /// The letters whose scope holds a signature, in the inventory's order.
    holding: HashMap<&'a str, Vec<&'a Entry<'a>>>,
    /// The signatures that were applied for, by name. Empty when they are not known.
    signatures: HashMap<&'a str, Vec<&'a AppliedSignature>>,
    /// The qualifications that are known.
    qualifications: HashMap<QualificationId, &'a Qualification>,
}

impl<'a> View<'a> {
    fn new(inventory: &'a Inventory<'a>, facts: &'a Facts, soon: u32) -> Self {
        let mut view = Self {
            inventory,
            facts,
            today: inventory.today,
            soon,
            letters: HashMap::new(),
            named: HashMap::new(),
            holding: HashMap::new(),
            signatures: HashMap::new(),
            qualifications: HashMap::new(),
        };
        for entry in &inventory.entries {
            if let Some(id) = entry.standing().id {
                view.letters.insert(id, entry);
            }
            view.named.entry(entry.name()).or_insert(entry);
            for name in entry.signatures() {
                view.holding.entry(name).or_default().push(entry);
            }
        }
        for signature in facts.signatures.iter().flat_map(|listing| &listing.items) {
            view.signatures.entry(&signature.name).or_default().push(signature);
        }
        let qualifications = facts.qualifications.iter().flat_map(|listing| &listing.items);
        view.qualifications = qualifications.map(|qualification| (qualification.id, qualification)).collect();
        view
    }

    /// Whether what is not on the list of signatures does not exist.
    fn knows_all_signatures(&self) -> bool {
        self.facts.signatures.as_ref().is_ok_and(|listing| listing.complete)
    }

    /// The letter that a signature's request names.
    fn letter_of(&self, signature: &AppliedSignature) -> Option<LetterId> {
        let of_details = || self.facts.details.get(&signature.name).and_then(|details| details.letter);
        signature.letter.or_else(of_details)
    }

    /// The letter that takes over when this one ends, if it exists.
    fn successor(&self, entry: &Entry<'_>) -> Option<&'a Entry<'a>> {
        let successor = self.named.get(entry.successor.as_ref()?.raw())?;
        successor.standing().id.is_some().then_some(*successor)
    }
}

#[cfg(test)]
pub(crate) mod tests;
