use serde::{Deserialize, Serialize};

use super::Failure;
use crate::{
    escape::Untrusted,
    letter::{AccountName, LetterId},
    plan::{Chosen, Difference, LetterEntry, PlannedLetter, Warning},
    service::RequestId,
};

/// What became of every letter of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The account of the workspace that the letters belong to, where there is a workspace.
    pub account: Option<AccountName>,
    /// The endpoint that the plan was applied to.
    pub endpoint: Untrusted,
    /// The letters that the plan was for.
    pub chosen: Chosen,
    /// Whether the plan was a saved one, which can't be applied again once it has created a letter.
    pub from_saved_plan: bool,
    /// The letters in the order of the plan.
    pub letters: Vec<ReportedLetter>,
    /// The warnings of the plan.
    pub warnings: Vec<Warning>,
}

/// A letter, what was to be done about it, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedLetter {
    /// What was to be done.
    pub planned: PlannedLetter,
    /// What became of it.
    pub outcome: LetterOutcome,
}

/// What became of a letter.
#[derive(
    Debug,
    Clone,
    PartialEq,
    Eq,
    strum::AsRefStr,
    strum::IntoStaticStr,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(tag = "outcome", rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum LetterOutcome {
    /// It was created.
    #[serde(rename_all = "camelCase")]
    Created {
        /// Its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<u64>", description = "")]
        id: Option<LetterId>,
        /// The create's request, or the look-up's when the create's answer was lost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>", description = "")]
        request_id: Option<RequestId>,
        /// How that is known: the create was answered, or its answer was lost and a look-up shows
        /// the letter.
        confirmed_by: Confirmation,
    },
    /// It exists as declared.
    Unchanged {
        /// Its number, when it was found only while applying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<u64>", description = "")]
        id: Option<LetterId>,
    },
    /// It exists with other content.
    Conflict {
        /// Its number, when it was found only while applying.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<u64>", description = "")]
        id: Option<LetterId>,
        /// What differs, as far as the plan did not know.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schemars(description = "")]
        differences: Vec<Difference>,
    },
    /// It was not created.
    Failed {
        /// Why.
        #[schemars(description = "")]
        error: Failure,
    },
    /// It may exist: a create's answer was lost, and the letter was not seen since.
    Unknown {
        /// Why that is not known.
        #[schemars(description = "")]
        error: Failure,
    },
    /// Nothing was done about it.
    Skipped {
        /// Why.
        #[schemars(description = "")]
        reason: SkipReason,
    },
}

/// How it is known that a letter was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Confirmation {
    /// The create was answered.
    Answer,
    /// The create's answer was lost, and a look-up shows the letter as it was sent.
    Lookup,
}

/// Why nothing was done about a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// It is not declared.
    Unmanaged,
    /// It is declared, and may be a letter that can't be read.
    Unreadable,
    /// The run was interrupted before its create was sent.
    Interrupted,
    /// The service refused the caller before its create was sent: no letter could be created.
    RefusedForAll,
}

/// How many letters there are of each outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReportSummary {
    /// Letters that were created.
    pub created: usize,
    /// Letters that are as declared.
    pub unchanged: usize,
    /// Letters that exist with other content.
    pub conflict: usize,
    /// Letters that could not be created.
    pub failed: usize,
    /// Letters that may exist.
    #[serde(default)]
    pub unknown: usize,
    /// Letters about which nothing was done.
    pub skipped: usize,
}

impl<'a> FromIterator<&'a ReportedLetter> for ReportSummary {
    fn from_iter<I: IntoIterator<Item = &'a ReportedLetter>>(letters: I) -> Self {
        let mut summary = Self::default();
        for letter in letters {
            *match letter.outcome {
                LetterOutcome::Created { .. } => &mut summary.created,
                LetterOutcome::Unchanged { .. } => &mut summary.unchanged,
                LetterOutcome::Conflict { .. } => &mut summary.conflict,
                LetterOutcome::Failed { .. } => &mut summary.failed,
                LetterOutcome::Unknown { .. } => &mut summary.unknown,
                LetterOutcome::Skipped { .. } => &mut summary.skipped,
            } += 1;
        }
        summary
    }
}

impl LetterOutcome {
    /// Why the letter was not created, or is not known to be.
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { error: failure } | Self::Unknown { error: failure } => Some(failure),
            _ => None,
        }
    }
}

impl Report {
    /// How many letters there are of each outcome.
    pub fn summary(&self) -> ReportSummary {
        self.letters.iter().collect()
    }

    /// Whether the run was stopped before every letter had its turn.
    pub fn was_interrupted(&self) -> bool {
        self.letters.iter().any(|letter| letter.outcome == LetterOutcome::Skipped { reason: SkipReason::Interrupted })
    }

    /// Whether the service refused the caller, so that letters were not begun.
    pub fn was_refused(&self) -> bool {
        self.letters.iter().any(|letter| letter.outcome == LetterOutcome::Skipped { reason: SkipReason::RefusedForAll })
    }

    /// Whether there are declared letters of which it can't be told whether they exist as declared.
    pub fn has_unreadable(&self) -> bool {
        self.letters.iter().any(|letter| letter.outcome == LetterOutcome::Skipped { reason: SkipReason::Unreadable })
    }

    /// Whether a letter that is not there yet may be created by another run.
    pub fn may_continue(&self) -> bool {
        let temporary = |letter: &ReportedLetter| letter.outcome.failure().is_some_and(|failure| failure.temporary);
        !self.was_refused() && (self.was_interrupted() || self.letters.iter().any(temporary))
    }

    /// The report as `apply --format json` prints it.
    pub fn to_document(&self) -> ReportDocument {
        ReportDocument {
            format_version: crate::plan::FORMAT_VERSION,
            generator: crate::plan::Generator::this(),
            account: self.account.clone(),
            endpoint: self.endpoint.clone(),
            targets: self.chosen.names().map(str::to_owned).collect(),
            summary: self.summary(),
            letters: self.letters.iter().map(ReportEntry::from).collect(),
            warnings: self.warnings.clone(),
        }
    }
}

/// A report as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "Report", extend("additionalProperties" = false))]
pub struct ReportDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the report.
    generator: crate::plan::Generator,
    /// The account of the workspace that the letters belong to. Reports without a workspace have
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    account: Option<AccountName>,
    /// The endpoint that the plan was applied to.
    endpoint: Untrusted,
    /// The names of the letters that the plan was for (`--target`); reports of all letters have
    /// none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    targets: Vec<String>,
    /// How many letters there are of each outcome.
    summary: ReportSummary,
    /// The letters in the order of the plan.
    letters: Vec<ReportEntry>,
    /// The warnings of the plan.
    warnings: Vec<Warning>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
struct ReportEntry {
    #[serde(flatten)]
    letter: LetterEntry,
    #[serde(flatten)]
    outcome: LetterOutcome,
}

impl From<&ReportedLetter> for ReportEntry {
    fn from(letter: &ReportedLetter) -> Self {
        Self { letter: LetterEntry::from(&letter.planned), outcome: letter.outcome.clone() }
    }
}
