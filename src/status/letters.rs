//! What became of each letter.

use serde::Serialize;

use super::View;
use crate::{
    escape::Untrusted,
    inventory::{Entry, PlanAction},
    letter::{LetterId, Source},
    plan::Standing,
    signature::{AppliedSignature, Audit, SignatureUse, Use},
};

/// What became of one letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LetterStatus {
    /// The letter's name.
    pub name: Untrusted,
    /// What the service says of it; nothing when it does not exist.
    #[serde(flatten)]
    pub standing: Standing,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The last day of its validity.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<jiff::civil::Date>,
    /// The letter that takes over when this one ends, declared or registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub successor: Option<Untrusted>,
    /// The signatures of its scope.
    pub signatures: Vec<SignatureUse>,
    /// What is to be known of the letter itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<LetterProblem>,
}

/// What is to be known of a letter itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LetterProblem {
    /// No signature was applied for with it.
    Unused,
    /// No approved qualification for third parties has its code: no signature can be applied for
    /// with it.
    NoQualification,
    /// The service's answer about it can't be read.
    Unreadable,
}

impl LetterStatus {
    /// Whether a signature is under review with it.
    pub fn is_under_way(&self) -> bool {
        self.signatures.iter().any(|used| used.usage == Use::Reviewing)
    }

    /// Whether it has passed or been refused: a review has ended, and none is under way.
    pub fn is_decided(&self) -> bool {
        let ended = |used: &SignatureUse| matches!(used.usage, Use::Passed | Use::Refused | Use::Cancelled);
        !self.is_under_way() && (self.standing.state == "PASSED" || self.signatures.iter().any(ended))
    }
}

pub(super) fn of(view: &View<'_>) -> Vec<LetterStatus> {
    let used: std::collections::HashSet<LetterId> =
        view.signatures.values().flatten().filter_map(|signature| view.letter_of(signature)).collect();
    let codes = view.facts.third_party_codes();
    let problems = |entry: &Entry<'_>| {
        let standing = entry.standing();
        let unused = view.knows_all_signatures() && standing.id.is_some_and(|id| !used.contains(&id));
        let unqualified = standing.state != "PASSED"
            && codes.as_ref().is_some_and(|codes| !codes.contains(entry.organization_code()));
        let unreadable = entry.action() == PlanAction::Unreadable;
        [
            (unused, LetterProblem::Unused),
            (unqualified, LetterProblem::NoQualification),
            (unreadable, LetterProblem::Unreadable),
        ]
        .into_iter()
        .filter_map(|(holds, problem)| holds.then_some(problem))
        .collect()
    };
    let letter = |entry: &Entry<'_>| LetterStatus {
        name: entry.name().into(),
        standing: entry.standing(),
        source: entry.source().cloned(),
        until: entry.validity().map(crate::letter::Validity::until),
        successor: entry.successor.clone(),
        signatures: entry.signatures().into_iter().map(|name| view.use_of(name, entry)).collect(),
        problems: problems(entry),
    };
    view.inventory.entries.iter().map(letter).collect()
}

impl View<'_> {
    /// What became of a signature of a letter's scope.
    fn use_of(&self, name: &str, entry: &Entry<'_>) -> SignatureUse {
        let nothing = |usage| SignatureUse { name: name.into(), usage, ..SignatureUse::default() };
        let Some(applied) = self.signatures.get(name) else {
            return nothing(if self.knows_all_signatures() { Use::None } else { Use::Unknown });
        };
        let id = entry.standing().id;
        if entry.action() == PlanAction::Unreadable || (id.is_none() && entry.existing().is_some()) {
            // A letter whose number the service does not tell can't be matched.
            return nothing(Use::Unknown);
        }
        let with_this = applied.iter().filter(|signature| id.is_some() && self.letter_of(signature) == id);
        match with_this.min_by_key(|signature| Use::of(&signature.audit)) {
            Some(signature) => self.with_letter(signature),
            None => SignatureUse {
                letter: applied.iter().find_map(|signature| self.letter_of(signature)),
                ..nothing(Use::OtherLetter)
            },
        }
    }

    fn with_letter(&self, signature: &AppliedSignature) -> SignatureUse {
        let usage = Use::of(&signature.audit);
        let mut refusal = signature.refusal.clone();
        if usage == Use::Refused
            && refusal.reason.is_empty()
            && let Some(details) = self.facts.details.get(&signature.name)
        {
            refusal = details.refusal.clone();
        }
        if refusal.reason.is_empty() {
            refusal.reason = std::mem::take(&mut refusal.detail);
        } else if refusal.detail == refusal.reason {
            refusal.detail.clear();
        }
        SignatureUse {
            name: signature.name.as_str().into(),
            usage,
            reason: refusal.reason.into(),
            detail: refusal.detail.into(),
            date: refusal.date.into(),
            order_id: signature.order_id.as_deref().map(Into::into),
            letter: None,
            audit_status: match &signature.audit {
                Audit::Other(word) => Some(word.as_str().into()),
                _ => None,
            },
        }
    }
}
