//! What was read of an account's signatures and qualifications, and what could not be.

use std::collections::{HashMap, HashSet};

use super::{AppliedSignature, Qualification, QualificationDetails, QualificationId, SignatureDetails};
use crate::{
    escape::Untrusted,
    letter::folded_form,
    wire::{Operation, RequestId},
};

/// What uses the letters of an account. A part that could not be read is a value among the others.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The signatures that were applied for.
    pub signatures: Result<Listing<AppliedSignature>, NotKnown>,
    /// More of those signatures that were asked for it, by name.
    pub details: HashMap<String, SignatureDetails>,
    /// Signatures of which more was not asked for, as there are so many.
    pub not_asked: usize,
    /// The qualifications.
    pub qualifications: Result<Listing<Qualification>, NotKnown>,
    /// More of those qualifications that were asked for it.
    pub qualification_details: HashMap<QualificationId, QualificationDetails>,
    /// Questions about single signatures and qualifications that got no answer, one for each
    /// operation.
    pub unanswered: Vec<NotKnown>,
}

/// A list that was read page by page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// What is on it, each once.
    pub items: Vec<T>,
    /// Whether that is all: not when the list went on changing while it was read.
    pub complete: bool,
}

/// Why a part is not known.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NotKnown {
    /// What was asked.
    #[schemars(with = "String")]
    pub operation: Operation,
    /// The service's code, when it sent one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<Untrusted>,
    /// What happened.
    pub message: Untrusted,
    /// The id of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub request_id: Option<RequestId>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<Untrusted>,
}

impl Facts {
    /// What could not be read.
    pub fn not_known(&self) -> impl Iterator<Item = &NotKnown> {
        let lists = [self.signatures.as_ref().err(), self.qualifications.as_ref().err()];
        lists.into_iter().flatten().chain(&self.unanswered)
    }

    /// The codes for which signatures of third parties can be applied for: those of the approved
    /// qualifications that are not for the account's own use. `None` unless all of them are known.
    pub fn third_party_codes(&self) -> Option<Codes> {
        let listing = self.qualifications.as_ref().ok().filter(|listing| listing.complete)?;
        let serving = listing.items.iter().filter(|qualification| qualification.serves_third_parties());
        let codes = serving.map(|qualification| {
            let code = &self.qualification_details.get(&qualification.id)?.organization_code;
            (!code.is_empty()).then(|| folded_form(code))
        });
        codes.collect::<Option<_>>().map(Codes)
    }
}

/// Organization codes, compared as people type them: case, width and spaces do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes(HashSet<String>);

impl Codes {
    /// Whether this code is among them.
    pub fn contains(&self, code: &str) -> bool {
        self.0.contains(&folded_form(code))
    }
}
