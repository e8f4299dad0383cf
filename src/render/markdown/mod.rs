//! Plans and reports as GitHub-flavoured markdown, for a pull request. What needs a decision comes first.

mod escape;
mod page;
mod status;

use std::{collections::HashSet, fmt::Write as _};

use self::{
    escape::{code, html, inline, inlines},
    page::{Page, Part},
};
use super::{
    difference::{self, Side},
    text::{CONFLICT_ADVICE, next_step},
    unreadable,
    warnings::{self, Line, Told, and_more},
};
use crate::{
    accounts::{AccountResult, Accounts},
    apply::{Confirmation, LetterOutcome, Report, ReportSummary, ReportedLetter, SkipReason},
    letter::{AccountName, DesiredLetter, Picture},
    plan::{Difference, Plan, PlanSummary, PlannedLetter, Standing, Warning},
};

pub use self::{page::LIMIT, status::status};

/// More entries than this are folded.
const MANY: usize = 30;
/// How many signatures of a letter are shown at once.
const SIGNATURES: usize = 12;
/// How many lines that both sides have are shown between those that differ.
const SAME: usize = 6;

/// The mark by which a later run finds its comment and updates it: the first line. Each account has a comment of its own.
fn marker(account: Option<&AccountName>) -> String {
    account.map_or_else(|| "<!-- letterform -->".to_owned(), |account| format!("<!-- letterform account={account} -->"))
}

fn page_of(account: Option<&AccountName>, counts: &str) -> Page {
    let name = account.map_or_else(String::new, |account| format!(" {}", inline(account.as_str())));
    Page::new(format!("{}\n## letterform{name}: {counts}\n\n", marker(account)))
}

/// Plans as a comment.
pub fn plan(plans: &Accounts<Plan>) -> String {
    comment(plans, &planned(plans.summary()), |plan| plan.account.as_ref(), |plan| planned(plan.summary()), add_plan)
}

/// Reports as a comment.
pub fn report(reports: &Accounts<Report>) -> String {
    let counts = applied(reports.summary());
    comment(reports, &counts, |report| report.account.as_ref(), |report| applied(report.summary()), add_report)
}

/// One account, or each account of a workspace under a heading of its own.
fn comment<T>(
    accounts: &Accounts<T>,
    counts: &str,
    account: impl Fn(&T) -> Option<&AccountName>,
    counts_of: impl Fn(&T) -> String,
    add: impl Fn(&mut Page, &T),
) -> String {
    let mut page = match accounts {
        Accounts::Single(one) => page_of(account(one), counts),
        Accounts::Workspace(_) => page_of(None, counts),
    };
    match accounts {
        Accounts::Single(one) => add(&mut page, one),
        Accounts::Workspace(all) => {
            add_failures(&mut page, accounts);
            for AccountResult { account, result } in all {
                if let Ok(result) = result {
                    page.text(format!("## {}: {}\n\n", inline(account.as_str()), counts_of(result)));
                    add(&mut page, result);
                }
            }
        }
    }
    page.finish()
}

fn planned(summary: PlanSummary) -> String {
    let unreadable =
        if summary.unreadable == 0 { String::new() } else { format!(", {} unreadable", summary.unreadable) };
    format!(
        "{} to create, {} unchanged, {} in conflict{unreadable}, {} unmanaged",
        summary.create, summary.unchanged, summary.conflict, summary.unmanaged
    )
}

fn applied(summary: ReportSummary) -> String {
    let unknown = if summary.unknown > 0 { format!(" {} unknown,", summary.unknown) } else { String::new() };
    format!(
        "{} created, {} unchanged, {} in conflict, {} failed,{} {} skipped",
        summary.created, summary.unchanged, summary.conflict, summary.failed, unknown, summary.skipped
    )
}

/// What failed comes first, as nobody must miss it.
fn add_failures<T>(page: &mut Page, accounts: &Accounts<T>) {
    let failed = accounts.failed().map(|(account, failure)| {
        let request = failure.request_id.as_ref().map_or(String::new(), |id| format!(" (RequestId {})", inline(&id.0)));
        format!("- {}: {}{request}\n", strong(account.as_str()), inline(&failure.message))
    });
    section(page, "Accounts that failed", "", failed.collect());
}

fn add_plan(page: &mut Page, plan: &Plan) {
    let account = plan.account_id.as_ref().map(|id| format!(" (account {})", inline(id))).unwrap_or_default();
    page.text(format!("Letters at `{}`{account}.\n\n", code(&plan.endpoint)));
    let conflicts = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Conflict(settled, differences) => {
            let about = format!("declared at {}:{}", settled.source.file, settled.source.line);
            Some(conflict(letter.name(), &about, &settled.standing, differences))
        }
        _ => None,
    });
    let conflicts: Vec<String> = conflicts.collect();
    let creates: Vec<&DesiredLetter> = plan.creates().collect();
    if creates.is_empty() && conflicts.is_empty() && plan.summary().unreadable == 0 {
        page.text("Nothing to do: every declared letter exists as declared.\n\n".to_owned());
    }
    section(page, "In conflict", &format!("{CONFLICT_ADVICE}\n\n"), conflicts);
    let told = Told::of(plan);
    add_creates(page, &creates, &told);
    add_unreadable(page, plan);
    add_warnings(page, &told.rest);
    let unmanaged = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Unmanaged(name, standing) => {
            let about = [&standing.state, &standing.status].map(|word| inline(word)).join(" ");
            Some(format!("- {} {about}\n", strong(name)))
        }
        _ => None,
    });
    folded(page, "Letters that are not declared, and left alone", "", unmanaged.collect());
}

