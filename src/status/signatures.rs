//! The signatures that are for a third party: by which letter each is covered, and what does not
//! fit.

use serde::Serialize;

use super::{Outlook, SignatureProblem, View};
use crate::{
    escape::Untrusted,
    inventory::Entry,
    letter::{LetterId, Validity, folded_form},
    signature::{AppliedSignature, Audit, Registration, SignatureDetails},
};

/// A signature that is for a third party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignatureStatus {
    /// The signature.
    pub name: Untrusted,
    /// How far its review is, in the service's word.
    pub audit_status: Untrusted,
    /// The number of its review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Untrusted>,
    /// The letter that its request names.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub letter: Option<LetterId>,
    /// That letter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letter_name: Option<Untrusted>,
    /// The registered letters that hold today and have it in their scope.
    pub covered_by: Vec<Untrusted>,
    /// How far the registration with each carrier is, where that was asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carriers: Vec<CarrierStatus>,
    /// What does not fit.
    pub problems: Vec<SignatureProblem>,
}

/// How far the registration with one carrier is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct CarrierStatus {
    /// `mobile`, `unicom` or `telecom`.
    pub operator: String,
    /// `not-begun`, `under-way`, `failed`, `unverified`, `registered` or `lapsed`.
    pub registration: String,
}

impl SignatureStatus {
    pub(super) fn outlook(&self) -> Outlook {
        let audit = Audit::read(self.audit_status.raw());
        if audit == Audit::Refused || self.problems.iter().any(|problem| problem.forbids_use()) {
            Outlook::Refused
        } else if audit == Audit::Reviewing {
            Outlook::UnderWay
        } else {
            Outlook::Settled
        }
    }
}

pub(super) fn of(view: &View<'_>) -> Vec<SignatureStatus> {
    let applied = view.facts.signatures.iter().flat_map(|listing| &listing.items);
    let mut all: Vec<SignatureStatus> = applied.filter_map(|signature| view.third_party(signature)).collect();
    all.sort_by(|one, other| (&one.name, &one.order_id).cmp(&(&other.name, &other.order_id)));
    all
}

impl View<'_> {
    /// The signature, if it is for a third party.
    fn third_party(&self, signature: &AppliedSignature) -> Option<SignatureStatus> {
        let details = self.facts.details.get(&signature.name);
        let letter = self.letter_of(signature);
        let in_scope = self.holding.get(signature.name.as_str());
        let own = match details.and_then(|details| details.third_party) {
            Some(third_party) => !third_party,
            // One that nobody was asked about and that a letter has in its scope is meant for its
            // authorizer.
            None => in_scope.is_none(),
        };
        if letter.is_none() && own {
            return None;
        }
        let covers = |entry: &&&Entry<'_>| {
            entry.existing().is_some() && entry.validity().is_some_and(|validity| validity.contains(self.today))
        };
        let covering = in_scope.into_iter().flatten().filter(covers);
        let problems =
            if signature.audit == Audit::Cancelled { Vec::new() } else { self.problems(signature, letter, details) };
        let carriers = details.into_iter().flat_map(|details| &details.carriers).map(|carrier| CarrierStatus {
            operator: carrier.operator.clone(),
            registration: carrier.registration.as_str().to_owned(),
        });
        Some(SignatureStatus {
            name: signature.name.as_str().into(),
            audit_status: signature.audit.as_str().into(),
            order_id: signature.order_id.as_deref().map(Into::into),
            letter,
            letter_name: letter.and_then(|id| self.letters.get(&id)).map(|entry| entry.name().into()),
            covered_by: covering.map(|entry| entry.name().into()).collect(),
            carriers: carriers.collect(),
            problems,
        })
    }

    fn problems(
        &self,
        signature: &AppliedSignature,
        letter: Option<LetterId>,
        details: Option<&SignatureDetails>,
    ) -> Vec<SignatureProblem> {
        let mut problems = Vec::new();
        let entry = letter.and_then(|id| self.letters.get(&id)).copied();
        match (letter, entry) {
            (None, _) => problems.push(SignatureProblem::WithoutLetter),
            // It may be one of those that can't be read.
            (Some(_), None) if !self.inventory.unreadable.is_empty() => {}
            (Some(_), None) => problems.push(SignatureProblem::LetterNotFound),
            (Some(_), Some(entry)) => self.problems_with(signature, entry, &mut problems),
        }
        if let Some(details) = details {
            self.problems_of_qualification(details, entry, &mut problems);
            let carriers = || details.carriers.iter().map(|carrier| &carrier.registration);
            if carriers().any(|registration| *registration == Registration::Failed) {
                problems.push(SignatureProblem::RegistrationFailed);
            }
            if carriers().any(|registration| *registration == Registration::Lapsed) {
                problems.push(SignatureProblem::RegistrationLapsed);
            }
        }
        problems
    }

    fn problems_with(&self, signature: &AppliedSignature, entry: &Entry<'_>, problems: &mut Vec<SignatureProblem>) {
        let left = entry.days_left(self.today);
        if left.is_some_and(i32::is_negative) || entry.standing().status == "INVALID" {
            problems.push(SignatureProblem::LetterExpired);
        } else if entry.validity().is_some_and(|validity| validity.from() > self.today) {
            problems.push(SignatureProblem::LetterNotYetValid);
        } else if left.is_some_and(|left| u32::try_from(left).is_ok_and(|left| left <= self.soon)) {
            problems.push(SignatureProblem::LetterEndsSoon);
        }
        if self.successor(entry).is_some() {
            problems.push(SignatureProblem::LetterHasSuccessor);
        }
        // What is declared and not registered is no letter that the service knows.
        let scope = entry.existing().into_iter().flat_map(|existing| &existing.signatures);
        if !scope.map(|name| name.raw().trim()).any(|name| name == signature.name) {
            problems.push(SignatureProblem::NotInScope);
        }
    }

    fn problems_of_qualification(
        &self,
        details: &SignatureDetails,
        entry: Option<&Entry<'_>>,
        problems: &mut Vec<SignatureProblem>,
    ) {
        let (Some(id), Ok(listing)) = (details.qualification, &self.facts.qualifications) else { return };
        let Some(qualification) = self.qualifications.get(&id) else {
            if listing.complete {
                problems.push(SignatureProblem::QualificationNotFound);
            }
            return;
        };
        if !qualification.approved {
            problems.push(SignatureProblem::QualificationNotApproved);
        }
        if qualification.own_use == Some(true) {
            problems.push(SignatureProblem::QualificationOwnUse);
        }
        let Some(details) = self.facts.qualification_details.get(&id) else { return };
        let code = details.organization_code.as_str();
        if let Some(entry) = entry
            && !code.is_empty()
            && !same_code(code, entry.organization_code())
        {
            problems.push(SignatureProblem::CodeDiffers);
        }
        if Validity::read(&details.validity).is_some_and(|validity| validity.until() < self.today) {
            problems.push(SignatureProblem::QualificationExpired);
        }
    }
}

/// Whether two codes are the same: the service writes what people typed.
fn same_code(one: &str, other: &str) -> bool {
    folded_form(one) == folded_form(other)
}
