use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::{Path, PathBuf},
};

use jiff::civil::Date;

use super::{
    Code, Diagnostic, FileId, LintLevels, Location, ScanRoots, Severity, SourceFile, Tracked, allow,
    collector::Collector,
    declared::Declared,
    discover,
    document::Reason,
    findings::Findings,
    lint::across,
    parallel,
    pictures::{self, Resolved},
    reading::Reading,
    scan::{self, Budget, ScanError},
    source,
};
use crate::letter::{DesiredLetter, Finding, Letter, Picture, Source};

/// What the rules need to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoadOptions {
    /// The day that it is in China.
    pub today: Date,
    /// Warn of letters that end within this many days.
    pub expiring_days: u32,
    /// How bad each warning is taken.
    pub lints: LintLevels,
    /// The files that version control knows, to look at these alone: others are no declarations,
    /// and no scans.
    pub tracked: Option<Tracked>,
}

impl LoadOptions {
    /// How many days before its end a letter is warned of, unless the user says otherwise.
    pub const EXPIRING_DAYS: u32 = 60;

    /// The rules as they are on a day, with every warning a warning.
    pub fn new(today: Date) -> Self {
        Self { today, expiring_days: Self::EXPIRING_DAYS, lints: LintLevels::default(), tracked: None }
    }
}

/// Everything that declarations say, good and bad.
#[derive(Debug, Default)]
pub struct Loaded {
    /// Every letter without an error, in the order of files and lines.
    pub letters: Vec<DesiredLetter>,
    /// Every letter with an error in nothing but its picture, which may not be there yet, in the
    /// same order.
    pub unpictured: Vec<(Letter<()>, Source)>,
    /// Every problem, in the order of files and places; what has no place comes first.
    pub diagnostics: Vec<Diagnostic>,
    /// The rules for new letters that are broken and that comments allow, which keeps a letter from
    /// being created alone.
    pub allowed: Vec<Diagnostic>,
    /// The files that were read, sorted by name. [`FileId`]s are indexes into them.
    pub files: Vec<SourceFile>,
    /// The folders in which scans may lie.
    pub roots: ScanRoots,
}

impl Loaded {
    /// Whether anything is an error.
    pub fn has_errors(&self) -> bool {
        self.count(Severity::Error) > 0
    }

    /// Whether anything keeps the declarations from being used. A rule for new letters does not:
    /// whether its letter is new shows when it is compared with those that exist.
    pub fn is_unusable(&self) -> bool {
        let mut errors = self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
        errors.any(|error| !error.code.rule().new_letters_only)
    }

    /// How many warnings there are besides those that are `shown`, with their files, and those that
    /// depend on the day.
    pub fn warnings_besides<'f>(&self, shown: impl Iterator<Item = (&'f str, &'f Finding)>) -> usize {
        let shown: HashSet<_> =
            shown.map(|(file, finding)| (file, finding.line, finding.column, finding.rule)).collect();
        let is_other = |diagnostic: &&Diagnostic| {
            let is_shown = diagnostic.place.is_some_and(|place| {
                let (file, start) = (self.files[place.file.index()].name(), place.span.start);
                shown.contains(&(file, start.line as usize, start.column as usize, diagnostic.code.as_str()))
            });
            diagnostic.severity == Severity::Warning && !diagnostic.is_of_the_day() && !is_shown
        };
        self.diagnostics.iter().filter(is_other).count()
    }

    /// Lets go of the text of all lines that no problem is about: the problems can be shown without
    /// it, and nothing else is to be read from it any more.
    pub fn forget_other_lines(&mut self) {
        let mut lines = vec![BTreeSet::new(); self.files.len()];
        // Many letters may have a problem with the same default.
        let problems = self.diagnostics.iter_mut().chain(&mut self.allowed);
        let places: HashSet<Location> = problems.flat_map(|problem| problem.places().map(|place| *place)).collect();
        for Location { file, span } in places {
            lines[file.index()].extend(span.start.line..=span.end.line);
        }
        for (file, lines) in self.files.iter_mut().zip(&lines) {
            file.keep_lines(lines);
        }
    }

    /// How many problems of one severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count()
    }
}

