//! Why letters fail.

use super::Failure;
use crate::{
    escape::Untrusted,
    letter::ValueError,
    service::{Retry, ServiceError},
};

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
            ..Self::default()
        }
    }

    pub(super) fn of_scan(problem: String) -> Self {
        Self { code: "ScanUnreadable".into(), message: problem.into(), ..Self::default() }
    }

    pub(super) fn interrupted() -> Self {
        Self {
            code: "Interrupted".into(),
            message: "interrupted while the letter was being created; it may exist".into(),
            help: Some(SEE_PLAN.into()),
            temporary: true,
            ..Self::default()
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
    pub(super) fn named_alike(error: &ServiceError, other: &Untrusted) -> Self {
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
