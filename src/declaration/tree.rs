//! A YAML document as a tree whose every value knows its place.

use std::{ops::Deref, rc::Rc};

use super::source::Span;

/// A value and its place. The place of an alias is its own, not its anchor's.
#[derive(Debug, Clone)]
pub(super) struct Node<'t> {
    pub(super) span: Span,
    pub(super) value: Value<'t>,
}

/// Aliases share what they stand for, so that no document grows in memory.
#[derive(Debug, Clone)]
pub(super) enum Value<'t> {
    /// The text that stands there, whatever type YAML would make of it.
    Scalar(Scalar<'t>),
    Sequence(Rc<Vec<Node<'t>>>),
    Mapping(Rc<Vec<Entry<'t>>>),
    /// Something that was already complained about.
    Refused,
}

#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub(super) key: Node<'t>,
    pub(super) value: Node<'t>,
}

#[derive(Debug, Clone)]
pub(super) struct Scalar<'t> {
    text: Text<'t>,
    /// Written without quotes.
    pub(super) plain: bool,
}

#[derive(Debug, Clone)]
enum Text<'t> {
    Source(&'t str),
    Unescaped(Rc<str>),
}

impl<'t> Scalar<'t> {
    pub(super) fn new(text: std::borrow::Cow<'t, str>, plain: bool) -> Self {
        let text = match text {
            std::borrow::Cow::Borrowed(text) => Text::Source(text),
            std::borrow::Cow::Owned(text) => Text::Unescaped(text.into()),
        };
        Self { text, plain }
    }

    /// Whether YAML sees no value here: nothing at all, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        self.plain && matches!(&**self, "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Deref for Scalar<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.text {
            Text::Source(text) => text,
            Text::Unescaped(text) => text,
        }
    }
}

impl Value<'_> {
    /// What a person would call it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Scalar(scalar) if scalar.is_null() => "nothing",
            Self::Scalar(_) => "a text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
            Self::Refused => "something refused",
        }
    }
}