impl Loaded {
    /// What two accounts declare, for one rendering of the problems. A file that both have read is
    /// there once, and so are its problems. To plan, the letters of several accounts must stay
    /// apart.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        let known: HashMap<String, FileId> =
            self.files.iter().zip(0..).map(|(file, index)| (file.name().to_owned(), FileId(index))).collect();
        let mut ids = Vec::with_capacity(other.files.len());
        for file in other.files {
            let next = FileId(source::saturate(self.files.len()));
            let id = known.get(file.name()).copied().unwrap_or(next);
            if id == next {
                self.files.push(file);
            }
            ids.push(id);
        }
        let seen: HashSet<Diagnostic> = self.diagnostics.iter().cloned().collect();
        let moved = |mut diagnostic: Diagnostic| {
            diagnostic.renumber(|file| ids[file.index()]);
            diagnostic
        };
        self.allowed.extend(other.allowed.into_iter().map(moved));
        let diagnostics = other.diagnostics.into_iter().map(moved);
        self.diagnostics.extend(diagnostics.filter(|diagnostic| !seen.contains(diagnostic)));
        self.letters.extend(other.letters);
        self.unpictured.extend(other.unpictured);
        self
    }
}

/// Reads the declarations that `paths` lead to, the current folder without any, and holds them to
/// every rule.
///
/// It never fails: what is wrong is among the diagnostics.
pub fn load(paths: &[PathBuf], options: &LoadOptions) -> Loaded {
    let mut loader = Loader::new(options);
    let (mut found, mut problems) = discover::discover(paths);
    if let Some(tracked) = &options.tracked {
        found.retain(|file| tracked.holds(&file.path));
        // Where nothing is tracked, nothing is to be looked at.
        problems.retain(|problem| problem.code != Code::NoDeclarations);
    }
    for problem in problems {
        loader.collector.push(problem);
    }
    let read = |index: usize| Reading::of_file(&found[index], Reason::Once, options);
    let problems = |read: &Result<Reading, _>| read.as_ref().map_or(1, |reading| reading.problems.len());
    let mut paths_of_found = found.iter().map(|found| &found.path);
    parallel::in_order(found.len(), read, (problems, Collector::MAX), |read| {
        let path = paths_of_found.next().expect("each file is read once");
        match read {
            Ok(reading) => loader.take(path.clone(), reading),
            Err(problem) => loader.collector.push(*problem),
        }
    });
    loader.finish(ScanRoots::of(paths))
}

/// Holds one text to every rule, as if it were a file at `path`; its scans must lie in the folder
/// of that file.
pub fn load_text(path: &Path, bytes: Vec<u8>, options: &LoadOptions) -> Loaded {
    load_text_in(path, bytes, options, ScanRoots::of(&[path.to_owned()]))
}

/// Holds one text to every rule, as if it were a file at `path`; its scans must lie inside `roots`.
pub fn load_text_in(path: &Path, bytes: Vec<u8>, options: &LoadOptions, roots: ScanRoots) -> Loaded {
    let mut loader = Loader::new(options);
    loader.take(path.to_owned(), Reading::of_bytes((&path.to_string_lossy(), bytes), Reason::Once, options));
    loader.finish(roots)
}

/// The files that were read so far.
struct Loader {
    tracked: Option<Tracked>,
    collector: Collector,
    files: Vec<SourceFile>,
    paths: Vec<PathBuf>,
    letters: Vec<Declared>,
}

impl Loader {
    fn new(options: &LoadOptions) -> Self {
        let collector = Collector::new(options.lints.clone());
        Self { tracked: options.tracked.clone(), collector, files: Vec::new(), paths: Vec::new(), letters: Vec::new() }
    }

    fn take(&mut self, path: PathBuf, reading: Reading) {
        let reading = reading.numbered(FileId(source::saturate(self.files.len())));
        self.collector.absorb(reading.problems);
        // The letters of the only file are not copied.
        if self.letters.is_empty() {
            self.letters = reading.letters;
        } else {
            self.letters.extend(reading.letters);
        }
        self.files.push(reading.source);
        self.paths.push(path);
    }

    fn finish(mut self, roots: ScanRoots) -> Loaded {
        let letters: Vec<&Declared> = self.letters.iter().collect();
        let (files, paths) = (self.files.iter().collect::<Vec<_>>(), self.paths.iter().map(PathBuf::as_path));
        let decode =
            |files: &[PathBuf]| pictures::read_all(files, &mut Budget::default()).into_iter().map(Some).collect();
        let paths: Vec<&Path> = paths.collect();
        let tracked = self.tracked.as_ref();
        let real = |letter: &Declared, path: &str| {
            let real = scan::resolve(paths[letter.file.index()], path, &roots)?;
            if tracked.is_some_and(|tracked| !tracked.holds(&real)) { Err(ScanError::Untracked) } else { Ok(real) }
        };
        let places = (&files[..], &paths[..]);
        let resolved = pictures::resolve(&letters, places, &roots, (real, decode)).into_iter();
        let picture = |resolved: Resolved| {
            self.collector.extend(resolved.complaints);
            resolved.picture
        };
        let pictures: Vec<Option<Picture>> = resolved.map(picture).collect();
        let pictured: Vec<_> = self.letters.iter().zip(pictures.iter().map(Option::as_ref)).collect();
        across::letters(&mut self.collector, &pictured);
        let succeeded = || letters.iter().copied().zip(across::succeeded(&letters));
        across::silence_ends(&mut self.collector, succeeded);
        allow::apply(&mut self.collector, (0..).map(FileId).zip(&self.files));
        let findings = Findings::of(self.collector.all());
        let files = self.files;
        let mut letters = Vec::with_capacity(self.letters.len());
        let mut unpictured = Vec::new();
        for (declared, picture) in self.letters.into_iter().zip(pictures) {
            let (faults, warnings) = findings.about(&declared);
            let Some((letter, source)) = without_picture(declared, &files) else { continue };
            match picture {
                Some(picture) => {
                    let letter = letter.with_picture(picture);
                    letters.push(DesiredLetter { letter, source, faults, warnings });
                }
                None => unpictured.push((letter, source)),
            }
        }
        let allowed = self.collector.take_silenced_faults();
        Loaded { letters, unpictured, diagnostics: self.collector.finish(), allowed, files, roots }
    }
}

