//! Texts from YAML or from the service: with nothing in them that hides or turns, and none so long
//! that it hides the rest.

use maud::{Markup, html};

use crate::escape::{shorten, visible};

/// The longest text that is shown as a whole; the service allows 100 characters for a name, and 150
/// for a company.
const LONG: usize = 160;
/// How many signatures are shown before the others are folded.
const NAMES: usize = 6;

/// A text with nothing in it that hides or turns.
pub(super) fn shown(text: &str) -> String {
    visible(text).into_owned()
}

/// A text where another place of the page has all of it.
pub(super) fn brief(text: &str) -> String {
    shorten(&visible(text), LONG)
}

/// A text, folded when it is longer than anything that the service allows.
pub(super) fn long(text: &str) -> Markup {
    let text = visible(text);
    let first = shorten(&text, LONG);
    html! { @if first == text { (text) } @else { details.fold { summary { (first) } (text) } } }
}

/// Names, the first of them at once.
pub(super) fn names(all: &[&str]) -> Markup {
    let joined = |names: &[&str]| names.iter().map(|name| shown(name)).collect::<Vec<_>>().join("、");
    let (first, rest) = all.split_at(all.len().min(NAMES));
    html! {
        @if rest.is_empty() { (long(&joined(all))) }
        @else { details.fold { summary { (brief(&joined(first))) " + " (rest.len()) } (joined(all)) } }
    }
}
