//! Plans and reports as GitHub-flavoured markdown, for a pull request.

use std::fmt::Write;

use super::{difference, text::CONFLICT_ADVICE};
use crate::escape::{shorten, visible};
use crate::{
    accounts::{AccountResult, Accounts},
    apply::{Confirmation, LetterOutcome, Report, ReportSummary, SkipReason},
    letter::{AccountName, Picture},
    plan::{Difference, Plan, PlanSummary, PlannedLetter},
};

/// The most characters that a comment on GitHub takes.
pub const LIMIT: usize = 65_536;

/// The mark by which a later run finds its comment and updates it: the first line. Each account has a comment of its own.
fn marker(account: Option<&AccountName>) -> String {
    account.map_or_else(|| "<!-- letterform -->".to_owned(), |account| format!("<!-- letterform account={account} -->"))
}

/// What names the account in a headline.
fn of_account(account: Option<&AccountName>) -> String {
    account.map_or_else(String::new, |account| format!(" {}", inline(account.as_str())))
}

/// A plan as a comment.
pub fn plan(plan: &Plan) -> String {
    let mut page = Page::new(plan.account.as_ref(), &planned(plan.summary()));
    add_plan(&mut page, plan);
    page.finish()
}

/// The plans of the accounts of a workspace as one comment.
pub fn plans(plans: &Accounts<Plan>) -> String {
    let mut page = Page::new(None, &planned(plans.summary()));
    add_accounts(&mut page, plans, |plan| planned(plan.summary()), add_plan);
    page.finish()
}

fn planned(summary: PlanSummary) -> String {
    format!(
        "{} to create, {} unchanged, {} in conflict, {} unmanaged",
        summary.create, summary.unchanged, summary.conflict, summary.unmanaged
    )
}

/// Each account under a heading of its own; what failed comes first, as nobody must miss it.
fn add_accounts<T>(
    page: &mut Page,
    accounts: &Accounts<T>,
    counts: impl Fn(&T) -> String,
    add: impl Fn(&mut Page, &T),
) {
    let failed: Vec<String> = accounts
        .failed()
        .map(|(account, failure)| {
            let request =
                failure.request_id.as_ref().map_or(String::new(), |id| format!(" (RequestId {})", inline(&id.0)));
            format!("- **{}**: {}{request}\n", inline(account.as_str()), inline(&failure.message))
        })
        .collect();
    if !failed.is_empty() {
        page.section("### Accounts that failed\n\n", &failed, "\n");
    }
    for AccountResult { account, result } in &accounts.0 {
        if let Ok(result) = result {
            page.section(&format!("## {}: {}\n\n", inline(account.as_str()), counts(result)), &[String::new()], "");
            add(page, result);
        }
    }
}

fn add_plan(page: &mut Page, plan: &Plan) {
    let _ = writeln!(page.text, "Letters at `{}`.\n", code(&plan.endpoint));

    let creates: Vec<String> = plan
        .creates()
        .map(|desired| {
            let letter = &desired.letter;
            let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
            let picture = match &letter.picture {
                Picture::FileKey(key) => key.to_string(),
                Picture::Scan(scan) => scan.path.clone(),
            };
            format!(
                "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
                inline(letter.name.as_str()),
                inline(letter.authorizer.as_str()),
                inline(letter.authorized_party.as_str()),
                inline(letter.organization_code.as_str()),
                letter.validity,
                inline(&signatures.join("、")),
                inline(&picture),
                inline(&format!("{}:{}", desired.source.file, desired.source.line)),
            )
        })
        .collect();
    if !creates.is_empty() {
        page.section(
            "### To create\n\n| letter | authorizer | authorized party | code | validity | signatures | picture | declared |\n|---|---|---|---|---|---|---|---|\n",
            &creates, "\n",
        );
    }
    let conflicts: Vec<String> = plan
        .letters
        .iter()
        .filter_map(|letter| match letter {
            PlannedLetter::Conflict(settled, differences) => {
                let about = format!("declared at {}:{}", settled.source.file, settled.source.line);
                Some(conflict(letter.name(), &about, differences))
            }
            _ => None,
        })
        .collect();
    if !conflicts.is_empty() {
        page.section(&format!("### In conflict\n\n{CONFLICT_ADVICE}\n\n"), &conflicts, "\n");
    }
    if creates.is_empty() && conflicts.is_empty() {
        page.text.push_str("Nothing to do: every declared letter exists as declared.\n\n");
    }
    page.warnings(&plan.warnings);
    let unmanaged: Vec<String> = plan
        .letters
        .iter()
        .filter_map(|letter| match letter {
            PlannedLetter::Unmanaged(name, standing) => {
                Some(format!("- {} {} {}\n", inline(name), inline(&standing.state), inline(&standing.status)))
            }
            _ => None,
        })
        .collect();
    if !unmanaged.is_empty() {
        page.section(
            "<details><summary>Letters that are not declared, and left alone</summary>\n\n",
            &unmanaged,
            "\n</details>\n",
        );
    }
}

