//! What became of letters, as text for a terminal, and the calls that move signatures, as a script.

use std::fmt::Write;

use super::{Count, FIELD_WIDTH, INDENT, counted, field, headline, of_accounts, standing, wrapped};
use crate::{
    accounts::Accounts,
    escape::{Untrusted, shell_word},
    render::style::{self, paint},
    signature::{NotKnown, SignatureUse, Use},
    status::{LetterProblem, LetterStatus, Move, ParameterValue, SignatureStatus, Status, StatusSummary},
    wording,
};

/// What became of letters.
pub fn status(statuses: &Accounts<Status>) -> String {
    let summary = statuses.summary();
    of_accounts(statuses, one_status, "read", "signatures of letters", &counts(summary))
}

fn one_status(status: &Status) -> String {
    let mut out = String::new();
    let about = format!("{}, as of {}", status.endpoint, status.today);
    let _ = writeln!(out, "{} {about}\n", paint(style::STRONG, "Signatures at"));
    for letter in &status.letters {
        letter_of(&mut out, letter);
    }
    problems(&mut out, status);
    moves(&mut out, &status.moves);
    gaps(&mut out, status);
    let _ = writeln!(out, "{} {}.", paint(style::STRONG, "Status:"), summary(status.summary()));
    out
}

fn summary(summary: StatusSummary) -> String {
    let mut text = counted(&counts(summary));
    if summary.problems > 0 {
        let what = if summary.problems == 1 { "signature has a problem" } else { "signatures have problems" };
        let _ = write!(text, "; {} {what}", summary.problems);
    }
    if summary.unused_letters > 0 {
        let what = if summary.unused_letters == 1 { "letter is" } else { "letters are" };
        let _ = write!(text, "; {} {what} unused", summary.unused_letters);
    }
    text
}

fn counts(summary: StatusSummary) -> [Count; 7] {
    [
        (summary.passed, "passed", style::CREATE),
        (summary.reviewing, "under review", style::WARNING),
        (summary.refused, "refused", style::ERROR),
        (summary.cancelled, "cancelled", style::DIM),
        (summary.other_letter, "with another letter", style::DIM),
        (summary.none, "not applied for", style::DIM),
        (summary.unknown, "not known", style::WARNING),
    ]
}

fn letter_of(out: &mut String, letter: &LetterStatus) {
    let mut about = standing(&letter.standing);
    if about.is_empty() {
        let unreadable = letter.problems.contains(&LetterProblem::Unreadable);
        about.push_str(if unreadable { "unreadable" } else { "not registered" });
    }
    if let Some(until) = letter.until {
        let _ = write!(about, " · until {until}");
    }
    let (sign, style) = sign_of(letter);
    headline(out, sign, style, letter.name.raw(), letter.source.as_ref(), &about);
    signature_uses(out, &letter.signatures);
    for problem in &letter.problems {
        field(out, "note", letter_problem(*problem));
    }
    if let Some(successor) = &letter.successor {
        field(out, "successor", &successor.to_string());
    }
    out.push('\n');
}

/// The worst that became of a letter's signatures, as a sign.
fn sign_of(letter: &LetterStatus) -> (char, anstyle::Style) {
    let has = |usage| letter.signatures.iter().any(|used| used.usage == usage);
    if has(Use::Refused) {
        ('x', style::ERROR)
    } else if has(Use::Reviewing) {
        ('~', style::WARNING)
    } else if has(Use::Passed) {
        ('+', style::CREATE)
    } else {
        ('-', style::DIM)
    }
}

/// What became of signatures: those of one kind on one line, unless there is more to tell of each.
pub(in crate::render) fn signature_uses(out: &mut String, signatures: &[SignatureUse]) {
    const KINDS: [(Use, &str); 7] = [
        (Use::Refused, "refused"),
        (Use::Reviewing, "under review"),
        (Use::Passed, "passed"),
        (Use::OtherLetter, "another letter"),
        (Use::Cancelled, "cancelled"),
        (Use::None, "not applied for"),
        (Use::Unknown, "not known"),
    ];
    for (usage, label) in KINDS {
        let of_kind: Vec<&SignatureUse> = signatures.iter().filter(|used| used.usage == usage).collect();
        let tells = |used: &&SignatureUse| !more(used).is_empty();
        if of_kind.iter().any(tells) {
            for (index, used) in of_kind.iter().enumerate() {
                let label = if index == 0 { label } else { "" };
                field(out, label, &format!("{}{}", used.name, more(used)));
            }
        } else if !of_kind.is_empty() {
            let names: Vec<&str> = of_kind.iter().map(|used| used.name.raw()).collect();
            field(out, label, &wrapped(&names));
        }
    }
}

/// What there is to tell of one signature beside its name.
fn more(used: &SignatureUse) -> String {
    let mut out = String::new();
    if used.usage == Use::Refused {
        match &used.reason {
            none if none.is_empty() => out.push_str(": no reason given"),
            reason => _ = write!(out, ": {reason}"),
        }
        if !used.detail.is_empty() {
            let _ = write!(out, " – {}", used.detail);
        }
    }
    if let Some(word) = &used.audit_status {
        let _ = write!(out, ": {word}");
    }
    let order = used.order_id.as_ref().filter(|_| matches!(used.usage, Use::Refused | Use::Reviewing));
    let order = order.map(|order| format!("order {order}"));
    let letter = used.letter.map(|id| format!("letter {id}"));
    let date = (!used.date.is_empty()).then(|| used.date.to_string());
    let parts: Vec<String> = [date, order, letter].into_iter().flatten().collect();
    if !parts.is_empty() {
        let _ = write!(out, " ({})", parts.join(", "));
    }
    out
}