/// The letters that can't be read, and the declared ones that may be among them.
fn add_unreadable(page: &mut Page, plan: &Plan) {
    let declared = plan.letters.iter().filter_map(|letter| match letter {
        PlannedLetter::Unreadable(undecided) => {
            let place = inline(&format!("{}:{}", undecided.source.file, undecided.source.line));
            Some(format!("- {} declared at {place}: {}\n", strong(letter.name()), inline(&undecided.problem)))
        }
        _ => None,
    });
    section(page, "Unreadable", &format!("{}\n\n", unreadable::ADVICE), declared.collect());
    let all: Vec<String> =
        unreadable::lines(&plan.unreadable).iter().map(|line| format!("- {}\n", inline(line))).collect();
    if !all.is_empty() {
        folded(page, "Letters that can't be read", "", all);
    }
}

/// What will be registered for good: every field of it, in as few columns as can be read side by side.
fn add_creates(page: &mut Page, creates: &[&DesiredLetter], told: &Told<'_>) {
    let Some(first) = creates.first() else { return };
    let party = &first.letter.authorized_party;
    let is_common = creates.iter().all(|desired| desired.letter.authorized_party == *party);
    let mut head = String::new();
    if is_common {
        let _ = write!(head, "Authorized party: {}\n\n", inline(party.as_str()));
    }
    let column = if is_common { "" } else { " authorized party |" };
    let line = if is_common { "" } else { "---|" };
    let _ = write!(head, "| letter | authorizer |{column} validity | signatures |\n|---|---|{line}---|---|\n");
    let rows =
        creates.iter().map(|desired| create(desired, is_common, told.about(desired.letter.name.as_str()))).collect();
    if creates.len() > MANY {
        let warned = creates.iter().filter(|desired| !told.about(desired.letter.name.as_str()).is_empty()).count();
        if warned > 0 {
            page.text(format!(
                "**{warned} of the {} letters to create have warnings**, beside them.\n\n",
                creates.len()
            ));
        }
        folded(page, "To create", &head, rows);
    } else {
        section(page, "To create", &head, rows);
    }
}

fn create(desired: &DesiredLetter, without_party: bool, warnings: &[&Warning]) -> String {
    let letter = &desired.letter;
    let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
    let picture = match &letter.picture {
        Picture::FileKey(key) => format!("picture {}", inline(key.as_str())),
        Picture::Scan(scan) => format!("scan {}", inline(&scan.path)),
    };
    let party = if without_party { String::new() } else { format!(" {} |", inline(letter.authorized_party.as_str())) };
    let warnings = warnings.iter().fold(String::new(), |mut out, warning| {
        let _ = write!(out, "<br><b>Warning:</b> {}", of_one(warning));
        out
    });
    format!(
        "| {}<br><sub>{}<br>{picture}</sub>{warnings} | {}<br><sub>{}</sub> |{party} {} to {} | {} |\n",
        strong(letter.name.as_str()),
        inline(&format!("{}:{}", desired.source.file, desired.source.line)),
        inline(letter.authorizer.as_str()),
        inline(letter.organization_code.as_str()),
        letter.validity.from(),
        letter.validity.until(),
        listed(&signatures),
    )
}

/// Signatures in a cell of a table, the first of them at once.
fn listed(signatures: &[&str]) -> String {
    if signatures.len() <= SIGNATURES {
        return inlines(signatures);
    }
    let (first, rest) = signatures.split_at(SIGNATURES);
    format!("{} <details><summary>and {} more</summary>{}</details>", inlines(first), rest.len(), inlines(rest))
}