/// A report as a comment.
pub fn report(report: &Report) -> String {
    let mut page = Page::new(report.account.as_ref(), &applied(report.summary()));
    add_report(&mut page, report);
    page.finish()
}

/// The reports of the accounts of a workspace as one comment.
pub fn reports(reports: &Accounts<Report>) -> String {
    let mut page = Page::new(None, &applied(reports.summary()));
    add_accounts(&mut page, reports, |report| applied(report.summary()), add_report);
    page.finish()
}

fn applied(summary: ReportSummary) -> String {
    format!(
        "{} created, {} unchanged, {} in conflict, {} failed, {} skipped",
        summary.created, summary.unchanged, summary.conflict, summary.failed, summary.skipped
    )
}

fn add_report(page: &mut Page, report: &Report) {
    let _ = writeln!(page.text, "Letters at `{}`.\n", code(&report.endpoint));
    let mut rows = Vec::new();
    let mut conflicts = Vec::new();
    for letter in &report.letters {
        let name = letter.planned.name();
        let (what, request) = match &letter.outcome {
            LetterOutcome::Created { id, request_id, confirmation } => {
                let id = id.map_or_else(|| "created".to_owned(), |id| format!("created, id {id}"));
                let how = if *confirmation == Confirmation::Lookup {
                    " (seen by a look-up; the answer was lost)"
                } else {
                    ""
                };
                (format!("{id}{how}"), request_id.as_ref())
            }
            LetterOutcome::Failed(failure) => (format!("failed: {}", failure.message), failure.request_id.as_ref()),
            LetterOutcome::Skipped(SkipReason::Interrupted) => ("not begun: the run was stopped".to_owned(), None),
            LetterOutcome::Conflict { differences, .. } => {
                let differences = match &letter.planned {
                    PlannedLetter::Conflict(_, planned) => planned,
                    _ => differences,
                };
                conflicts.push(conflict(name, "", differences));
                continue;
            }
            LetterOutcome::Unchanged { .. } | LetterOutcome::Skipped(SkipReason::Unmanaged) => continue,
        };
        let request = request.map_or(String::new(), |id| inline(&id.0));
        rows.push(format!("| {} | {} | {request} |\n", inline(name), inline(&what)));
    }
    if !rows.is_empty() {
        page.section("| letter | outcome | RequestId |\n|---|---|---|\n", &rows, "\n");
    }
    if !conflicts.is_empty() {
        page.section(&format!("### In conflict\n\n{CONFLICT_ADVICE}\n\n"), &conflicts, "\n");
    }
    page.warnings(&report.warnings);
}

fn conflict(name: &str, about: &str, differences: &[Difference]) -> String {
    let mut out = format!("<details><summary>{} {}</summary>\n\n", inline(name), inline(about));
    let mut diff = String::new();
    for difference in differences {
        let _ = writeln!(diff, "@@ {} @@", difference.field);
        for line in difference::lines(difference) {
            let text: String = line.pieces.iter().map(|(_, piece)| piece.as_str()).collect();
            let _ = writeln!(diff, "{}{text}", line.side.sign());
        }
    }
    let fence = "`".repeat(longest_run_of_backticks(&diff).max(2) + 1);
    let _ = write!(out, "{fence}diff\n{diff}{fence}\n\n</details>\n");
    out
}

fn longest_run_of_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A text inside a paragraph or a cell of a table, with nothing in it that markdown or HTML would take for its own.
///
/// Mentions, references and links are made of the finished text, where an escaped character is as good as any other: what
/// keeps them apart is a space of no width.
fn inline(text: &str) -> String {
    const APART: &str = "&#8203;";
    let text = visible(text);
    // `:name:` would become a picture.
    let has_shortcode = text.matches(':').count() > 1;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '|' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            '#' => out.push_str("\\#"),
            c => out.push(c),
        }
        if matches!(c, '@' | '#') || (c == ':' && has_shortcode) {
            out.push_str(APART);
        }
    }
    // A bare address would become a link.
    out.replace("://", ":&#8203;//").replace("www.", "www&#8203;.")
}

