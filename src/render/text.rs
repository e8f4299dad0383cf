//! Plans and reports as text for a terminal.

mod proofread;
mod status;

use std::{collections::HashSet, fmt::Write};

use anstyle::Style;

pub use proofread::proof;
pub use status::{hand_over, not_known, status};
pub(super) use status::{letter_problem, signature_uses};

use super::{
    difference::{self, Side},
    style::{self, paint},
    unreadable,
    warnings::{Told, WarningLine, and_more, folded},
};
use crate::{
    accounts::{AccountResult, Accounts},
    apply::{Confirmation, Failure, LetterOutcome, Report, ReportSummary, ReportedLetter, SkipReason},
    escape::{Untrusted, visible, width},
    letter::{DesiredLetter, Picture, Source, UnreadableLetter},
    plan::{Difference, Plan, PlanSummary, PlannedLetter, Standing, Warning},
};

/// How many there are, of what, and how that is shown.
type Count = (usize, &'static str, Style);

/// The column in which a field's content begins, after the indent.
const FIELD_WIDTH: usize = 18;
/// Lists are broken before this column.
const LINE_WIDTH: usize = 100;
/// The most letters that are listed when nothing was done about them.
const SHOWN: usize = 20;
const INDENT: &str = "      ";

/// What a person can do about a conflict.
pub(crate) const CONFLICT_ADVICE: &str = "A registered letter can't be changed by any call. Declare what is registered, or declare the new content under a new name.";

/// Plans as a reviewer reads them.
pub fn plan(plans: &Accounts<Plan>) -> String {
    of_accounts(plans, one_plan, "planned", "letters", &plan_counts(plans.summary()))
}

fn plan_counts(summary: PlanSummary) -> [Count; 5] {
    [
        (summary.create, "to create", style::CREATE),
        (summary.unchanged, "unchanged", style::DIM),
        (summary.conflict, "in conflict", style::CONFLICT),
        (summary.unreadable, "unreadable", style::ERROR),
        (summary.unmanaged, "unmanaged", style::DIM),
    ]
}

/// What became of plans.
pub fn report(reports: &Accounts<Report>) -> String {
    of_accounts(reports, one_report, "applied", "letters", &report_counts(reports.summary()))
}

fn report_counts(summary: ReportSummary) -> [Count; 5] {
    [
        (summary.created, "created", style::CREATE),
        (summary.unchanged, "unchanged", style::DIM),
        (summary.conflict, "in conflict", style::CONFLICT),
        (summary.failed, "failed", style::ERROR),
        (summary.unknown, "unknown", style::ERROR),
    ]
}

fn one_plan(plan: &Plan) -> String {
    let mut out = String::new();
    let account = plan.account_id.as_ref().map(|id| format!(" (account {id})")).unwrap_or_default();
    let _ = writeln!(out, "{} {}{account}\n", paint(style::STRONG, "Letters at"), plan.endpoint);
    if !plan.chosen.is_all() {
        let names: Vec<_> = plan.chosen.names().map(visible).collect();
        let _ = writeln!(out, "{} {}\n", paint(style::STRONG, "Only these (--target):"), names.join(", "));
    }
    let mut quiet = Quiet::default();
    let told = Told::of(plan);
    for letter in &plan.letters {
        match letter {
            PlannedLetter::Create(desired) => creation(&mut out, desired, told.about(letter.name())),
            PlannedLetter::Conflict(settled, differences) => {
                let about = format!("conflict · {}", standing(&settled.standing));
                headline(&mut out, '!', style::CONFLICT, letter.name(), Some(&settled.source), &about);
                conflict(&mut out, differences);
            }
            PlannedLetter::Unchanged(settled) => {
                quiet.unchanged += 1;
                if !settled.unknown.is_empty() {
                    let about = format!("unchanged, but its picture is unknown · {}", standing(&settled.standing));
                    headline(&mut out, '=', style::DIM, letter.name(), Some(&settled.source), &about);
                    out.push('\n');
                }
            }
            PlannedLetter::Unreadable(undecided) => {
                headline(&mut out, 'x', style::ERROR, letter.name(), letter.source(), "unreadable");
                let _ = writeln!(out, "{INDENT}{}\n", undecided.problem);
            }
            PlannedLetter::Unmanaged(name, there) => quiet.unmanaged.push((name, there)),
        }
    }
    quiet.write(&mut out);
    unreadable(&mut out, &plan.unreadable);
    warnings(&mut out, &told.rest);
    let summary = plan.summary();
    let _ = writeln!(out, "{} {}.", paint(style::STRONG, "Plan:"), counted(&plan_counts(summary)));
    if summary.create == 0 && summary.conflict == 0 && summary.unreadable == 0 {
        let _ = writeln!(out, "{}", nothing_to_do(plan));
    }
    out
}

/// What a plan says that creates nothing and has no conflict.
pub(crate) fn nothing_to_do(plan: &Plan) -> &'static str {
    if plan.chosen.is_all() {
        "Nothing to do: every declared letter exists as declared."
    } else {
        "Nothing to do: the chosen letters exist as declared."
    }
}

