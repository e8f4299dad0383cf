//! A page to look at: what ends when, which signatures are covered, what is in conflict, and every letter. One file that needs
//! nothing else, and from which nothing can be run but what is in it.

mod coverage;
mod letters;
mod timeline;
mod words;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

pub use self::words::Lang;
use self::words::Words;
use crate::{
    accounts::AccountFailure,
    escape::visible,
    inventory::{Action, Entry, Inventory, Outlook, ScanKnowledge},
    letter::AccountName,
};

const STYLE: &str = include_str!("report.css");
const SCRIPT: &str = include_str!("report.js");

/// A letter that ends within this many days and has no successor needs attention.
const SOON: i32 = 90;

/// The letters of one account, or of the only one.
pub struct Section<'a> {
    /// The account, where there is a workspace.
    pub account: Option<&'a AccountName>,
    /// Where the letters are.
    pub endpoint: &'a str,
    /// The letters, or why nobody knows.
    pub inventory: Result<&'a Inventory<'a>, &'a AccountFailure>,
}

/// The page, as of a day.
#[must_use]
pub fn page(sections: &[Section<'_>], today: Date, lang: Lang) -> String {
    let words = lang.words();
    let total: usize = sections.iter().filter_map(|section| section.inventory.ok()).map(|all| all.entries.len()).sum();
    let page = html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy());
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content=(concat!("letterform ", env!("CARGO_PKG_VERSION")));
                title { (words.title) " · " (today) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                a.skip href="#letters-0" { (words.skip) }
                header {
                    h1 { (words.title) }
                    p.meta { (words.as_of) " " time datetime=(today) { (today) } " · " ((words.count)(total)) }
                }
                main {
                    @for (index, section) in sections.iter().enumerate() { (section_of(index, section, today, words)) }
                }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    page.into_string()
}

/// Nothing may be loaded, and nothing run or styled but what the page itself has.
fn policy() -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}

/// A text from YAML or from the service, with nothing in it that hides or turns.
fn shown(text: &str) -> String {
    visible(text).into_owned()
}

fn section_of(index: usize, section: &Section<'_>, today: Date, words: &Words) -> Markup {
    let id = |name: &str| format!("{name}-{index}");
    let inventory = match section.inventory {
        Ok(inventory) => inventory,
        Err(failure) => {
            return html! {
                section.account {
                    (heading(section, words))
                    p.failed { strong { (words.failed) } " " (shown(&failure.message))
                        @if let Some(request) = &failure.request_id { " RequestId " code { (shown(&request.0)) } }
                    }
                }
            };
        }
    };
    html! {
        section.account {
            (heading(section, words))
            (counts(inventory, words))
            nav aria-label=(words.contents) {
                a href={ "#" (id("attention")) } { (words.attention) }
                a href={ "#" (id("timeline")) } { (words.timeline) }
                a href={ "#" (id("coverage")) } { (words.coverage) }
                a href={ "#" (id("conflicts")) } { (words.conflicts) }
                a href={ "#" (id("letters")) } { (words.letters) }
            }
            section aria-labelledby=(id("attention")) { h2 id=(id("attention")) { (words.attention) } (attention(inventory, words)) }
            section aria-labelledby=(id("timeline")) {
                h2 id=(id("timeline")) { (words.timeline) }
                (timeline::of(inventory, today, words))
            }
            section aria-labelledby=(id("coverage")) {
                h2 id=(id("coverage")) { (words.coverage) }
                (coverage::of(inventory, words))
            }
            section aria-labelledby=(id("conflicts")) {
                h2 id=(id("conflicts")) { (words.conflicts) }
                (coverage::conflicts(inventory, words))
            }
            section aria-labelledby=(id("letters")) {
                h2 id=(id("letters")) tabindex="-1" { (words.letters) }
                (letters::of(index, inventory, words))
            }
        }
    }
}

fn heading(section: &Section<'_>, words: &Words) -> Markup {
    html! {
        @if let Some(account) = section.account { p.account-name { (words.account) " " strong { (shown(account.as_str())) } } }
        @if !section.endpoint.is_empty() { p.meta { (words.endpoint) " " code { (shown(section.endpoint)) } } }
    }
}

fn counts(inventory: &Inventory<'_>, words: &Words) -> Markup {
    let of = |action| inventory.entries.iter().filter(|entry| entry.action() == action).count();
    let all =
        [Action::Create, Action::Unchanged, Action::Conflict, Action::Unmanaged].map(|action| (action, of(action)));
    html! {
        dl.counts {
            @for (action, count) in all {
                div class=(action.as_str()) { dt { (action_word(action, words)) } dd { (count) } }
            }
        }
    }
}

fn action_word(action: Action, words: &Words) -> &'static str {
    match action {
        Action::Create => words.create,
        Action::Unchanged => words.unchanged,
        Action::Conflict => words.conflict,
        Action::Unmanaged => words.unmanaged,
    }
}

fn scan_word(scan: ScanKnowledge, words: &Words) -> &'static str {
    match scan {
        ScanKnowledge::Known => words.known,
        ScanKnowledge::Unknown => words.unknown,
        ScanKnowledge::Differs => words.differs,
        ScanKnowledge::Missing => words.missing,
    }
}

/// Whether a letter ends soon, or has ended not long ago, with nothing after it.
fn ends_soon(entry: &Entry<'_>, today: Date) -> Option<(Date, i32)> {
    let (until, left) = (entry.validity()?.until(), entry.days_left(today)?);
    ((-SOON..=SOON).contains(&left) && entry.successor.is_none()).then_some((until, left))
}

fn attention(inventory: &Inventory<'_>, words: &Words) -> Markup {
    const SHOWN: usize = 12;
    let today = inventory.today;
    let conflicts = inventory.entries.iter().filter(|entry| entry.action() == Action::Conflict);
    let mut items: Vec<(&str, String)> = conflicts.map(|entry| (entry.name(), words.conflict.to_owned())).collect();
    let mut ending: Vec<_> =
        inventory.entries.iter().filter_map(|entry| Some((ends_soon(entry, today)?, entry.name()))).collect();
    ending.sort_unstable();
    items.extend(ending.into_iter().map(|((until, left), name)| (name, (words.ends)(until, left))));
    let coverage = inventory.coverage();
    items.extend(coverage.iter().filter_map(|coverage| {
        let remark = match (coverage.outlook, coverage.gaps.first()) {
            (Outlook::Begins(day), _) => (words.begins)(day),
            (Outlook::Until(_), Some(gap)) => (words.gap)(gap.from(), gap.until()),
            (Outlook::Until(_), None) | (Outlook::Ended(_), _) => return None,
        };
        Some((coverage.signature, remark))
    }));
    let item = |(name, remark): &(&str, String)| html! { li { strong { (shown(name)) } " " span { (remark) } } };
    let (first, rest) = items.split_at(items.len().min(SHOWN));
    html! {
        @if items.is_empty() { p.quiet { (words.nothing) } }
        @else { ul.attention { @for entry in first { (item(entry)) } } }
        @if !rest.is_empty() {
            details { summary { "+ " (rest.len()) } ul.attention { @for entry in rest { (item(entry)) } } }
        }
    }
}

#[cfg(test)]
mod tests;
