//! The scans of all letters: each file read and decoded once, on all cores.

use std::{
    collections::{HashMap, hash_map::Entry},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Diagnostic, FileId, Fix, Location, Safety, SourceFile,
    declared::Declared,
    letter::PictureSource,
    parallel,
    scan::{self, Appearance, Budget, Flaw, ScanError, ScanRoots},
};
use crate::letter::{Picture, PictureFormat, Scan, ScanDigest};

/// What is known of a scan once it was read.
pub(super) type Outcome = Result<Seen, ScanError>;

/// What is kept of a scan that can be used: no pixels, since there may be thousands.
#[derive(Debug)]
pub(super) struct Seen {
    digest: ScanDigest,
    format: PictureFormat,
    appearance: Appearance,
}

/// What is known of a letter's picture.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    /// The picture, when it can be used.
    pub(super) picture: Option<Picture>,
    pub(super) complaints: Vec<Diagnostic>,
    /// Whether it is a scan that was not decoded yet.
    pub(super) undecoded: bool,
}

/// The pictures of letters, in their order.
///
/// `files` declare the letters, and lie at `paths`. `real` finds the file of a scan, and `decode`
/// tells what became of scans; it is `None` for one that is not known yet.
pub(super) fn resolve(
    letters: &[&Declared],
    (files, paths): (&[&SourceFile], &[&Path]),
    roots: &ScanRoots,
    (mut real, decode): (
        impl FnMut(&Declared, &str) -> Result<PathBuf, ScanError>,
        impl FnOnce(&[PathBuf]) -> Vec<Option<Arc<Outcome>>>,
    ),
) -> Vec<Resolved> {
    let mut scans = Scans::default();
    let wanted: Vec<_> = letters.iter().map(|letter| scans.want(letter, &mut real)).collect();
    let outcomes = decode(&scans.files);
    let resolved = letters.iter().zip(&wanted).map(|(letter, wanted)| {
        let Some(picture) = &letter.picture else { return Resolved::default() };
        let known = |picture| Resolved { picture: Some(picture), ..Resolved::default() };
        let path = match &picture.value {
            PictureSource::FileKey(key) => return known(Picture::FileKey(key.clone())),
            PictureSource::Scan(path) => path,
        };
        let Some(scan) = wanted.map(|wanted| &scans.resolved[wanted]) else { return Resolved::default() };
        let place = Location { file: letter.file, span: picture.span };
        let error = match scan {
            Ok(file) => match outcomes[*file].as_deref() {
                Some(Ok(Seen { digest, format, appearance })) => {
                    let scan = Scan { path: path.to_string(), digest: *digest, format: *format };
                    let told = |flaw: Flaw| Diagnostic::new(flaw.code(), flaw.to_string()).at(place).help(flaw.help());
                    return Resolved {
                        complaints: appearance.flaws().map(told).collect(),
                        ..known(Picture::Scan(scan))
                    };
                }
                Some(Err(error)) => error,
                None => return Resolved { undecoded: true, ..Resolved::default() },
            },
            Err(error) => error,
        };
        let file = letter.file.index();
        let complaint = complaint(error, path, place, (files[file], paths[file], roots));
        Resolved { complaints: vec![complaint], ..Resolved::default() }
    });
    resolved.collect()
}

/// What is wrong with a scan, and which one was probably meant.
fn complaint(
    error: &ScanError,
    path: &str,
    place: Location,
    (source, declaring, roots): (&SourceFile, &Path, &ScanRoots),
) -> Diagnostic {
    let meant = matches!(error, ScanError::Missing).then(|| scan::did_you_mean(declaring, path, roots)).flatten();
    let fix = meant.as_ref().and_then(|meant| Fix::of_value(source, place, (path, meant), Safety::Confirm));
    let help = meant.map_or_else(|| error.help().to_owned(), |meant| format!("did you mean `{meant}`?"));
    Diagnostic::new(error.code(), error.to_string()).at(place).help(help).mend(fix)
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
        let appearance = Appearance::of(&scan::check_pixels(&scan)?);
        appearance.log(&files[index]);
        Ok(Seen { digest: scan.digest, format: scan.format, appearance })
    };
    let mut outcomes = Vec::with_capacity(files.len());
    parallel::in_order(files.len(), read, (|_: &Outcome| 0, 0), |outcome| outcomes.push(Arc::new(outcome)));
    outcomes
}
