//! What became of letters, as a comment.

use super::{CommentOptions, MANY, code, comment, folded, inline, listed, page::Page, section, strong};
use crate::{
    accounts::Accounts,
    escape::Untrusted,
    render::text::letter_problem,
    signature::{SignatureUse, Use},
    status::{LetterStatus, Move, MoveTarget, SignatureStatus, Status, StatusSummary},
};

/// What became of letters.
pub fn status(statuses: &Accounts<Status>, options: &CommentOptions) -> String {
    let total = counts(statuses.summary());
    let counts = |status: &Status| counts(status.summary());
    comment(statuses, options, &total, |status| status.account.as_ref(), counts, add)
}

fn counts(summary: StatusSummary) -> String {
    let unknown = if summary.unknown > 0 { format!(", {} not known", summary.unknown) } else { String::new() };
    format!(
        "{} passed, {} under review, {} refused{unknown}, {} with problems",
        summary.passed, summary.reviewing, summary.refused, summary.problems
    )
}

fn add(page: &mut Page<'_>, status: &Status) {
    page.text(format!("Signatures at `{}`, as of {}.\n\n", code(status.endpoint.raw()), status.today));
    let not_known = status.not_known.iter().map(|part| {
        let request =
            part.request_id.as_ref().map_or(String::new(), |id| format!(" (RequestId {})", inline(id.0.raw())));
        let help = part.help.as_ref().map_or(String::new(), |help| format!("<br>{}", inline(help.raw())));
        format!("- {}{request}{help}\n", inline(part.message.raw()))
    });
    section(page, "Not known", "", not_known.collect());
    if status.incomplete {
        page.text("The list of signatures changed while it was read: run it again for all of them.\n\n".to_owned());
    }
    let refused = of_use(status, Use::Refused);
    section(page, "Refused", "| signature | letter | reason | date | order |\n|---|---|---|---|---|\n", refused);
    let problems = status.signatures.iter().filter(|signature| !signature.problems.is_empty()).map(problem);
    let head = "| signature | letter | problems |\n|---|---|---|\n";
    section(page, "Signatures with problems", head, problems.collect());
    let reviewing = of_use(status, Use::Reviewing);
    section(page, "Under review", "| signature | letter | order |\n|---|---|---|\n", reviewing);
    let head = "| signature | from | to |\n|---|---|---|\n";
    section(page, "Signatures to move to a letter's successor", head, status.moves.iter().map(moved).collect());
    add_letters(page, &status.letters);
    if status.not_asked > 0 {
        page.text(format!(
            "The qualifications of {} signatures were not checked, one request each: `--details always` checks them.\n\n",
            status.not_asked
        ));
    }
}

/// The signatures of letters that have this use, as rows.
fn of_use(status: &Status, usage: Use) -> Vec<String> {
    let row = |letter: &LetterStatus, used: &SignatureUse| {
        let order = inline(used.order_id.as_ref().map_or("", Untrusted::raw));
        let names = format!("| {} | {} |", strong(used.name.raw()), inline(letter.name.raw()));
        if usage == Use::Refused {
            let detail =
                if used.detail.is_empty() { String::new() } else { format!("<br>{}", inline(used.detail.raw())) };
            format!("{names} {}{detail} | {} | {order} |\n", inline(used.reason.raw()), inline(used.date.raw()))
        } else {
            format!("{names} {order} |\n")
        }
    };
    let mut rows = Vec::new();
    for letter in &status.letters {
        let of_use = letter.signatures.iter().filter(|used| used.usage == usage);
        rows.extend(of_use.map(|used| row(letter, used)));
    }
    rows
}

fn problem(signature: &SignatureStatus) -> String {
    let id = signature.letter.map_or(String::new(), |id| id.to_string());
    let name = inline(signature.letter_name.as_ref().map_or("", Untrusted::raw));
    let problems: Vec<String> = signature.problems.iter().map(|problem| problem.meaning().to_owned()).collect();
    format!("| {} | {id} {name} | {} |\n", strong(signature.name.raw()), problems.join("<br>"))
}

fn moved(planned: &Move) -> String {
    let Move { signature, from, to, .. } = planned;
    let target = |letter: &MoveTarget| format!("{} {}", letter.id, inline(letter.name.raw()));
    format!("| {} | {} | {} |\n", strong(signature.raw()), target(from), target(to))
}

/// Every letter in a row.
fn add_letters(page: &mut Page<'_>, letters: &[LetterStatus]) {
    let row = |letter: &LetterStatus| {
        let names = |usage| {
            let of_use = letter.signatures.iter().filter(|used| used.usage == usage);
            listed(&of_use.map(|used| used.name.raw()).collect::<Vec<_>>())
        };
        let rest: Vec<&str> = letter
            .signatures
            .iter()
            .filter(|used| !matches!(used.usage, Use::Passed | Use::None))
            .map(|used| used.name.raw())
            .collect();
        let notes: Vec<&str> = letter.problems.iter().map(|problem| letter_problem(*problem)).collect();
        let notes = if notes.is_empty() { String::new() } else { format!("<br><sub>{}</sub>", notes.join("<br>")) };
        let state = format!("{} {}", inline(letter.standing.state.raw()), inline(letter.standing.status.raw()));
        format!(
            "| {}{notes} | {} | {} | {} | {} |\n",
            strong(letter.name.raw()),
            if letter.standing.id.is_some() { state } else { "not registered".to_owned() },
            names(Use::Passed),
            listed(&rest),
            names(Use::None),
        )
    };
    let head = "| letter | state | passed | otherwise | not applied for |\n|---|---|---|---|---|\n";
    let rows: Vec<String> = letters.iter().map(row).collect();
    if rows.len() > MANY { folded(page, "Letters", head, rows) } else { section(page, "Letters", head, rows) }
}