fn one_report(report: &Report) -> String {
    let mut out = String::new();
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    let mut not_begun: Vec<&ReportedLetter> = Vec::new();
    for letter in &report.letters {
        match &letter.outcome {
            LetterOutcome::Skipped {
                reason: SkipReason::Interrupted | SkipReason::RefusedForAll | SkipReason::Unreadable,
            } => {
                not_begun.push(letter);
            }
            LetterOutcome::Failed { error: failure } | LetterOutcome::Unknown { error: failure } => {
                // What many letters fail for is told once.
                failed(&mut out, letter, failure, told.insert((failure.code.raw(), failure.message.raw())));
            }
            _ => reported(&mut out, letter),
        }
    }
    for letter in not_begun.iter().take(SHOWN) {
        reported(&mut out, letter);
    }
    if not_begun.len() > SHOWN {
        let _ = writeln!(out, "    and {} more that were not begun", not_begun.len() - SHOWN);
    }
    let not_begun = (not_begun.len(), "not begun", style::WARNING);
    let counts = [&report_counts(report.summary())[..], &[not_begun]].concat();
    let _ = writeln!(out, "{} {}.", paint(style::STRONG, "Applied:"), counted(&counts));
    if let Some(next) = next_step(report) {
        let _ = writeln!(out, "{next}");
    }
    out
}

/// What to do after a report whose letters are not all there.
pub(crate) fn next_step(report: &Report) -> Option<&'static str> {
    if report.was_refused() {
        Some(
            "The service refuses every letter for the same reason, so the run was stopped. Fix it, then run `letterform apply`.",
        )
    } else if !report.may_continue() {
        None
    } else if report.from_saved_plan {
        Some("Create a new plan with `letterform plan --out FILE` and apply it: letters that exist are left alone.")
    } else {
        Some("Run `letterform apply` again: letters that exist are left alone, and missing ones are created.")
    }
}

fn of_accounts<T>(
    accounts: &Accounts<T>,
    render: impl Fn(&T) -> String,
    done: &'static str,
    what: &str,
    counts: &[Count],
) -> String {
    let all = match accounts {
        Accounts::Single(one) => return render(one),
        Accounts::Workspace(all) => all,
    };
    let mut out = each_account(all, render);
    let failed = accounts.failed().count();
    let good = all.len() - failed;
    let of_all = [(good, done, Style::new()), (failed, "failed", style::ERROR)];
    let heading = paint(style::STRONG, "All accounts:");
    let _ = writeln!(out, "{heading} {}; {what}: {}.", counted(&of_all), counted(counts));
    out
}

/// What there is of each account, or why there is nothing.
pub(super) fn each_account<T>(all: &[AccountResult<T>], render: impl Fn(&T) -> String) -> String {
    let mut out = String::new();
    for AccountResult { account, result } in all {
        let _ = writeln!(out, "{} {account}", paint(style::STRONG, "Account"));
        match result {
            Ok(result) => out.push_str(&render(result)),
            Err(_) => out.push_str(&account_failed()),
        }
        out.push('\n');
    }
    out
}

/// The text for an account that failed. Standard error has the error itself, printed in full when
/// it happened.
fn account_failed() -> String {
    format!("{} see the error on standard error\n", paint(style::ERROR, "failed:"))
}

/// The letters that are listed at the end, in few lines.
#[derive(Default)]
struct Quiet<'a> {
    unchanged: usize,
    unmanaged: Vec<(&'a Untrusted, &'a Standing)>,
}

impl Quiet<'_> {
    fn write(&self, out: &mut String) {
        if self.unmanaged.is_empty() {
            return;
        }
        let _ = writeln!(out, "  {}", paint(style::STRONG, "Not declared, left alone:"));
        let column = self.unmanaged.iter().take(SHOWN).map(|(name, _)| width(&name.to_string())).max().unwrap_or(0);
        for (name, there) in self.unmanaged.iter().take(SHOWN) {
            let gap = " ".repeat(column.saturating_sub(width(&name.to_string())) + 2);
            let _ = writeln!(out, "  {} {name}{gap}{}", paint(style::DIM, "?"), paint(style::DIM, &standing(there)));
        }
        if self.unmanaged.len() > SHOWN {
            let _ = writeln!(out, "    and {} more", self.unmanaged.len() - SHOWN);
        }
        out.push('\n');
    }
}

