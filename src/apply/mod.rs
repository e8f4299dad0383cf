//! Plan → Report: uploads scans, creates what is missing, and finds out what became of requests
//! whose answers were lost.
//!
//! Nothing is done that is not in the plan. Each letter is settled on its own: one failure stops no
//! other, unless it is a refusal of the caller, which no letter can escape.

mod failure;
mod halt;
mod letter;
mod report;
mod upload;

use std::future::Future;

use bytes::Bytes;
use futures::{StreamExt, stream};
use tracing::Instrument as _;

pub use report::{Confirmation, LetterOutcome, Report, ReportDocument, ReportSummary, ReportedLetter, SkipReason};

pub use crate::retry::Failure;
use crate::{
    letter::{DesiredLetter, Picture, Scan, Source},
    plan::{Plan, PlannedLetter, Warning},
    retry::{Caller, Event, Shutdown},
    service::WriteLetters,
};

/// Reads scans again when they are uploaded.
pub trait ReadScans: Sync {
    /// The bytes of the scan, refused unless they are what they were when the plan was made.
    fn read(&self, source: &Source, scan: &Scan) -> impl Future<Output = Result<Bytes, ScanProblem>> + Send;
}

/// Why a scan can't be uploaded: what is wrong with the file, in words that name it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScanProblem(pub String);

/// Carries out a plan, at most `parallelism` letters at once.
pub async fn apply<S: WriteLetters>(
    plan: Plan,
    caller: &Caller<'_, S>,
    scans: &impl ReadScans,
    stop: &Shutdown,
    parallelism: usize,
) -> Report {
    let uploads = upload::Uploads::new(caller, scans);
    let halt = halt::Halt::default();
    let halt = &halt;
    let creates: Vec<&DesiredLetter> = plan.creates().collect();
    let mut settled: Vec<(usize, LetterOutcome)> = stream::iter(creates.into_iter().enumerate())
        .map(|(index, desired)| {
            let work = letter::Work::new(caller, &uploads, desired, halt);
            // The log says for which letter a request is made.
            let span = tracing::debug_span!("work", letter = desired.letter.name.as_str());
            async move { (index, settle(work, desired, caller, stop, halt).instrument(span).await) }
        })
        .buffer_unordered(parallelism.max(1))
        .collect()
        .await;
    settled.sort_unstable_by_key(|(index, _)| *index);
    let mut outcomes = settled.into_iter().map(|(_, outcome)| outcome);

    let letters = plan
        .letters
        .into_iter()
        .map(|planned| {
            let outcome = match &planned {
                PlannedLetter::Create(_) => outcomes.next().expect("each create was settled"),
                PlannedLetter::Unchanged(_) => LetterOutcome::Unchanged { id: None },
                PlannedLetter::Conflict(..) => LetterOutcome::Conflict { id: None, differences: Vec::new() },
                PlannedLetter::Unreadable(_) => LetterOutcome::Skipped { reason: SkipReason::Unreadable },
                PlannedLetter::Unmanaged(..) => LetterOutcome::Skipped { reason: SkipReason::Unmanaged },
            };
            ReportedLetter { planned, outcome }
        })
        .collect();
    let letters: Vec<ReportedLetter> = letters;
    let mut warnings = plan.warnings;
    warnings.extend(letters.iter().filter_map(|letter| of_named_picture(letter, &uploads)));
    let (account, endpoint, chosen) = (plan.account, plan.endpoint, plan.chosen);
    Report { account, endpoint, chosen, from_saved_plan: false, letters, warnings }
}

/// The warning about a created letter whose picture has a name that does not tell what it holds.
fn of_named_picture<S: WriteLetters, R: ReadScans>(
    letter: &ReportedLetter,
    uploads: &upload::Uploads<'_, S, R>,
) -> Option<Warning> {
    let (PlannedLetter::Create(desired), LetterOutcome::Created { .. }) = (&letter.planned, &letter.outcome) else {
        return None;
    };
    let Picture::Scan(scan) = &desired.letter.picture else { return None };
    let key = uploads.key_at_hand(scan)?;
    (key.object() != Some(scan.object())).then(|| Warning::of_named_picture(desired.letter.name.as_str(), &key))
}

/// Settles one letter, unless everything is to end first.
async fn settle<S: WriteLetters, R: ReadScans>(
    work: letter::Work<'_, '_, S, R>,
    desired: &DesiredLetter,
    caller: &Caller<'_, S>,
    stop: &Shutdown,
    halt: &halt::Halt,
) -> LetterOutcome {
    if stop.is_requested() {
        return LetterOutcome::Skipped { reason: SkipReason::Interrupted };
    }
    if halt.is_raised() {
        return LetterOutcome::Skipped { reason: SkipReason::RefusedForAll };
    }
    let name = desired.letter.name.as_str();
    caller.observer().event(&Event::Began { letter: name });
    let outcome = tokio::select! {
        // In this order: after the demand to end at once not one more request is begun.
        biased;
        () = stop.forced() => work.abandoned(),
        outcome = work.run() => outcome,
    };
    let event = Event::Finished { letter: name, outcome: (&outcome).into(), failure: outcome.failure() };
    caller.observer().event(&event);
    outcome
}

#[cfg(test)]
mod tests;
