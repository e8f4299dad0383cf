//! Plans, reports and lists as GitHub-flavoured markdown, for a pull request or an issue. What
//! needs a decision comes first.

mod conflict;
mod escape;
mod list;
mod page;
mod plan;
mod proofread;
mod report;
mod status;

use self::{
    escape::{code, html, inline, inlines},
    page::{Page, Part},
};
use super::warnings::{self, WarningLine, and_more};
use crate::{
    accounts::Accounts,
    apply::{Report, ReportSummary},
    checkout::Checkout,
    escape::Untrusted,
    letter::{AccountName, Source},
    plan::{Plan, PlanSummary, Warning},
};

pub use self::{list::list, page::LIMIT, proofread::proof, status::status};

/// More entries than this are folded.
const MANY: usize = 30;
/// How many signatures of a letter are shown at once.
const SIGNATURES: usize = 12;

/// How comments are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentOptions {
    /// The repository from whose root files are named, and at which they are linked.
    pub checkout: Checkout,
    /// The most characters of a comment, as GitHub counts them.
    pub limit: usize,
}

impl Default for CommentOptions {
    fn default() -> Self {
        Self { checkout: Checkout::default(), limit: LIMIT }
    }
}

/// The mark by which a later run finds its comment and updates it: the first line. Each account has
/// a comment of its own.
fn marker(account: Option<&AccountName>) -> String {
    account.map_or_else(|| "<!-- letterform -->".to_owned(), |account| format!("<!-- letterform account={account} -->"))
}

fn page_of<'o>(account: Option<&AccountName>, counts: &str, options: &'o CommentOptions) -> Page<'o> {
    let name = account.map_or_else(String::new, |account| format!(" {}", inline(account.as_str())));
    Page::new(format!("{}\n## letterform{name}: {counts}\n\n", marker(account)), options)
}

/// Plans as a comment.
pub fn plan(plans: &Accounts<Plan>, options: &CommentOptions) -> String {
    let counts = |plan: &Plan| planned(plan.summary());
    comment(plans, options, &planned(plans.summary()), |plan| plan.account.as_ref(), counts, plan::add)
}

/// Reports as a comment.
pub fn report(reports: &Accounts<Report>, options: &CommentOptions) -> String {
    let counts = |report: &Report| applied(report.summary());
    comment(reports, options, &applied(reports.summary()), |report| report.account.as_ref(), counts, report::add)
}

/// One account, or each account of a workspace under a heading of its own.
fn comment<T>(
    accounts: &Accounts<T>,
    options: &CommentOptions,
    counts: &str,
    account: impl Fn(&T) -> Option<&AccountName>,
    counts_of: impl Fn(&T) -> String,
    add: impl Fn(&mut Page<'_>, &T),
) -> String {
    let mut page = match accounts {
        Accounts::Single(one) => page_of(account(one), counts, options),
        Accounts::Workspace(_) => page_of(None, counts, options),
    };
    add_failures(&mut page, accounts);
    for (account, result) in accounts.each() {
        let Ok(result) = result else { continue };
        if let Some(account) = account {
            page.text(format!("## {}: {}\n\n", inline(account.as_str()), counts_of(result)));
        }
        add(&mut page, result);
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
fn add_failures<T>(page: &mut Page<'_>, accounts: &Accounts<T>) {
    let failed = accounts.failed().map(|(account, failure)| {
        let request =
            failure.request_id.as_ref().map_or(String::new(), |id| format!(" (RequestId {})", inline(id.0.raw())));
        format!("- {}: {}{request}\n", strong(account.as_str()), inline(failure.message.raw()))
    });
    section(page, "Accounts that failed", "", failed.collect());
}

/// Signatures in a cell of a table, the first of them at once.
fn listed(signatures: &[&str]) -> String {
    if signatures.len() <= SIGNATURES {
        return inlines(signatures);
    }
    let (first, rest) = signatures.split_at(SIGNATURES);
    format!("{} <details><summary>and {} more</summary>{}</details>", inlines(first), rest.len(), inlines(rest))
}

fn add_warnings(page: &mut Page<'_>, warnings: &[&Warning]) {
    let line = |line| match line {
        WarningLine::One(warning) => format!("- {}: {}\n", strong(warning.name.raw()), of_one(warning)),
        WarningLine::Many(code, names, count) => {
            let names: Vec<String> = names.into_iter().map(|name| inline(name.raw())).collect();
            format!("- {count} {}: {} (`{}`)\n", code.about_many(), and_more(&names, count), code.as_ref())
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
    let code = warning.rule.as_ref().map_or(warning.code.as_ref(), Untrusted::raw);
    format!("{} (`{}`)", inline(warning.message.raw()), self::code(code))
}

/// A place in a paragraph or a cell, named from the root of the repository and linked where the
/// forge has it.
fn place(checkout: &Checkout, source: &Source) -> String {
    let text = inline(&format!("{}:{}", checkout.name(&source.file), source.line));
    linked(text, checkout.link(&source.file, Some(source.line)))
}

/// A text that is markdown already, as a link. An address has no character that could end it.
fn linked(text: String, address: Option<String>) -> String {
    match address {
        Some(address) => format!("[{text}]({address})"),
        None => text,
    }
}

fn section(page: &mut Page<'_>, title: &str, head: &str, items: Vec<String>) {
    page.part(Part { title: title.to_owned(), head: format!("### {title}\n\n{head}"), items, foot: "\n" });
}

fn folded(page: &mut Page<'_>, title: &str, head: &str, items: Vec<String>) {
    let summary = format!("<details><summary><b>{title}</b> ({})</summary>\n\n{head}", items.len());
    page.part(Part { title: title.to_owned(), head: summary, items, foot: "\n</details>\n\n" });
}

/// A name that stands out. Asterisks would not do beside every character.
fn strong(name: &str) -> String {
    format!("<b>{}</b>", inline(name))
}

#[cfg(test)]
mod tests;
