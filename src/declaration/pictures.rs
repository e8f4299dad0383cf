//! The scans of all letters: each file read and decoded once, on all cores.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Diagnostic, FileId, Fix, Location, Safety, SourceFile,
    collector::Collector,
    document::Declared,
    letter::PictureSource,
    parallel,
    scan::{self, Budget, ScanError, ScanRoots},
};
use crate::letter::{Picture, PictureFormat, Scan, ScanDigest};

/// What is known of a scan once it was read.
pub(super) type Outcome = Result<(ScanDigest, PictureFormat), ScanError>;

/// The picture of each letter; `None` where something was complained about.
///
/// `files` declare the letters, and lie at `paths`. `real` finds the file of a scan, and `decode` tells what became of scans; one that is not known yet has no
/// picture, and nothing is complained about.
pub(super) fn resolve(
    collector: &mut Collector,
    letters: &[&Declared],
    (files, paths): (&[&SourceFile], &[&Path]),
    roots: &ScanRoots,
    (mut real, decode): (
        impl FnMut(&Declared, &str) -> Result<PathBuf, ScanError>,
        impl FnOnce(&[PathBuf]) -> Vec<Option<Arc<Outcome>>>,
    ),
) -> Vec<Option<Picture>> {
    let mut scans = Scans::default();
    let wanted: Vec<_> = letters.iter().map(|letter| scans.want(letter, &mut real)).collect();
    let outcomes = decode(&scans.files);
    let pictures = letters.iter().zip(&wanted).map(|(letter, wanted)| {
        let picture = letter.picture.as_ref()?;
        let path = match &picture.value {
            PictureSource::FileKey(key) => return Some(Picture::FileKey(key.clone())),
            PictureSource::Scan(path) => path,
        };
        let error = match wanted.map(|wanted| &scans.resolved[wanted])? {
            Ok(file) => match &**outcomes[*file].as_ref()? {
                Ok((digest, format)) => {
                    return Some(Picture::Scan(Scan { path: path.to_string(), digest: *digest, format: *format }));
                }
                Err(error) => error,
            },
            Err(error) => error,
        };
        let place = Location { file: letter.file, span: picture.span };
        let meant = matches!(error, ScanError::Missing)
            .then(|| scan::did_you_mean(paths[letter.file.index()], path, roots))
            .flatten();
        let source = files[letter.file.index()];
        let fix = meant.as_ref().and_then(|meant| Fix::of_value(source, place, (path, meant), Safety::Confirm));
        let help = meant.map_or_else(|| error.help().to_owned(), |meant| format!("did you mean `{meant}`?"));
        collector.push(Diagnostic::new(error.code(), error.to_string()).at(place).help(help).mend(fix));
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
        real: &mut impl FnMut(&Declared, &str) -> Result<PathBuf, ScanError>,
    ) -> Option<usize> {
        let PictureSource::Scan(path) = &letter.picture.as_ref()?.value else { return None };
        match self.declared.entry((letter.file, path.to_string())) {
            Entry::Occupied(entry) => Some(*entry.get()),
            Entry::Vacant(entry) => {
                let real = real(letter, path);
                let file = real.map(|real| {
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

/// Reads and decodes the files on all cores, as many as the budget admits.
pub(super) fn read_all(files: &[PathBuf], budget: &mut Budget) -> Vec<Arc<Outcome>> {
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
    parallel::in_order(files.len(), read, (|_: &Outcome| 0, 0), |outcome| outcomes.push(Arc::new(outcome)));
    outcomes
}
