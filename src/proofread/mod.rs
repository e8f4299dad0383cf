//! What a paper says against what is declared: field by field, as a reader would compare them.
//!
//! Pure: what was declared and what an engine read, several times over, becomes verdicts. Nothing
//! here runs an engine or reads a file; [`crate::ocr`] does.
//!
//! A field is [`Verdict::Found`] only when one of the readings has it character by character, whole
//! and for itself. White space, widths, kinds of brackets, and characters of one shape (`0` and
//! `O`, `1` and `l`, 未 and 末) do not count: `stream` has the list. Engines misread single
//! characters, each reading others. So what one reading has is on the paper, and what none has is
//! shown as it was read, for a person to look at.

mod bounds;
mod compare;
mod dates;
mod document;
mod listed;
mod marks;
mod reading;
mod search;
mod stream;
mod warning;

#[cfg(test)]
mod tests;

pub use self::{
    compare::compare,
    document::ProofDocument,
    marks::{Pieces, marked},
    reading::{Area, Line, Reading, Word},
};
use crate::letter::{Field, Source};

/// What became of proofreading letters.
#[derive(Debug, Clone, PartialEq)]
pub struct Proof {
    /// The engine, its version and its language.
    pub engine: String,
    /// The letters with a scan, in the order of files and lines.
    pub letters: Vec<LetterProof>,
    /// How many letters have no scan to read: their picture is uploaded already.
    pub without_scan: usize,
}

/// What became of proofreading one letter.
#[derive(Debug, Clone, PartialEq)]
pub struct LetterProof {
    /// The letter's name.
    pub name: String,
    /// Where it is declared.
    pub source: Source,
    /// The path of the scan as it is declared, where that is known.
    pub scan: Option<String>,
    /// What the paper says, or why it can't be read.
    pub outcome: Result<Paper, String>,
}

/// What a paper says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paper {
    /// The fields in the order of declarations, each signature one.
    pub fields: Vec<FieldProof>,
    /// The signatures that the paper lists and the letter does not declare, as they were read.
    pub undeclared: Vec<String>,
}

/// What a paper says of one field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldProof {
    /// The field.
    pub field: Field,
    /// What is declared: for [`Field::Signatures`] one of them.
    pub declared: String,
    /// Whether the paper says it.
    pub verdict: Verdict,
    /// What was read, for [`Verdict::Differs`].
    pub read: Option<String>,
    /// How sure the engine is of what it read there, from 0 to 1, when it tells.
    pub confidence: Option<f32>,
    /// Where on the page it was read.
    pub place: Option<PaperPlace>,
}

/// A place on a page.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "Place")]
pub struct PaperPlace {
    /// The line, counted from 1, in the order in which the engine reads them.
    pub line: usize,
    /// The part of the picture, when the engine tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Area>")]
    pub area: Option<Area>,
}

/// Whether a paper says what is declared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was read on the paper, character by character.
    Found,
    /// Something similar was read. The paper says something else, or was misread: somebody must
    /// look.
    Differs,
    /// Nothing like it was read.
    NotFound,
}

/// How many fields and letters there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofSummary {
    /// Fields that the papers say.
    pub found: usize,
    /// Fields of which they say something similar.
    pub differs: usize,
    /// Fields that were not found.
    pub not_found: usize,
    /// Signatures that the papers list and nobody declares.
    pub undeclared: usize,
    /// Scans that can't be read.
    pub problems: usize,
    /// Letters without a scan.
    pub without_scan: usize,
}

impl Proof {
    /// How many fields and letters there are of each kind.
    pub fn summary(&self) -> ProofSummary {
        let mut summary = ProofSummary { without_scan: self.without_scan, ..ProofSummary::default() };
        for letter in &self.letters {
            let Ok(paper) = &letter.outcome else {
                summary.problems += 1;
                continue;
            };
            summary.undeclared += paper.undeclared.len();
            for field in &paper.fields {
                *match field.verdict {
                    Verdict::Found => &mut summary.found,
                    Verdict::Differs => &mut summary.differs,
                    Verdict::NotFound => &mut summary.not_found,
                } += 1;
            }
        }
        summary
    }
}

impl LetterProof {
    /// Whether the paper says every field, and lists no other signature.
    pub fn is_good(&self) -> bool {
        self.outcome.as_ref().is_ok_and(|paper| {
            paper.undeclared.is_empty() && paper.fields.iter().all(|field| field.verdict == Verdict::Found)
        })
    }
}
