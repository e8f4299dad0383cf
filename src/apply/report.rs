use serde::{Deserialize, Serialize};

use crate::{
    escape::Untrusted,
    letter::{AccountName, LetterId, ValueError},
    plan::{Chosen, Difference, LetterEntry, PlannedLetter, Warning},
    service::{RequestId, Retry, ServiceError},
};

/// What became of every letter of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The account of the workspace that the letters belong to, where there is a workspace.
    pub account: Option<AccountName>,
    /// The endpoint that the plan was applied to.
    pub endpoint: String,
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LetterOutcome {
    /// It was created.
    Created {
        /// Its number.
        id: Option<LetterId>,
        /// The create's request, or the look-up's when the create's answer was lost.
        request_id: Option<RequestId>,
        /// How that is known.
        confirmation: Confirmation,
    },
    /// It exists as declared. The number is told when it was found only while applying.
    Unchanged {
        /// Its number.
        id: Option<LetterId>,
    },
    /// It exists with other content. What was found only while applying is told here; what the plan
    /// knew is in the plan.
    Conflict {
        /// Its number.
        id: Option<LetterId>,
        /// What differs.
        differences: Vec<Difference>,
    },
    /// It was not created.
    Failed(Failure),
    /// It may exist: a create's answer was lost, and the letter was not seen since.
    Unknown(Failure),
    /// Nothing was done about it.
    Skipped(SkipReason),
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

/// Why a letter failed, for a person and for the service's support.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The service's code, or one of ours: `RuleBroken`, `ScanUnreadable`, `Interrupted`,
    /// `OutcomeUnknown`, `AnswerLost`, `NoConnection`, `AnswerUnreadable`, `AnswerUnusable`,
    /// `NotSent`.
    pub code: Untrusted,
    /// What happened and what to do.
    pub message: Untrusted,
    /// The id of the request, when the service told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub request_id: Option<RequestId>,
    /// What to do about it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Untrusted>,
    /// Whether the same run may succeed later.
    #[serde(default)]
    pub temporary: bool,
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
                LetterOutcome::Failed(_) => &mut summary.failed,
                LetterOutcome::Unknown(_) => &mut summary.unknown,
                LetterOutcome::Skipped(_) => &mut summary.skipped,
            } += 1;
        }
        summary
    }
}

impl LetterOutcome {
    /// The outcome in one word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Unchanged { .. } => "unchanged",
            Self::Conflict { .. } => "conflict",
            Self::Failed(_) => "failed",
            Self::Unknown(_) => "unknown",
            Self::Skipped(_) => "skipped",
        }
    }

    /// Why the letter was not created, or is not known to be.
    pub const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) | Self::Unknown(failure) => Some(failure),
            _ => None,
        }
    }
}

/// What shows whether a letter exists.
const SEE_PLAN: &str = "run `letterform plan` to see whether the letter exists";

impl Failure {
    pub(super) fn of(error: &ServiceError) -> Self {
        let own = match error {
            ServiceError::NoConnection { .. } => "NoConnection",
            ServiceError::AnswerLost { .. } | ServiceError::Stalled { .. } => "AnswerLost",
            ServiceError::Unusable { .. } => "AnswerUnusable",
            ServiceError::Unreadable { .. } => "AnswerUnreadable",
            _ => "NotSent",
        };
        Self {
            code: error.code().cloned().unwrap_or_else(|| own.into()),
            message: error.to_string().into(),
            request_id: error.request_id().cloned(),
            help: error.advice().map(Into::into),
            temporary: error.retry() != Retry::Never,
        }
    }

    /// A letter that is not sent because it breaks a rule for new letters.
    pub(super) fn of_rule(error: &ValueError) -> Self {
        Self {
            code: "RuleBroken".into(),
            message: format!("the letter can't be created: {error}").into(),
            request_id: None,
            help: None,
            temporary: false,
        }
    }

    pub(super) fn of_scan(problem: String) -> Self {
        Self { code: "ScanUnreadable".into(), message: problem.into(), request_id: None, help: None, temporary: false }
    }

    pub(super) fn interrupted() -> Self {
        Self {
            code: "Interrupted".into(),
            message: "interrupted while the letter was being created; it may exist".into(),
            request_id: None,
            help: Some(SEE_PLAN.into()),
            temporary: true,
        }
    }

    /// The last of several attempts, when the answer to one of them was lost. No look-up showed the
    /// letter, but a request can be on its way for longer than its answer is waited for.
    pub(super) fn after_lost_answer(error: &ServiceError) -> Self {
        let failure = Self::of(error);
        let message = format!("{}; the letter was not found, but it may exist", failure.message);
        Self { message: message.into(), temporary: true, ..failure }.with_see_plan()
    }

