//! A proof as JSON: what `proofread --format json` prints.

use serde::Serialize;

use super::{FieldProof, LetterProof, PaperPlace, Proof, ProofSummary, Verdict};
use crate::{
    letter::{Field, Source},
    plan::FORMAT_VERSION,
};

/// A proof as it is written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Proof", extend("additionalProperties" = false))]
pub struct ProofDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The engine, its version and its language.
    engine: String,
    /// How many fields and letters there are of each kind.
    summary: ProofSummary,
    /// The letters with a scan, in the order of files and lines.
    letters: Vec<ProofreadLetter>,
}

/// What became of proofreading one letter.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ProofreadLetter {
    /// The letter's name.
    name: String,
    /// Where it is declared.
    source: Source,
    /// The path of the scan as it is declared; none when the scan is not usable at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<String>,
    /// Why the scan can't be read. There are no fields then.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// The fields, each signature one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    fields: Vec<ProofreadField>,
    /// The signatures that the paper lists and the letter does not declare, as they were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    undeclared: Option<Vec<String>>,
}

/// What the paper says of a field.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct ProofreadField {
    /// The field.
    field: Field,
    /// Which signature, for `signatures`.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<String>,
    /// Whether the paper says it.
    verdict: Verdict,
    /// What was read instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    read: Option<String>,
    /// How sure the engine is of what it read there, from 0 to 1, when it tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f32>,
    /// Where on the page it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<PaperPlace>,
}

impl Proof {
    /// The proof as JSON holds it.
    pub fn to_document(&self) -> ProofDocument {
        ProofDocument {
            format_version: FORMAT_VERSION,
            engine: self.engine.clone(),
            summary: self.summary(),
            letters: self.letters.iter().map(ProofreadLetter::of).collect(),
        }
    }
}

impl ProofreadLetter {
    fn of(letter: &LetterProof) -> Self {
        let paper = letter.outcome.as_ref().ok();
        Self {
            name: letter.name.clone(),
            source: letter.source.clone(),
            scan: letter.scan.clone(),
            problem: letter.outcome.as_ref().err().cloned(),
            fields: paper.map(|paper| paper.fields.iter().map(ProofreadField::of).collect()).unwrap_or_default(),
            undeclared: paper.map(|paper| paper.undeclared.clone()),
        }
    }
}

impl ProofreadField {
    fn of(proof: &FieldProof) -> Self {
        Self {
            field: proof.field,
            value: (proof.field == Field::Signatures).then(|| proof.declared.clone()),
            verdict: proof.verdict,
            read: proof.read.clone(),
            confidence: proof.confidence,
            place: proof.place,
        }
    }
}
