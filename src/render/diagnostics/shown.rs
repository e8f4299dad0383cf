//! Which problems are shown when there are too many to read.

use crate::declaration::{Diagnostic, Loaded, Severity};

/// How many problems are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// At most this many, errors before warnings.
    First(usize),
    /// All of them.
    All,
}

impl Show {
    /// As many as somebody might read: 300 kB of text.
    pub const USUAL: Self = Self::First(1_000);
}

/// The problems to show, in their order, and how many are left out.
pub(super) struct Shown<'a> {
    pub(super) diagnostics: Vec<&'a Diagnostic>,
    pub(super) left_out: usize,
}

impl<'a> Shown<'a> {
    pub(super) fn of(loaded: &'a Loaded, show: Show) -> Self {
        let all = &loaded.diagnostics;
        let max = match show {
            Show::First(max) if max < all.len() => max,
            Show::First(_) | Show::All => return Self { diagnostics: all.iter().collect(), left_out: 0 },
        };
        let errors = loaded.count(Severity::Error).min(max);
        let mut room = [errors, max - errors];
        let fits = |diagnostic: &&Diagnostic| {
            let room = &mut room[usize::from(diagnostic.severity == Severity::Warning)];
            let fits = *room > 0;
            *room = room.saturating_sub(1);
            fits
        };
        let diagnostics: Vec<&Diagnostic> = all.iter().filter(fits).collect();
        Self { left_out: all.len() - diagnostics.len(), diagnostics }
    }

    /// A line on what is left out, when something is.
    pub(super) fn rest(&self) -> Option<String> {
        let what = if self.left_out == 1 { "problem is" } else { "problems are" };
        (self.left_out > 0)
            .then(|| format!("{} more {what} not shown; `letterform validate --all` shows all", self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::Code;

    #[test]
    fn errors_are_shown_before_warnings_and_the_rest_is_counted() {
        let warning = || Diagnostic::new(Code::ValidityLong, "w");
        let error = |text: &str| Diagnostic::new(Code::PathMissing, text);
        let diagnostics = vec![warning(), error("1"), warning(), error("2"), error("3")];
        let loaded = Loaded { diagnostics, ..Loaded::default() };
        let texts = |show| {
            let shown = Shown::of(&loaded, show);
            let texts: Vec<&str> = shown.diagnostics.iter().map(|problem| problem.message.as_str()).collect();
            (texts.join(""), shown.left_out)
        };
        assert_eq!(texts(Show::First(2)), ("12".to_owned(), 3));
        assert_eq!(texts(Show::First(4)), ("w123".to_owned(), 1));
        assert_eq!(texts(Show::First(5)), ("w1w23".to_owned(), 0));
        assert_eq!(texts(Show::All).1, 0);
        assert!(Shown::of(&loaded, Show::First(4)).rest().is_some_and(|rest| rest.starts_with("1 more problem is")));
    }
}
