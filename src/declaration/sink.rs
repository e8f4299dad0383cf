use std::{borrow::Cow, collections::BTreeSet};

use super::{Code, Diagnostic, FileId, Place, Severity, Span};

/// Which warnings are errors.
#[derive(Debug, Clone, Default)]
pub struct Deny {
    /// All of them.
    pub warnings: bool,
    /// These.
    pub codes: BTreeSet<Code>,
}

impl Deny {
    /// How bad a problem of this code is.
    fn severity(&self, code: Code) -> Severity {
        if self.warnings || self.codes.contains(&code) { Severity::Error } else { code.rule().severity }
    }
}

/// Collects problems, up to a number that bounds the memory a hostile file can take.
#[derive(Debug)]
pub(super) struct Sink {
    deny: Deny,
    kept: Vec<Diagnostic>,
    dropped: usize,
    dropped_error: bool,
}

impl Sink {
    /// The most problems that are kept.
    const MAX: usize = 100_000;

    pub(super) fn new(deny: Deny) -> Self {
        Self { deny, kept: Vec::new(), dropped: 0, dropped_error: false }
    }

    pub(super) fn push(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.severity = self.deny.severity(diagnostic.code);
        if self.kept.len() < Self::MAX {
            self.kept.push(diagnostic);
        } else {
            self.dropped += 1;
            self.dropped_error |= diagnostic.severity == Severity::Error;
        }
    }

    /// Keeps the problems that `keep` is true for.
    pub(super) fn retain(&mut self, keep: impl FnMut(&Diagnostic) -> bool) {
        self.kept.retain(keep);
    }

    pub(super) fn for_file(&mut self, file: FileId) -> FileSink<'_> {
        FileSink { file, sink: self }
    }

    /// Everything that was collected, in the order of files and places; what has no place comes first.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.kept;
        all.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        if self.dropped > 0 {
            let message = format!("{} more problems are not listed", self.dropped);
            let mut last = Diagnostic::new(Code::TooManyProblems, message).help("repair the ones above first");
            last.severity = if self.dropped_error { Severity::Error } else { Severity::Warning };
            all.push(last);
        }
        all
    }
}

/// A [`Sink`] for the problems of one file.
#[derive(Debug)]
pub(super) struct FileSink<'s> {
    pub(super) file: FileId,
    sink: &'s mut Sink,
}

impl FileSink<'_> {
    pub(super) fn place(&self, span: Span) -> Place {
        Place { file: self.file, span }
    }

    /// A problem of this file, not yet collected.
    pub(super) fn diagnostic(&self, code: Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic::new(code, message).at(self.place(span))
    }

    pub(super) fn report(&mut self, code: Code, message: impl Into<String>, span: Span) {
        self.push(self.diagnostic(code, message, span));
    }

    pub(super) fn report_with_help(
        &mut self,
        code: Code,
        message: impl Into<String>,
        span: Span,
        help: impl Into<Cow<'static, str>>,
    ) {
        self.push(self.diagnostic(code, message, span).help(help));
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.sink.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_an_error() {
        let deny = Deny { warnings: false, codes: BTreeSet::from([Code::ValidityLong]) };
        assert_eq!(deny.severity(Code::ValidityLong), Severity::Error);
        assert_eq!(deny.severity(Code::ValidityShort), Severity::Warning);
        assert_eq!(Deny { warnings: true, ..Deny::default() }.severity(Code::ValidityShort), Severity::Error);
    }

    #[test]
    fn problems_without_end_are_counted_and_not_kept() {
        let mut sink = Sink::new(Deny::default());
        for _ in 0..Sink::MAX + 5 {
            sink.push(Diagnostic::new(Code::FieldUnknown, "x"));
        }
        let all = sink.finish();
        assert_eq!(all.len(), Sink::MAX + 1);
        let last = all.last().expect("one");
        assert_eq!((last.code, last.severity), (Code::TooManyProblems, Severity::Error));
        assert_eq!(last.message, "5 more problems are not listed");
    }
}
