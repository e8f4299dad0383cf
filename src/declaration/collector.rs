use std::{borrow::Cow, collections::BTreeMap};

use super::{Code, Diagnostic, FileId, Location, Severity, Span};

/// How bad each warning is taken. Errors are errors, whatever is said of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LintLevels {
    /// Every warning is an error, unless its own level is [`LintLevel::Off`].
    pub deny_warnings: bool,
    /// The levels of single rules.
    pub levels: BTreeMap<Code, LintLevel>,
}

/// How bad a warning is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::AsRefStr)]
#[strum(serialize_all = "lowercase")]
pub enum LintLevel {
    /// It keeps the declarations from being used.
    Error,
    /// It is shown.
    Warning,
    /// It is not looked for.
    Off,
}

impl LintLevel {
    /// Every level, the worst first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Off];
}

impl LintLevels {
    /// How bad a problem of this code is that is otherwise `severity`; `None` says that nobody
    /// wants to hear of it.
    fn severity(&self, code: Code, severity: Severity) -> Option<Severity> {
        match self.levels.get(&code) {
            _ if severity == Severity::Error => Some(severity),
            Some(LintLevel::Off) => None,
            Some(LintLevel::Error) => Some(Severity::Error),
            Some(LintLevel::Warning) | None if self.deny_warnings => Some(Severity::Error),
            Some(LintLevel::Warning) | None => Some(severity),
        }
    }
}

/// Collects problems, up to a number that bounds the memory a hostile file can take.
#[derive(Debug, Clone)]
pub(super) struct Collector {
    levels: LintLevels,
    kept: Vec<Diagnostic>,
    /// What comments silence.
    silenced: Vec<Diagnostic>,
    dropped: usize,
    dropped_error: bool,
}

impl Collector {
    /// The most problems that are kept.
    pub(super) const MAX: usize = 100_000;

    pub(super) fn new(levels: LintLevels) -> Self {
        Self { levels, kept: Vec::new(), silenced: Vec::new(), dropped: 0, dropped_error: false }
    }

    /// How bad each warning is taken.
    pub(super) fn levels(&self) -> &LintLevels {
        &self.levels
    }

    /// How many problems are kept.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Takes over what was collected elsewhere, after what is here.
    pub(super) fn absorb(&mut self, other: Self) {
        let room = Self::MAX.saturating_sub(self.kept.len());
        let mut kept = other.kept.into_iter();
        self.kept.extend(kept.by_ref().take(room));
        for diagnostic in kept {
            self.drop_one(diagnostic.severity);
        }
        self.dropped += other.dropped;
        self.dropped_error |= other.dropped_error;
    }

    fn drop_one(&mut self, severity: Severity) {
        self.dropped += 1;
        self.dropped_error |= severity == Severity::Error;
    }

    /// Gives the files of all places other numbers.
    pub(super) fn renumber(&mut self, number: impl Fn(FileId) -> FileId) {
        self.kept.iter_mut().for_each(|diagnostic| diagnostic.renumber(&number));
    }

    pub(super) fn push(&mut self, mut diagnostic: Diagnostic) {
        let Some(severity) = self.levels.severity(diagnostic.code, diagnostic.severity) else { return };
        diagnostic.severity = severity;
        if self.kept.len() < Self::MAX {
            self.kept.push(diagnostic);
        } else {
            self.drop_one(diagnostic.severity);
        }
    }

    /// Whether nobody wants to hear of problems of this code.
    pub(super) fn is_off(&self, code: Code) -> bool {
        self.levels.severity(code, code.rule().severity).is_none()
    }

    /// Silences the problems that `silences` is true for.
    pub(super) fn silence(&mut self, silences: impl FnMut(&mut Diagnostic) -> bool) {
        self.silenced.extend(self.kept.extract_if(.., silences));
    }

    /// Adds problems.
    pub(super) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }

    /// Forgets the problems that `unwanted` is true for.
    pub(super) fn remove(&mut self, unwanted: impl Fn(&Diagnostic) -> bool) {
        self.kept.retain(|diagnostic| !unwanted(diagnostic));
    }

    /// Every problem so far, silenced ones too.
    pub(super) fn all(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter().chain(&self.silenced)
    }

    /// The problem that was found last.
    pub(super) fn last(&self) -> Option<&Diagnostic> {
        self.kept.last()
    }

    /// The problems in the order in which they were found.
    pub(super) fn collected(self) -> Vec<Diagnostic> {
        self.kept
    }

    /// The problems of rules for new letters that comments silence.
    pub(super) fn take_silenced_faults(&mut self) -> Vec<Diagnostic> {
        self.silenced.retain(|diagnostic| diagnostic.code.rule().new_letters_only);
        std::mem::take(&mut self.silenced)
    }

    pub(super) fn for_file(&mut self, file: FileId) -> FileCollector<'_> {
        FileCollector { file, collector: self }
    }

    /// Everything that was collected, in the order of files and places; what has no place comes
    /// first.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        let mut all = self.kept;
        all.sort_by(|a, b| (a.place, a.code, &a.message).cmp(&(b.place, b.code, &b.message)));
        if self.dropped > 0 {
            let message = format!("{} more problems are not listed", self.dropped);
            let mut last = Diagnostic::new(Code::TooManyProblems, message).help("fix the ones above first");
            last.severity = if self.dropped_error { Severity::Error } else { Severity::Warning };
            all.push(last);
        }
        all
    }
}

/// A [`Collector`] for the problems of one file.
#[derive(Debug)]
pub(super) struct FileCollector<'s> {
    pub(super) file: FileId,
    collector: &'s mut Collector,
}

impl FileCollector<'_> {
    pub(super) fn place(&self, span: Span) -> Location {
        Location { file: self.file, span }
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
        self.collector.push(diagnostic);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_as_bad_as_somebody_says_and_an_error_is_an_error() {
        let levels = |deny_warnings, level| {
            let codes = [(Code::ValidityLong, level), (Code::NameDuplicate, LintLevel::Off)];
            LintLevels { deny_warnings, levels: BTreeMap::from(codes) }
        };
        let severity = |levels: &LintLevels, code: Code| levels.severity(code, code.rule().severity);
        for (deny_warnings, level, expected) in [
            (false, LintLevel::Error, Some(Severity::Error)),
            (false, LintLevel::Warning, Some(Severity::Warning)),
            (true, LintLevel::Warning, Some(Severity::Error)),
            (false, LintLevel::Off, None),
            (true, LintLevel::Off, None),
        ] {
            let levels = levels(deny_warnings, level);
            assert_eq!(severity(&levels, Code::ValidityLong), expected, "{level:?}");
            assert_eq!(severity(&levels, Code::NameDuplicate), Some(Severity::Error));
            let other = if deny_warnings { Severity::Error } else { Severity::Warning };
            assert_eq!(severity(&levels, Code::ValidityShort), Some(other));
        }
    }

    #[test]
    fn problems_without_end_are_counted_and_not_kept() {
        let mut collector = Collector::new(LintLevels::default());
        for _ in 0..Collector::MAX + 5 {
            collector.push(Diagnostic::new(Code::FieldUnknown, "x"));
        }
        let all = collector.finish();
        assert_eq!(all.len(), Collector::MAX + 1);
        let last = all.last().expect("one");
        assert_eq!((last.code, last.severity), (Code::TooManyProblems, Severity::Error));
        assert_eq!(last.message, "5 more problems are not listed");
    }
}