fn without_picture(declared: Declared, files: &[SourceFile]) -> Option<(Letter<()>, Source)> {
    let source = Source { file: files[declared.file.index()].shared_name(), line: declared.line() as usize };
    Some((declared.into_terms()?, source))
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use std::fs;

    use super::*;
    use crate::declaration::{Code, MAX_FILE_BYTES};

    #[test]
    fn files_read_side_by_side_keep_their_order_and_their_problems() {
        let folder = tempfile::tempdir().unwrap();
        let name = |index: usize| folder.path().join(format!("{index:02}.letters.yaml"));
        for index in 0..40 {
            let letter = "    fileKey: 1/a.jpg\n".repeat(1 + 9 * (index % 7));
            fs::write(name(index), format!("version: 1\nletters:\n  - name: 甲{index}\n{letter}    x{index}: 1\n"))
                .unwrap();
        }
        fs::File::create(name(9)).unwrap().set_len(MAX_FILE_BYTES + 1).unwrap();
        let loaded = load(&[folder.path().to_owned()], &LoadOptions::new(jiff::civil::date(2026, 6, 1)));
        let unknown = loaded.diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::FieldUnknown);
        let told: Vec<_> = unknown
            .filter(|diagnostic| diagnostic.message.contains("`x"))
            .map(|diagnostic| (diagnostic.message.clone(), diagnostic.location(&loaded.files).unwrap()))
            .collect();
        let expected = (0..40).filter(|index| *index != 9).map(|index| {
            let place = format!("{}:{}:5", name(index).display(), 5 + 9 * (index % 7));
            (format!("unknown field `x{index}`"), place)
        });
        assert_eq!(told, expected.collect::<Vec<_>>());
        assert_eq!(loaded.diagnostics[0].code, Code::FileTooLarge);
    }

    #[test]
    fn letters_among_many_are_compared_as_among_few() {
        let letter = |name: &str, party: &str, signature: &str, key: &str| {
            format!(
                "  - name: {name}\n    authorizer: {party}\n    authorizedParty: 乙网络有限公司\n    \
                 organizationCode: 91330100799655058B\n    validity: 2026-01-01~2026-12-31\n    \
                 signatures: [{signature}]\n    fileKey: 1/{key}.jpg\n"
            )
        };
        let odd = [
            letter("甲A", "甲信息公司", "菜鸟", "a"),
            letter("甲a", "甲信息 公司", "菜鸟", "b"),
            letter("甲A", "丙信息公司", "裹裹", "c"),
            letter("丁", "乙网络有限公司", "驿站", "c"),
            letter("戊", "乙网络有限公司", "驿站", "c"),
        ]
        .concat();
        let others: String = (0..1_000)
            .map(|n| letter(&format!("己{n}"), "己信息公司", &format!("签名{n}号"), &format!("{n}")))
            .collect();
        let problems = |letters: String| {
            let text = format!("version: 1\nletters:\n{letters}").into_bytes();
            load_text(Path::new("a.yaml"), text, &LoadOptions::new(jiff::civil::date(2026, 6, 1))).diagnostics
        };
        let few = problems(odd.clone());
        let codes: std::collections::BTreeSet<Code> = few.iter().map(|problem| problem.code).collect();
        for code in [
            Code::NameDuplicate,
            Code::NamesAlike,
            Code::PartiesAlike,
            Code::PartiesSame,
            Code::SignatureShared,
            Code::SameContent,
            Code::PictureShared,
        ] {
            assert!(codes.contains(&code), "{code}");
        }
        assert_eq!(problems(odd + &others), few);
    }
}