/// What is to be known of a letter itself.
pub(in crate::render) const fn letter_problem(problem: LetterProblem) -> &'static str {
    match problem {
        LetterProblem::Unused => "no signature was applied for with this letter",
        LetterProblem::Unreadable => "the service's answer about this letter can't be read",
        LetterProblem::NoQualification => {
            "no approved third-party qualification has its organization code; submit one before you apply for signatures"
        }
    }
}

fn problems(out: &mut String, status: &Status) {
    let with_problems: Vec<&SignatureStatus> =
        status.signatures.iter().filter(|signature| !signature.problems.is_empty()).collect();
    if with_problems.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {}", paint(style::STRONG, "Signatures with problems"));
    for signature in with_problems {
        let letter = signature.letter.map(|id| match &signature.letter_name {
            Some(name) => format!("  letter {id} {name}"),
            None => format!("  letter {id}"),
        });
        let worst =
            if signature.problems.iter().any(|problem| problem.forbids_use()) { style::ERROR } else { style::WARNING };
        let mark = paint(worst, &format!("! {}", signature.name));
        let _ = writeln!(out, "  {mark}{}", letter.unwrap_or_default());
        for problem in &signature.problems {
            let _ = writeln!(out, "{INDENT}{} [{}]", problem.meaning(), problem.as_ref());
        }
        let others = signature.covered_by.iter().filter(|name| Some(*name) != signature.letter_name.as_ref());
        let others: Vec<&str> = others.map(Untrusted::raw).collect();
        if !others.is_empty() {
            field(out, "covered by", &wrapped(&others));
        }
    }
    out.push('\n');
}

fn moves(out: &mut String, moves: &[Move]) {
    if moves.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {}", paint(style::STRONG, "Signatures to move to a letter's successor"));
    for Move { signature, from, to, ready, .. } in moves {
        let wait = if *ready { "" } else { "  (when its review has ended)" };
        let _ = writeln!(out, "  > {signature}  {from} -> {to}{wait}");
    }
    let _ = writeln!(out, "{INDENT}`letterform status --hand-over` writes the calls that move them.\n");
}

/// What could not be read, or was not asked.
fn gaps(out: &mut String, status: &Status) {
    for part in &status.not_known {
        out.push_str(&not_known(part));
    }
    if status.incomplete {
        let _ = writeln!(
            out,
            "{} the list of signatures changed while it was read; run the command again for all of them",
            paint(style::WARNING, "warning:")
        );
    }
    if status.not_asked > 0 {
        let _ = writeln!(
            out,
            "{} the qualifications of {} signatures were not checked, one request each; use --details always to check them",
            paint(style::STRONG, "note:"),
            status.not_asked
        );
    }
    if !status.not_known.is_empty() || status.incomplete || status.not_asked > 0 {
        out.push('\n');
    }
}

/// A part that could not be read, and what to do.
pub fn not_known(part: &NotKnown) -> String {
    let request = part.request_id.as_ref().map(|id| format!(" (RequestId {id})")).unwrap_or_default();
    let mut out = format!("{} not known: {}{request}\n", paint(style::WARNING, "warning:"), part.message);
    if let Some(help) = &part.help {
        let _ = writeln!(out, "  {} {}", paint(style::STRONG, "help:"), help);
    }
    out
}

/// The calls that move signatures to their letters' successors, as a script of a POSIX shell.
/// `options` are added to each, such as ` --profile NAME`. A value that the service does not tell
/// stops the script until somebody has written it.
pub fn hand_over(moves: &[Move], options: &str) -> String {
    let mut out = String::new();
    let what = wording::counted(moves.len(), "signature");
    let _ = writeln!(out, "#!/bin/sh");
    let _ = writeln!(out, "# Moves {what} to the successors of their letters. Each goes to review again.");
    let _ = writeln!(out, "# The service does not tell what belongs in ${{NAME:?...}}: write the value there first.");
    let _ = writeln!(out, "set -eu");
    for planned in moves {
        out.push('\n');
        call(&mut out, planned, options);
    }
    out
}

fn call(out: &mut String, planned: &Move, options: &str) {
    let Move { signature, from, to, ready, parameters, usage, .. } = planned;
    let _ = writeln!(out, "# {signature}: from letter {from} to {to}");
    if !ready {
        let _ = writeln!(out, "# It is under review. Move it when the review has ended.");
        return;
    }
    if parameters.is_empty() {
        let _ = writeln!(out, "# GetSmsSign did not tell its last request, which the call must repeat.");
        return;
    }
    if !usage.is_empty() {
        let _ = writeln!(out, "# The service says of its source: {usage}");
    }
    out.push_str("aliyun dysmsapi UpdateSmsSign");
    for parameter in parameters {
        match &parameter.value {
            ParameterValue::Given(value) => {
                let _ = write!(out, " --{} {}", parameter.name, shell_word(value));
            }
            ParameterValue::Gap(meaning) => {
                let _ = write!(out, " --{} \"${{{}:?{meaning}}}\"", parameter.name, variable(parameter.name));
            }
        }
    }
    let _ = writeln!(out, "{options}");
}

/// The name of a parameter as a shell variable: `SignSource` is `SIGN_SOURCE`.
fn variable(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}

const _: () = assert!(FIELD_WIDTH > "not applied for".len());

#[cfg(test)]
mod tests;
