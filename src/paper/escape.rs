//! How a value is written into each kind of template, so that it is read there as the text that it
//! is.

use std::fmt::Write as _;

use minijinja::{Error, Output, Value};

/// The language of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escape {
    /// The parts of a Word document.
    Word,
    Html,
    Markdown,
    Typst,
    Tex,
    Plain,
}

impl Escape {
    /// The language of text templates whose names have this ending.
    pub(super) fn of(ending: &str) -> Option<Self> {
        Some(match ending {
            "html" | "htm" => Self::Html,
            "md" | "markdown" => Self::Markdown,
            "typ" => Self::Typst,
            "tex" => Self::Tex,
            "txt" => Self::Plain,
            _ => return None,
        })
    }

    /// Whether the template may ask for a value without escapes. In a Word document that could only
    /// break it.
    pub(super) const fn trusts_the_template(self) -> bool {
        !matches!(self, Self::Word)
    }

    /// Writes a value into the template.
    pub(super) fn write(self, out: &mut Output<'_>, value: &Value) -> Result<(), Error> {
        let text = value.to_string();
        if value.is_safe() {
            out.write_str(&text)?;
            return Ok(());
        }
        for c in text.chars() {
            match self.escaped(c) {
                Some(escaped) => out.write_str(&escaped)?,
                None => out.write_char(c)?,
            }
        }
        Ok(())
    }

    /// What stands for a character that means something in the language.
    fn escaped(self, c: char) -> Option<String> {
        match self {
            Self::Word | Self::Html => entity(c).map(str::to_owned),
            Self::Markdown => "\\`*_{}[]<>#|~&!".contains(c).then(|| format!("\\{c}")),
            Self::Typst => "\\#$*_`<>@[]=-+/~'\"".contains(c).then(|| format!("\\{c}")),
            Self::Tex => tex(c),
            Self::Plain => None,
        }
    }
}

fn entity(c: char) -> Option<&'static str> {
    Some(match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    })
}

fn tex(c: char) -> Option<String> {
    Some(match c {
        '\\' => "\\textbackslash{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        '&' | '%' | '$' | '#' | '_' | '{' | '}' => format!("\\{c}"),
        _ => return None,
    })
}