/// The letters of the service's answer that can't be read.
fn unreadable(out: &mut String, letters: &[UnreadableLetter]) {
    if letters.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {}", paint(style::ERROR, &format!("{}:", unreadable::count(letters))));
    for line in unreadable::lines(letters) {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "  {}\n", unreadable::ADVICE);
}

fn creation(out: &mut String, desired: &DesiredLetter, warnings: &[&Warning]) {
    let letter = &desired.letter;
    headline(out, '+', style::CREATE, letter.name.as_str(), Some(&desired.source), "");
    field(out, "authorizer", &visible(letter.authorizer.as_str()));
    field(out, "authorizedParty", &visible(letter.authorized_party.as_str()));
    field(out, "organizationCode", &visible(letter.organization_code.as_str()));
    field(out, "validity", &letter.validity.to_string());
    let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
    field(out, "signatures", &wrapped(&signatures));
    match &letter.picture {
        Picture::FileKey(key) => field(out, "fileKey", key.as_str()),
        Picture::Scan(scan) => {
            let digest = paint(style::DIM, &format!("sha256:{:.12}…", scan.digest.to_string()));
            field(out, "scan", &format!("{}  {digest}", visible(&scan.path)));
        }
    }
    for warning in warnings {
        let _ = writeln!(out, "{INDENT}{} {}", paint(style::WARNING, "warning:"), of_one(warning));
    }
    out.push('\n');
}

fn headline(out: &mut String, sign: char, style: Style, name: &str, source: Option<&Source>, about: &str) {
    let _ = write!(out, "  {style}{sign} {}{style:#}", visible(name));
    if !about.is_empty() {
        let _ = write!(out, "  {about}");
    }
    if let Some(source) = source {
        let _ = write!(out, "  {}", paint(style::DIM, &source.to_string()));
    }
    out.push('\n');
}

fn field(out: &mut String, name: &str, content: &str) {
    let _ = writeln!(out, "{INDENT}{name:<FIELD_WIDTH$}{content}");
}

/// A list on as many lines as it takes, each beginning in the column of contents.
fn wrapped(items: &[&str]) -> String {
    let start = INDENT.len() + FIELD_WIDTH;
    let mut out = String::new();
    let mut column = start;
    for (i, item) in items.iter().enumerate() {
        let item = visible(item);
        let separator = if i + 1 < items.len() { "," } else { "" };
        let needed = width(&item) + separator.len();
        if i > 0 && column + 1 + needed > LINE_WIDTH {
            let _ = write!(out, "\n{:start$}", "");
            column = start;
        } else if i > 0 {
            out.push(' ');
            column += 1;
        }
        let _ = write!(out, "{item}{separator}");
        column += needed;
    }
    out
}

fn conflict(out: &mut String, differences: &[Difference]) {
    for difference in differences {
        let _ = writeln!(out, "{INDENT}{}", difference.field);
        for line in difference::lines(difference) {
            let style = match line.side {
                Side::Existing => style::REMOVED,
                Side::Declared => style::ADDED,
                Side::Both => Style::new(),
            };
            let _ = write!(out, "{INDENT}  {style}{} ", line.side.sign());
            for (marked, piece) in &line.pieces {
                let marked = if *marked && line.pieces.len() > 1 { style.bold().underline() } else { style };
                let _ = write!(out, "{style:#}{marked}{piece}{marked:#}");
            }
            let note = match line.side {
                Side::Existing => "registered",
                Side::Declared => "declared",
                Side::Both => "",
            };
            let _ = writeln!(
                out,
                "{style:#}{}",
                if note.is_empty() { String::new() } else { paint(style::DIM, &format!("  ({note})")) }
            );
        }
    }
    let _ = writeln!(out, "{INDENT}{CONFLICT_ADVICE}\n");
}

