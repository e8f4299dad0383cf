//! What became of the signatures of each letter; what needs somebody first, and what has passed
//! folded.

use maud::{Markup, html};

use super::{
    text::{long, names, shown},
    words::Words,
};
use crate::{
    signature::{SignatureUse, Use},
    status::{LetterStatus, SignatureStatus, Status},
};

/// The uses in the order in which they are told.
const ORDER: [Use; 7] =
    [Use::Refused, Use::Reviewing, Use::Unknown, Use::OtherLetter, Use::Cancelled, Use::None, Use::Passed];

pub(super) fn of(status: &Status, words: &Words) -> Markup {
    let passed = |letter: &&LetterStatus| letter.signatures.iter().all(|used| used.usage == Use::Passed);
    let (settled, open): (Vec<_>, Vec<_>) = status.letters.iter().partition(passed);
    let problems: Vec<_> = status.signatures.iter().filter(|signature| !signature.problems.is_empty()).collect();
    html! {
        p.about { (words.reviews_about) }
        @for part in &status.not_known {
            p.failed { strong { (words.reviews_unknown) } " " (shown(part.message.raw()))
                @if let Some(request) = &part.request_id { " RequestId " code { (shown(request.0.raw())) } }
                @if let Some(help) = &part.help { " " (shown(help.raw())) }
            }
        }
        @if status.letters.is_empty() { p.quiet { (words.no_reviews) } }
        @if !open.is_empty() { (table(&open, words)) }
        @if !settled.is_empty() {
            details.group { summary { ((words.usage)(Use::Passed)) " " span.count { ((words.count)(settled.len())) } } (table(&settled, words)) }
        }
        @if !problems.is_empty() { (problems_of(&problems, words)) }
    }
}

fn table(letters: &[&LetterStatus], words: &Words) -> Markup {
    html! {
        div.wide tabindex="0" role="group" aria-label=(words.reviews) { table {
            thead { tr { th scope="col" { (words.letter) } th scope="col" { (words.signatures) } } }
            tbody { @for letter in letters { tr {
                th scope="row" { (long(letter.name.raw()))
                    @if let Some(id) = letter.standing.id { " " small.more { (words.id) " " code { (id) } } }
                }
                td { @for usage in ORDER { (uses(&letter.signatures, usage, words)) } }
            } } }
        } }
    }
}

/// The signatures of a letter that have this use: one after the other where there is more to tell
/// of each.
fn uses(signatures: &[SignatureUse], usage: Use, words: &Words) -> Markup {
    let of_use: Vec<&SignatureUse> = signatures.iter().filter(|used| used.usage == usage).collect();
    let all: Vec<&str> = of_use.iter().map(|used| used.name.raw()).collect();
    let word = (words.usage)(usage);
    html! {
        @if usage == Use::Refused || usage == Use::Reviewing {
            @for used in of_use { div {
                span class={ "tag " (usage.as_ref()) } { (word) } " " (used.name)
                @if !used.reason.is_empty() { ": " (long(used.reason.raw())) }
                @if !used.detail.is_empty() { " – " (long(used.detail.raw())) }
                @if !used.date.is_empty() { " " small.more { (used.date) } }
                @if let Some(order) = &used.order_id { " " small.more { code { (order) } } }
            } }
        } @else if !all.is_empty() {
            div { span class={ "tag " (usage.as_ref()) } { (word) } " " (names(&all)) }
        }
    }
}

fn problems_of(signatures: &[&SignatureStatus], words: &Words) -> Markup {
    html! {
        div.wide tabindex="0" role="group" aria-label=(words.problems) { table {
            thead { tr { th scope="col" { (words.signature) } th scope="col" { (words.letter) } th scope="col" { (words.problems) } } }
            tbody { @for signature in signatures { tr {
                th scope="row" { (long(signature.name.raw())) }
                td {
                    @if let Some(id) = signature.letter { code { (id) } }
                    @if let Some(name) = &signature.letter_name { " " (long(name.raw())) }
                }
                td { @for problem in &signature.problems { div { ((words.problem)(*problem)) } } }
            } } }
        } }
    }
}
