//! What was created, what was not, and why.

use std::collections::HashSet;

use super::{MANY, add_warnings, code, conflict, folded, inline, page::Page, section, strong};
use crate::{
    apply::{Confirmation, LetterOutcome, Report, ReportedLetter, SkipReason},
    checkout::Checkout,
    plan::{Difference, PlannedLetter},
    render::text::{CONFLICT_ADVICE, next_step},
};

pub(super) fn add(page: &mut Page<'_>, report: &Report) {
    page.text(format!("Letters at `{}`.\n\n", code(report.endpoint.raw())));
    let (mut bad, mut conflicts, mut created) = (Vec::new(), Vec::new(), Vec::new());
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    for letter in &report.letters {
        let name = letter.planned.name();
        match &letter.outcome {
            LetterOutcome::Failed { error: failure } | LetterOutcome::Unknown { error: failure } => {
                let request = failure.request_id.as_ref().map_or(String::new(), |id| inline(id.0.raw()));
                let word = if matches!(letter.outcome, LetterOutcome::Unknown { .. }) { "unknown: " } else { "" };
                let why = if told.insert((failure.code.raw(), failure.message.raw())) {
                    let help =
                        failure.help.as_ref().map_or(String::new(), |help| format!("<br>{}", inline(help.raw())));
                    format!("{word}{}{help}", inline(failure.message.raw()))
                } else {
                    format!("{word}for the same reason ({})", inline(failure.code.raw()))
                };
                bad.push(format!("| {} | {why} | {request} |\n", strong(name)));
            }
            LetterOutcome::Skipped { reason: SkipReason::Interrupted } => {
                bad.push(format!("| {} | not begun: the run was interrupted | |\n", strong(name)));
            }
            LetterOutcome::Skipped { reason: SkipReason::Unreadable } => {
                bad.push(format!("| {} | it may be a letter that can't be read | |\n", strong(name)));
            }
            LetterOutcome::Skipped { reason: SkipReason::RefusedForAll } => {
                bad.push(format!("| {} | not begun: the service refuses every letter | |\n", strong(name)));
            }
            LetterOutcome::Conflict { differences, .. } => {
                conflicts.push(found_conflict(letter, differences, &page.options.checkout));
            }
            LetterOutcome::Created { id, request_id, confirmed_by } => {
                let id = id.map_or(String::new(), |id| id.to_string());
                let how = if *confirmed_by == Confirmation::Lookup {
                    " (seen by a look-up; the answer was lost)"
                } else {
                    ""
                };
                let request = request_id.as_ref().map_or(String::new(), |id| inline(id.0.raw()));
                created.push(format!("| {} | {id}{how} | {request} |\n", strong(name)));
            }
            LetterOutcome::Unchanged { .. } | LetterOutcome::Skipped { reason: SkipReason::Unmanaged } => {}
        }
    }
    section(page, "Not created", "| letter | why | RequestId |\n|---|---|---|\n", bad);
    if let Some(next) = next_step(report) {
        page.text(format!("{next}\n\n"));
    }
    section(page, "In conflict", &format!("{CONFLICT_ADVICE}\n\n"), conflicts);
    let head = "| letter | id | RequestId |\n|---|---|---|\n";
    if created.len() > MANY {
        folded(page, "Created", head, created);
    } else {
        section(page, "Created", head, created);
    }
    add_warnings(page, &report.warnings.iter().collect::<Vec<_>>());
}

/// A conflict that the plan knew is told by the plan; one that was found while applying, by the
/// report.
fn found_conflict(letter: &ReportedLetter, found: &[Difference], checkout: &Checkout) -> String {
    match &letter.planned {
        PlannedLetter::Conflict(settled, planned) => conflict::declared(settled, planned, checkout),
        _ => conflict::found(letter.planned.name(), found),
    }
}