fn standing(standing: &Standing) -> String {
    let id = standing.id.map(|id| format!("id {id}"));
    let parts = [id, Some(standing.state.to_string()), Some(standing.status.to_string())];
    let parts: Vec<String> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// A warning about a letter that is named before it.
fn of_one(warning: &Warning) -> String {
    match &warning.rule {
        Some(rule) => format!("{} [{rule}]", warning.message),
        None => format!("{} [{}]", warning.message, warning.code.as_ref()),
    }
}

fn warnings(out: &mut String, warnings: &[&Warning]) {
    for line in folded(warnings) {
        let line = match line {
            WarningLine::One(warning) => format!("{}: {}", warning.name, of_one(warning)),
            WarningLine::Many(code, names, count) => {
                let names: Vec<String> = names.into_iter().map(ToString::to_string).collect();
                format!("{count} {}: {} [{}]", code.about_many(), and_more(&names, count), code.as_ref())
            }
        };
        let _ = writeln!(out, "{} {line}", paint(style::WARNING, "warning:"));
    }
    if !warnings.is_empty() {
        out.push('\n');
    }
}

/// The warnings about letters to create, shown before the question whether to create them: empty
/// without any.
pub fn warnings_of_creates<'p>(plans: impl IntoIterator<Item = &'p Plan>) -> String {
    let all: Vec<&Warning> = plans.into_iter().flat_map(Plan::warnings_of_creates).collect();
    let mut out = String::new();
    for warning in all.iter().take(SHOWN) {
        let _ = writeln!(out, "{} {}: {}", paint(style::WARNING, "warning:"), warning.name, of_one(warning));
    }
    if all.len() > SHOWN {
        let _ = writeln!(out, "{} {} more above", paint(style::WARNING, "warning:"), all.len() - SHOWN);
    }
    out
}

fn reported(out: &mut String, letter: &ReportedLetter) {
    let name = letter.planned.name();
    let source = letter.planned.source();
    match &letter.outcome {
        LetterOutcome::Created { id, request_id, confirmed_by } => {
            let id = id.map(|id| format!("id {id}"));
            let request = request_id.as_ref().map(|id| format!("RequestId {id}"));
            let lookup = (*confirmed_by == Confirmation::Lookup)
                .then(|| "its answer was lost; a look-up shows it as declared".to_owned());
            let about: Vec<String> =
                ["created".to_owned()].into_iter().chain([id, request, lookup].into_iter().flatten()).collect();
            headline(out, '+', style::CREATE, name, None, &about.join(" · "));
        }
        LetterOutcome::Conflict { id, differences } => {
            let planned = match &letter.planned {
                PlannedLetter::Conflict(_, differences) => differences,
                _ => differences,
            };
            let about = standing(&Standing { id: *id, ..Standing::default() });
            headline(out, '!', style::CONFLICT, name, source, format!("conflict {about}").trim_end());
            conflict(out, planned);
        }
        LetterOutcome::Skipped { reason: SkipReason::Interrupted } => {
            headline(out, '-', style::WARNING, name, source, "not begun: the run was interrupted");
        }
        LetterOutcome::Skipped { reason: SkipReason::RefusedForAll } => {
            headline(out, '-', style::WARNING, name, source, "not begun: the service refuses every letter");
        }
        LetterOutcome::Skipped { reason: SkipReason::Unreadable } => {
            headline(out, 'x', style::ERROR, name, source, "not begun: it may be a letter that can't be read");
        }
        LetterOutcome::Unchanged { id: Some(id) } => {
            headline(out, '=', style::DIM, name, source, &format!("already exists as declared · id {id}"));
        }
        LetterOutcome::Unchanged { id: None }
        | LetterOutcome::Skipped { reason: SkipReason::Unmanaged }
        | LetterOutcome::Failed { .. }
        | LetterOutcome::Unknown { .. } => {}
    }
}

/// A letter that was not created, or is not known to be; its reason unless that was told before.
fn failed(out: &mut String, letter: &ReportedLetter, failure: &Failure, is_new: bool) {
    let word = if matches!(letter.outcome, LetterOutcome::Unknown { .. }) { "unknown: it may exist" } else { "failed" };
    let request = failure.request_id.as_ref().map(|id| format!(" · RequestId {id}"));
    let same = if is_new { "" } else { " · for the same reason" };
    let about = format!("{word}{}{same}", request.unwrap_or_default());
    headline(out, 'x', style::ERROR, letter.planned.name(), letter.planned.source(), &about);
    if is_new {
        let _ = writeln!(out, "{INDENT}{}", failure.message);
        if let Some(help) = &failure.help {
            let _ = writeln!(out, "{INDENT}{} {}", paint(style::STRONG, "help:"), help);
        }
    }
}

/// `3 created, 1 failed`: the first count always, the others unless they are 0.
fn counted(counts: &[Count]) -> String {
    let shown = counts.iter().enumerate().filter(|(i, (count, ..))| *i == 0 || *count > 0);
    let parts: Vec<String> = shown
        .map(|(_, (count, what, style))| {
            let text = format!("{count} {what}");
            if *count > 0 { paint(*style, &text) } else { text }
        })
        .collect();
    parts.join(", ")
}
