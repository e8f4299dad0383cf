//! The scans of all letters: each file read and decoded once, on all cores.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::PathBuf,
};

use super::{
    Diagnostic, FileId, Location, Tracked,
    collector::Collector,
    document::Declared,
    letter::PictureSource,
    parallel,
    scan::{self, Budget, ScanError, ScanRoots},
};
use crate::letter::{Picture, PictureFormat, Scan, ScanDigest};

/// What is known of a scan once it was read.
type Outcome = Result<(ScanDigest, PictureFormat), ScanError>;

/// The picture of each letter; `None` where something was complained about.
///
/// `paths` are the paths of the files that declare the letters.
pub(super) fn resolve(
    collector: &mut Collector,
    letters: &[Declared],
    paths: &[PathBuf],
    roots: &ScanRoots,
    tracked: Option<&Tracked>,
) -> Vec<Option<Picture>> {
    let mut scans = Scans::default();
    let wanted: Vec<_> = letters.iter().map(|letter| scans.want(letter, paths, roots, tracked)).collect();
    let outcomes = read_all(&scans.files);
    let pictures = letters.iter().zip(&wanted).map(|(letter, wanted)| {
        let picture = letter.picture.as_ref()?;
        let path = match &picture.value {
            PictureSource::FileKey(key) => return Some(Picture::FileKey(key.clone())),
            PictureSource::Scan(path) => path,
        };
        let error = match wanted.map(|wanted| &scans.resolved[wanted])? {
            Ok(file) => match &outcomes[*file] {
                Ok((digest, format)) => {
                    return Some(Picture::Scan(Scan { path: path.to_string(), digest: *digest, format: *format }));
                }
                Err(error) => error,
            },
            Err(error) => error,
        };
        let place = Location { file: letter.file, span: picture.span };
        let meant = matches!(error, ScanError::Missing)
            .then(|| scan::did_you_mean(&paths[letter.file.index()], path, roots))
            .flatten();
        let help = meant.map_or_else(|| error.help().to_owned(), |meant| format!("did you mean `{meant}`?"));
        collector.push(Diagnostic::new(error.code(), error.to_string()).at(place).help(help));
        None
    });
    pictures.collect()
}

/// Which scans are declared, and which files they are.
#[derive(Default)]
struct Scans {
    /// By the declaring file and the path as declared: its index in `resolved`.
    declared: HashMap<(FileId, String), usize>,
    /// The index of each scan's file, when it may be read.
    resolved: Vec<Result<usize, ScanError>>,
    /// The real paths of the files.
    files: Vec<PathBuf>,
    by_path: HashMap<PathBuf, usize>,
}

impl Scans {
    /// The index in `resolved` of the scan that a letter declares.
    fn want(
        &mut self,
        letter: &Declared,
        paths: &[PathBuf],
        roots: &ScanRoots,
        tracked: Option<&Tracked>,
    ) -> Option<usize> {
        let PictureSource::Scan(path) = &letter.picture.as_ref()?.value else { return None };
        match self.declared.entry((letter.file, path.to_string())) {
            Entry::Occupied(entry) => Some(*entry.get()),
            Entry::Vacant(entry) => {
                let real = scan::resolve(&paths[letter.file.index()], path, roots);
                let known = real.and_then(|real| match tracked {
                    Some(tracked) if !tracked.holds(&real) => Err(ScanError::Untracked),
                    _ => Ok(real),
                });
                let file = known.map(|real| {
                    *self.by_path.entry(real).or_insert_with_key(|real| {
                        self.files.push(real.clone());
                        self.files.len() - 1
                    })
                });
                self.resolved.push(file);
                Some(*entry.insert(self.resolved.len() - 1))
            }
        }
    }
}

/// Reads and decodes the files on all cores.
fn read_all(files: &[PathBuf]) -> Vec<Outcome> {
    let mut budget = Budget::default();
    let admitted: Vec<bool> = files.iter().map(|file| budget.admits(file)).collect();
    let read = |index: usize| -> Outcome {
        if !admitted[index] {
            return Err(ScanError::OverBudget);
        }
        let scan = scan::read_file(&files[index])?;
        scan::check_pixels(&scan)?;
        Ok((scan.digest, scan.format))
    };
    let mut outcomes = Vec::with_capacity(files.len());
    parallel::in_order(files.len(), read, (|_: &Outcome| 0, 0), |outcome| outcomes.push(outcome));
    outcomes
}
