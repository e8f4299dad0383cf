use std::{borrow::Cow, fmt};

use super::{Code, FileId, Fix, Location, SourceFile};
use crate::escape;

/// Whether a problem keeps the declarations from being used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It does.
    Error,
    /// It does not, and somebody should look at it.
    Warning,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
        })
    }
}

/// One problem: what it is, where, and what to do about it.
///
/// Texts may hold characters from the files; [`escape::visible`] makes them safe to show.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The rule that is broken.
    pub code: Code,
    /// How bad it is, by the rule and by what the user asked for.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where, unless it is about no file that could be read.
    pub place: Option<Location>,
    /// The file or folder that it is about when there is no place: it is missing, can't be read, or
    /// has no declarations.
    pub path: Option<String>,
    /// Other places that one has to see to understand it.
    pub related: Vec<Related>,
    /// What to do.
    pub help: Option<Cow<'static, str>>,
    /// What to write in the place of [`Self::place`], when that is known.
    pub suggestion: Option<String>,
    /// What mends it in the file, when that is known.
    pub fix: Option<Box<Fix>>,
}

/// Another place, and what it has to do with the problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Related {
    /// The place.
    pub place: Location,
    /// What is there.
    pub label: Cow<'static, str>,
}

impl Diagnostic {
    /// A problem with no place as yet, as bad as its rule says.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.rule().severity,
            message: message.into(),
            place: None,
            path: None,
            related: Vec::new(),
            help: None,
            suggestion: None,
            fix: None,
        }
    }

    /// The problem at a place.
    #[must_use]
    pub fn at(mut self, place: Location) -> Self {
        self.place = Some(place);
        self
    }

    /// The problem as one about a path that has no text.
    #[must_use]
    pub fn about(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The problem as a warning, whatever its rule says.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }

    /// The problem with words on what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The problem with what to write in the place of what is there.
    #[must_use]
    pub fn suggest(mut self, text: impl Into<String>) -> Self {
        self.suggestion = Some(text.into());
        self
    }

    /// The problem with what mends it, if anything does.
    #[must_use]
    pub(super) fn mend(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// The problem with another place that matters.
    #[must_use]
    pub fn relate(mut self, place: Location, label: impl Into<Cow<'static, str>>) -> Self {
        self.related.push(Related { place, label: label.into() });
        self
    }

    /// Gives the files of all its places other numbers.
    pub(super) fn renumber(&mut self, number: impl Fn(FileId) -> FileId) {
        self.places().for_each(|place| place.file = number(place.file));
    }

    /// All its places: its own, the related ones, and those of its edits.
    pub(super) fn places(&mut self) -> impl Iterator<Item = &mut Location> {
        let related = self.related.iter_mut().map(|related| &mut related.place);
        let edits = self.fix.iter_mut().flat_map(|fix| &mut fix.edits).map(|edit| &mut edit.place);
        self.place.iter_mut().chain(related).chain(edits)
    }

    /// Whether it depends on the day: a plan looks at that itself.
    pub const fn is_of_the_day(&self) -> bool {
        matches!(self.code, Code::Expired | Code::ExpiresSoon | Code::NotYetValid)
    }

    /// `file:line:column`, safe to show, when there is a place.
    pub fn location(&self, files: &[SourceFile]) -> Option<String> {
        let place = self.place?;
        let start = place.span.start;
        Some(format!("{}:{}:{}", escape::visible(files[place.file.index()].name()), start.line, start.column))
    }
}

/// A text from a file between backticks, cut when it is too long to read.
pub(super) fn quoted(text: &str) -> String {
    const MAX: usize = 60;
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}
