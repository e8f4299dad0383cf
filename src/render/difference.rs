use similar::{
    Algorithm, ChangeTag,
    utils::{diff_chars, diff_slices},
};

use crate::escape::visible;
use crate::plan::{Difference, DifferenceValue};

/// A line of a difference, its text safe to show.
pub(super) struct DiffLine {
    /// On which side the line is.
    pub(super) side: Side,
    /// The line in pieces; those that the other side has not are marked.
    pub(super) pieces: Vec<(bool, String)>,
}

/// On which side of a difference a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Registered at the service, and not declared.
    Existing,
    /// Declared, and not registered.
    Declared,
    /// On both sides.
    Both,
}

impl Side {
    pub(super) const fn sign(self) -> char {
        match self {
            Self::Existing => '-',
            Self::Declared => '+',
            Self::Both => ' ',
        }
    }

    const fn of(tag: ChangeTag) -> Self {
        match tag {
            ChangeTag::Delete => Self::Existing,
            ChangeTag::Insert => Self::Declared,
            ChangeTag::Equal => Self::Both,
        }
    }
}

/// The lines of a difference: lists item by item, whatever their order; texts with the characters
/// that differ marked.
pub(super) fn lines(difference: &Difference) -> Vec<DiffLine> {
    match (&difference.existing, &difference.declared) {
        (DifferenceValue::List(existing), DifferenceValue::List(declared)) => list_lines(existing, declared),
        (existing, declared) => text_lines(&text_of(existing), &text_of(declared)),
    }
}

fn text_of(value: &DifferenceValue) -> String {
    match value {
        DifferenceValue::Text(text) => text.clone(),
        DifferenceValue::List(items) => items.join("、"),
        DifferenceValue::Validity(validity) => format!("{}~{}", validity.from, validity.to),
    }
}

fn list_lines(existing: &[String], declared: &[String]) -> Vec<DiffLine> {
    let sorted = |items: &[String]| {
        let mut items = items.to_vec();
        items.sort_unstable();
        items
    };
    let (existing, declared) = (sorted(existing), sorted(declared));
    let mut lines = Vec::new();
    for (tag, items) in diff_slices(Algorithm::Myers, &existing, &declared) {
        let side = Side::of(tag);
        lines.extend(
            items.iter().map(|item| DiffLine { side, pieces: vec![(side != Side::Both, visible(item).into_owned())] }),
        );
    }
    lines
}

fn text_lines(existing: &str, declared: &str) -> Vec<DiffLine> {
    let changes = diff_chars(Algorithm::Myers, existing, declared);
    let line = |side: Side| {
        let mine = changes.iter().filter(|(tag, _)| Side::of(*tag) == side || *tag == ChangeTag::Equal);
        let pieces = mine.map(|(tag, text)| (*tag != ChangeTag::Equal, visible(text).into_owned())).collect();
        DiffLine { side, pieces }
    };
    let mut lines = Vec::with_capacity(2);
    if !existing.is_empty() {
        lines.push(line(Side::Existing));
    }
    lines.push(line(Side::Declared));
    lines
}
