use std::fmt;

use serde::{Deserialize, Serialize};

use super::{shorten, visible};

/// A text from outside: an answer's, a file's, a variable's. It shows itself as [`visible`] does,
/// so that no place that prints it has to remember.
///
/// In JSON it is the text as it came; what writes JSON escapes it in the way of JSON.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
#[schemars(inline, description = "")]
pub struct Untrusted(String);

impl Untrusted {
    /// The first `max` characters of a text, and a sign when there are more.
    pub(crate) fn short(text: &str, max: usize) -> Self {
        Self(shorten(text, max))
    }

    /// The text as it came: to compare, and never to print.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing of it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text as it came, to change it.
    pub(crate) fn raw_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&visible(&self.0))
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl PartialEq<str> for Untrusted {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Untrusted {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_prints_nothing_that_a_terminal_would_obey_and_compares_as_it_came() {
        let text = Untrusted::from("a\x1b[31m\n::error::b");
        assert_eq!(format!("{text} {text:?}"), "a\\u{1b}[31m\\n::error::b \"a\\u{1b}[31m\\n::error::b\"");
        assert_eq!(text, "a\x1b[31m\n::error::b");
        assert_eq!(serde_json::to_string(&text).expect("JSON"), r#""a\u001b[31m\n::error::b""#);
    }
}