fn add_report(page: &mut Page, report: &Report) {
    page.text(format!("Letters at `{}`.\n\n", code(&report.endpoint)));
    let (mut bad, mut conflicts, mut created) = (Vec::new(), Vec::new(), Vec::new());
    let mut told: HashSet<(&str, &str)> = HashSet::new();
    for letter in &report.letters {
        let name = letter.planned.name();
        match &letter.outcome {
            LetterOutcome::Failed(failure) | LetterOutcome::Unknown(failure) => {
                let request = failure.request_id.as_ref().map_or(String::new(), |id| inline(&id.0));
                let word = if matches!(letter.outcome, LetterOutcome::Unknown(_)) { "unknown: " } else { "" };
                let why = if told.insert((&failure.code, &failure.message)) {
                    let help = failure.help.as_ref().map_or(String::new(), |help| format!("<br>{}", inline(help)));
                    format!("{word}{}{help}", inline(&failure.message))
                } else {
                    format!("{word}for the same reason ({})", inline(&failure.code))
                };
                bad.push(format!("| {} | {why} | {request} |\n", strong(name)));
            }
            LetterOutcome::Skipped(SkipReason::Interrupted) => {
                bad.push(format!("| {} | not begun: the run was interrupted | |\n", strong(name)));
            }
            LetterOutcome::Skipped(SkipReason::Unreadable) => {
                bad.push(format!("| {} | it may be a letter that can't be read | |\n", strong(name)));
            }
            LetterOutcome::Skipped(SkipReason::RefusedForAll) => {
                bad.push(format!("| {} | not begun: the service refuses every letter | |\n", strong(name)));
            }
            LetterOutcome::Conflict { differences, .. } => conflicts.push(reported_conflict(letter, differences)),
            LetterOutcome::Created { id, request_id, confirmation } => {
                let id = id.map_or(String::new(), |id| id.to_string());
                let how = if *confirmation == Confirmation::Lookup {
                    " (seen by a look-up; the answer was lost)"
                } else {
                    ""
                };
                let request = request_id.as_ref().map_or(String::new(), |id| inline(&id.0));
                created.push(format!("| {} | {id}{how} | {request} |\n", strong(name)));
            }
            LetterOutcome::Unchanged { .. } | LetterOutcome::Skipped(SkipReason::Unmanaged) => {}
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

/// A conflict that the plan knew is told by the plan; one that was found while applying, by the report.
fn reported_conflict(letter: &ReportedLetter, found: &[Difference]) -> String {
    match &letter.planned {
        PlannedLetter::Conflict(settled, planned) => {
            let about = format!("declared at {}:{}", settled.source.file, settled.source.line);
            conflict(letter.planned.name(), &about, &settled.standing, planned)
        }
        _ => conflict(letter.planned.name(), "", &Standing::default(), found),
    }
}

fn add_warnings(page: &mut Page, warnings: &[&Warning]) {
    let line = |line| match line {
        Line::One(warning) => format!("- {}: {}\n", strong(&warning.name), of_one(warning)),
        Line::Many(code, names, count) => {
            let names: Vec<String> = names.into_iter().map(inline).collect();
            format!("- {count} {}: {} (`{}`)\n", code.about_many(), and_more(&names, count), code.as_str())
        }
    };
    let items: Vec<String> = warnings::folded(warnings).into_iter().map(line).collect();
    if items.len() > MANY {
        folded(page, "Warnings", "", items);
    } else {
        section(page, "Warnings", "", items);
    }
}

/// A warning about a letter that is named before it.
fn of_one(warning: &Warning) -> String {
    let code = warning.rule.as_deref().unwrap_or(warning.code.as_str());
    format!("{} (`{}`)", inline(&warning.message), self::code(code))
}

fn section(page: &mut Page, title: &str, head: &str, items: Vec<String>) {
    page.part(Part { title: title.to_owned(), head: format!("### {title}\n\n{head}"), items, foot: "\n" });
}

fn folded(page: &mut Page, title: &str, head: &str, items: Vec<String>) {
    let summary = format!("<details><summary><b>{title}</b> ({})</summary>\n\n{head}", items.len());
    page.part(Part { title: title.to_owned(), head: summary, items, foot: "\n</details>\n\n" });
}

/// A name that stands out. Asterisks would not do beside every character.
fn strong(name: &str) -> String {
    format!("<b>{}</b>", inline(name))
}

fn conflict(name: &str, about: &str, standing: &Standing, differences: &[Difference]) -> String {
    let id = standing.id.map_or(String::new(), |id| format!("id {id}"));
    let about: Vec<&str> =
        [about, id.as_str(), &standing.state, &standing.status].into_iter().filter(|text| !text.is_empty()).collect();
    let mut out = format!("<details><summary><b>{}</b> {}</summary>\n\n", html(name), html(&about.join(" · ")));
    let diff = diff(differences);
    let fence = "`".repeat(longest_run_of_backticks(&diff).max(2) + 1);
    let _ = write!(out, "{fence}diff\n{diff}{fence}\n\n</details>\n");
    out
}

fn diff(differences: &[Difference]) -> String {
    let mut diff = String::new();
    for difference in differences {
        let _ = writeln!(diff, "@@ {} @@", difference.field);
        let lines = difference::lines(difference);
        let same = lines.iter().filter(|line| line.side == Side::Both).count();
        let mut shown = 0;
        for line in lines {
            if line.side == Side::Both {
                shown += 1;
                if shown > SAME {
                    continue;
                }
            }
            let text: String = line.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
            let _ = writeln!(diff, "{}{text}", line.side.sign());
        }
        if same > SAME {
            let _ = writeln!(diff, " … and {} more on both sides", same - SAME);
        }
    }
    diff
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