/// A text inside single backticks.
fn code(text: &str) -> String {
    visible(text).replace('`', "'")
}

/// How many characters a comment's limit counts.
fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// What a section is called, in its head.
fn title(head: &str) -> String {
    let first = head.lines().next().unwrap_or_default();
    let text = first.trim_start_matches("<details><summary>").split("</summary>").next().unwrap_or_default();
    let text = text.trim_matches(['#', ' ', ':']);
    if text.starts_with('|') { "Outcomes".to_owned() } else { shorten(text, 60) }
}

/// A comment that never grows over the limit: what does not fit is left out, and counted.
struct Page {
    text: String,
    /// What did not fit: of which section, and how many entries.
    left_out: Vec<(String, usize)>,
}

impl Page {
    /// What is kept free for the line that says how much was left out.
    const RESERVE: usize = 1_000;

    fn new(account: Option<&AccountName>, counts: &str) -> Self {
        Self {
            text: format!("{}\n## letterform{}: {counts}\n\n", marker(account), of_account(account)),
            left_out: Vec::new(),
        }
    }

    fn room(&self) -> usize {
        LIMIT.saturating_sub(Self::RESERVE).saturating_sub(length(&self.text))
    }

    /// A head, as many of the items as there is room for, and a foot.
    fn section(&mut self, head: &str, items: &[String], foot: &str) {
        let mut room = self.room().saturating_sub(length(head) + length(foot));
        let fitting = items
            .iter()
            .take_while(|item| {
                let length = length(item);
                let fits = length <= room;
                room = room.saturating_sub(length);
                fits
            })
            .count();
        if fitting < items.len() {
            self.left_out.push((title(head), items.len() - fitting));
        }
        if fitting > 0 {
            self.text.push_str(head);
            self.text.extend(items[..fitting].iter().map(String::as_str));
            self.text.push_str(foot);
        }
    }

    fn warnings(&mut self, warnings: &[crate::plan::Warning]) {
        let items: Vec<String> = warnings
            .iter()
            .map(|warning| {
                format!("- **{}**: {} (`{}`)\n", inline(&warning.name), inline(&warning.message), warning.code.as_str())
            })
            .collect();
        if !items.is_empty() {
            self.section("### Warnings\n\n", &items, "\n");
        }
    }

    fn finish(mut self) -> String {
        /// More sections than this are told in one number.
        const SECTIONS: usize = 8;
        if !self.left_out.is_empty() {
            let told = self
                .left_out
                .iter()
                .take(SECTIONS)
                .map(|(section, count)| format!("{count} of the section “{section}”"));
            let rest: usize = self.left_out.iter().skip(SECTIONS).map(|(_, count)| count).sum();
            let told: Vec<String> = told.chain((rest > 0).then(|| format!("{rest} others"))).collect();
            let told = told.join(", ");
            let _ = writeln!(
                self.text,
                "\n**Shortened**: {told} are left out, as a comment holds {LIMIT} characters; the job's log has them all."
            );
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_value_is_taken_for_markup() {
        assert_eq!(inline("<img src=x> | `a` *b* @team"), "&lt;img src=x&gt; \\| \\`a\\` \\*b\\* @&#8203;team");
        assert_eq!(inline("#12 :tada: a@b.cn"), "\\#&#8203;12 :&#8203;tada:&#8203; a@&#8203;b.cn");
        assert_eq!(inline("a\nb\u{202e}"), "a\\\\nb\\\\u\\{202e\\}");
        assert_eq!(inline("https://evil.example"), "https:&#8203;//evil.example");
    }

    #[test]
    fn a_comment_never_grows_over_the_limit() {
        let mut page = Page::new(None, "many");
        let items: Vec<String> = (0..10_000).map(|i| format!("- 字{i}字字字字字字\n")).collect();
        page.section("### Head\n\n", &items, "\n");
        page.section("### More\n\n", &items, "\n");
        let text = page.finish();
        assert!(length(&text) <= LIMIT, "{}", length(&text));
        assert!(
            text.starts_with("<!-- letterform -->\n") && text.contains("of the section “Head”"),
            "{}",
            &text[text.len() - 400..]
        );
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_diff() {
        assert_eq!(longest_run_of_backticks("a ``` b `` c"), 3);
        assert_eq!(longest_run_of_backticks(""), 0);
    }
}