    pub(super) fn in_doubt(create: &ServiceError, lookup: &ServiceError) -> Self {
        let request_id = create.request_id().or(lookup.request_id()).cloned();
        let message = format!("{create}; the look-up failed too: {lookup}. The letter may exist");
        Self {
            code: "OutcomeUnknown".into(),
            message: message.into(),
            request_id,
            help: lookup.advice().map(Into::into),
            temporary: true,
        }
        .with_see_plan()
    }

    /// The help with what shows whether the letter exists.
    fn with_see_plan(self) -> Self {
        let help = match self.help {
            Some(help) if !help.raw().contains(SEE_PLAN) => format!("{help}; {SEE_PLAN}"),
            _ => SEE_PLAN.to_owned(),
        };
        Self { help: Some(help.into()), ..self }
    }

    /// The service says that the name exists, and a letter has it in another form.
    pub(super) fn named_alike(error: &ServiceError, other: &str) -> Self {
        let failure = Self::of(error);
        let message = format!(
            "{}; the letter `{other}` exists, and its name differs in case, width or spaces alone",
            failure.message
        );
        let help = format!("declare it as `{other}` if it is the same letter, or choose another name");
        Self { message: message.into(), help: Some(help.into()), ..failure }
    }

    pub(super) fn invisible(error: &ServiceError) -> Self {
        let failure = Self::of(error);
        let message = format!(
            "{}; but no query shows it, neither of all letters nor by OrganizationCode or SignName",
            failure.message
        );
        let help = "look in the console, or give the RequestId to the service's support".to_owned();
        Self { message: message.into(), help: Some(help.into()), ..failure }
    }
}

impl Report {
    /// How many letters there are of each outcome.
    pub fn summary(&self) -> ReportSummary {
        self.letters.iter().collect()
    }

    /// Whether the run was stopped before every letter had its turn.
    pub fn was_interrupted(&self) -> bool {
        self.letters.iter().any(|letter| letter.outcome == LetterOutcome::Skipped(SkipReason::Interrupted))
    }

    /// Whether the service refused the caller, so that letters were not begun.
    pub fn was_refused(&self) -> bool {
        self.letters.iter().any(|letter| letter.outcome == LetterOutcome::Skipped(SkipReason::RefusedForAll))
    }

    /// Whether there are declared letters of which it can't be told whether they exist as declared.
    pub fn has_unreadable(&self) -> bool {
        self.letters.iter().any(|letter| letter.outcome == LetterOutcome::Skipped(SkipReason::Unreadable))
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
    endpoint: String,
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
    outcome: OutcomeEntry,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "outcome", rename_all = "lowercase")]
enum OutcomeEntry {
    /// It was created.
    #[serde(rename_all = "camelCase")]
    Created {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<u64>")]
        id: Option<LetterId>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<String>")]
        request_id: Option<RequestId>,
        /// How that is known: the create was answered, or its answer was lost and a look-up shows
        /// the letter.
        confirmed_by: Confirmation,
    },
    /// It exists as declared.
    Unchanged {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<u64>")]
        id: Option<LetterId>,
    },
    /// It exists with other content.
    Conflict {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<u64>")]
        id: Option<LetterId>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        differences: Vec<Difference>,
    },
    /// It was not created.
    Failed { error: Failure },
    /// It may exist: a create's answer was lost, and the letter was not seen since.
    Unknown { error: Failure },
    /// Nothing was done about it.
    Skipped { reason: SkipReason },
}

/// The JSON schema of a report.
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ReportDocument)
}

impl From<&ReportedLetter> for ReportEntry {
    fn from(letter: &ReportedLetter) -> Self {
        let outcome = match &letter.outcome {
            LetterOutcome::Created { id, request_id, confirmation } => {
                OutcomeEntry::Created { id: *id, request_id: request_id.clone(), confirmed_by: *confirmation }
            }
            LetterOutcome::Unchanged { id } => OutcomeEntry::Unchanged { id: *id },
            LetterOutcome::Conflict { id, differences } => {
                OutcomeEntry::Conflict { id: *id, differences: differences.clone() }
            }
            LetterOutcome::Failed(failure) => OutcomeEntry::Failed { error: failure.clone() },
            LetterOutcome::Unknown(failure) => OutcomeEntry::Unknown { error: failure.clone() },
            LetterOutcome::Skipped(reason) => OutcomeEntry::Skipped { reason: *reason },
        };
        Self { letter: LetterEntry::from(&letter.planned), outcome }
    }
}
