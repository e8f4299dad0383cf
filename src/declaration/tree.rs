//! A YAML document as a tree whose every value knows its place.

use std::{ops::Deref, rc::Rc};

use super::source::Span;

/// A value and its place. The place of an alias is its own, not its anchor's.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Span,
    pub(super) value: Value,
}

/// Aliases share what they stand for, so that no document grows in memory.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// The text that stands there, whatever type YAML would make of it.
    Scalar(Scalar),
    Sequence(Rc<Vec<Node>>),
    Mapping(Rc<Vec<Entry>>),
    /// Something that was already complained about.
    Refused,
}

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) key: Node,
    pub(super) value: Node,
}

#[derive(Debug, Clone)]
pub(super) struct Scalar {
    text: Rc<str>,
    /// Written without quotes.
    pub(super) plain: bool,
}

impl Scalar {
    pub(super) fn new(text: Rc<str>, plain: bool) -> Self {
        Self { text, plain }
    }

    /// Whether YAML sees no value here: nothing at all, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        self.plain && matches!(&**self, "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Deref for Scalar {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Value {
    /// What a person would call it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(scalar) if scalar.is_null() => "nothing",
            Self::Scalar(_) => "a string",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
            Self::Refused => "something refused",
        }
    }
}
