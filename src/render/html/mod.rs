//! A page to look at: what ends when, which signatures are covered, what is in conflict, and every
//! letter. One file that needs nothing else, and from which nothing can be run but what is in it.

mod attention;
mod conflicts;
mod coverage;
mod letters;
mod level;
mod reviews;
mod scale;
mod text;
mod timeline;
mod words;

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use self::words::Lang;
use self::{level::Level, text::shown, words::Words};
use crate::{
    accounts::AccountFailure,
    escape::Untrusted,
    inventory::{Inventory, PlanAction},
    letter::AccountName,
    status::Status,
};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// The most entries of a list that are printed on paper.
const ON_PAPER: usize = 100;

/// The letters of one account, or of the only one.
pub struct Section<'a> {
    /// The account, where there is a workspace.
    pub account: Option<&'a AccountName>,
    /// Where the letters are.
    pub endpoint: Option<&'a Untrusted>,
    /// The letters, or why nobody knows.
    pub inventory: Result<&'a Inventory<'a>, &'a AccountFailure>,
    /// What became of the letters' signatures, if that was asked for.
    pub status: Option<&'a Status>,
}

/// The page, as of a day. A letter that ends within `soon` days and has no successor needs
/// attention.
pub fn page(sections: &[Section<'_>], today: Date, soon: u32, lang: Lang) -> String {
    let words = lang.words();
    let total: usize = sections.iter().filter_map(|section| section.inventory.ok()).map(|all| all.entries.len()).sum();
    let style = style(sections, today, words);
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy(&style));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("letterform ", env!("CARGO_PKG_VERSION")));
                title { (words.title) " · " (today) }
                style { (PreEscaped(&style)) }
            }
            body {
                a.skip href="#letters-0" { (words.skip) }
                header {
                    h1 { (words.title) }
                    p.meta { (words.as_of) " " time datetime=(today) { ((words.date)(today)) } " · " ((words.count)(total)) }
                }
                main {
                    @if sections.len() > 1 { (overview(sections, soon, words)) }
                    @for (index, section) in sections.iter().enumerate() { (section_of(index, section, soon, words)) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// The style sheet: what all pages have, and what is drawn behind the bars of this one.
fn style(sections: &[Section<'_>], today: Date, words: &Words) -> String {
    let mut style = STYLE.to_owned();
    for (index, section) in sections.iter().enumerate() {
        if let Ok(inventory) = section.inventory {
            style.push_str(&timeline::scale(inventory).rule(index, today));
        }
    }
    // On a phone each cell of the table says what it is.
    style.push_str("@media screen and (max-width:46rem){");
    for (index, (head, _)) in letters::heads(words).iter().enumerate().skip(1) {
        let _ = write!(style, "table.letters td:nth-child({})::before{{content:\"{head} \"}}", index + 1);
    }
    style.push_str("}\n");
    style
}

/// Nothing may be loaded, and nothing run or styled but what the page itself has.
fn policy(style: &str) -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(style),
        digest(SCRIPT)
    )
}

/// The accounts at a glance; those that could not be asked first, as nobody must miss them.
fn overview(sections: &[Section<'_>], soon: u32, words: &Words) -> Markup {
    let mut all: Vec<_> = sections.iter().enumerate().collect();
    all.sort_by_key(|(_, section)| section.inventory.is_ok());
    html! {
        section aria-labelledby="accounts" {
            h2 #accounts { (words.accounts) }
            div.wide tabindex="0" role="group" aria-label=(words.accounts) { table.accounts {
                thead { tr {
                    th scope="col" { (words.account) }
                    @for head in [words.create, words.unchanged, words.conflict, words.unmanaged, &(words.ending)(soon)] { th scope="col" { (head) } }
                } }
                tbody { @for (index, section) in all { tr {
                    th scope="row" { a href={ "#account-" (index) } { (section.account.map_or_else(String::new, |account| shown(account.as_str()))) } }
                    @match section.inventory {
                        Ok(inventory) => { @for (class, _, count) in counts(inventory, soon, words) { td class={ "number " (class) } { (count) } } },
                        Err(_) => { td.conflict colspan="5" { (words.failed_short) } },
                    }
                } } }
            } }
        }
    }
}

fn section_of(index: usize, section: &Section<'_>, soon: u32, words: &Words) -> Markup {
    let account = section.account.map(|_| format!("account-{index}"));
    html! {
        section class={ "account scale-" (index) } aria-labelledby=[account.as_deref()] {
            @if let (Some(account), Some(id)) = (section.account, account.as_deref()) {
                (Level::Two.heading(Some(id), &html! { (words.account) " " strong { (shown(account.as_str())) } }))
            }
            @if let Some(endpoint) = section.endpoint { p.meta { (words.endpoint) " " code { (endpoint) } } }
            @match section.inventory {
                Err(failure) => p.failed { strong { (words.failed) } " " (shown(failure.message.raw()))
                    @if let Some(request) = &failure.request_id { " RequestId " code { (shown(request.0.raw())) } }
                },
                Ok(inventory) if inventory.entries.is_empty() => p.quiet id={ "letters-" (index) } { (words.no_letters) },
                Ok(inventory) => (parts(index, account.as_deref(), (inventory, section.status), soon, words)),
            }
        }
    }
}

/// The parts of an account's section, each with its heading.
fn parts(
    index: usize,
    account: Option<&str>,
    (inventory, status): (&Inventory<'_>, Option<&Status>),
    soon: u32,
    words: &Words,
) -> Markup {
    let scale = timeline::scale(inventory);
    let level = if account.is_some() { Level::Three } else { Level::Two };
    let mut parts = vec![
        ("attention", words.attention, attention::of(inventory, index, soon, words)),
        ("timeline", words.timeline, timeline::of(inventory, &scale, soon, words)),
        ("coverage", words.coverage, coverage::of(inventory, &scale, words)),
        ("conflicts", words.conflicts, conflicts::of(inventory, level.below(), words)),
        ("letters", words.letters, letters::of(index, inventory, words)),
    ];
    if let Some(status) = status {
        parts.insert(1, ("reviews", words.reviews, reviews::of(status, words)));
    }
    // With several accounts, a part's name alone would not tell whose it is.
    let labelled = |id: &str| account.map_or_else(|| id.to_owned(), |account| format!("{id} {account}"));
    let contents = format!("contents-{index}");
    html! {
        dl.counts { @for (class, name, count) in counts(inventory, soon, words) {
            // Nothing to look at has no colour.
            div class=[(count > 0).then_some(class)] { dt { (name) } dd { (count) } }
        } }
        nav aria-labelledby=(labelled(&contents)) {
            span.unseen id=(contents) { (words.contents) }
            @for (id, name, _) in &parts { a href={ "#" (id) "-" (index) } { (name) } }
        }
        @for (id, name, part) in parts {
            @let id = format!("{id}-{index}");
            section.part aria-labelledby=(labelled(&id)) { (level.heading(Some(&id), &html! { (name) })) (part) }
        }
    }
}

/// What is said on paper of a list that is too long for it.
fn rest_on_paper(count: usize, words: &Words) -> Markup {
    html! { @if count > ON_PAPER { p.on-paper { ((words.on_paper)(ON_PAPER, count)) } } }
}

/// What there is of each action, and of what ends soon.
fn counts(inventory: &Inventory<'_>, soon: u32, words: &Words) -> [(&'static str, String, usize); 5] {
    let of = |action| inventory.entries.iter().filter(|entry| entry.action() == action).count();
    [
        ("create", words.create.to_owned(), of(PlanAction::Create)),
        ("unchanged", words.unchanged.to_owned(), of(PlanAction::Unchanged)),
        ("conflict", words.conflict.to_owned(), of(PlanAction::Conflict)),
        ("unmanaged", words.unmanaged.to_owned(), of(PlanAction::Unmanaged)),
        ("soon", (words.ending)(soon), attention::ending(inventory, soon)),
    ]
}

#[cfg(test)]
mod tests;
