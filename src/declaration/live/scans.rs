//! The scans of letters that change: where each one is, and what was seen when it was decoded.

use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use super::{
    super::{
        FileId, ScanRoots, SourceFile,
        declared::Declared,
        pictures::{self, Outcome, Resolved},
        scan::{self, Budget},
    },
    LiveDeclarations,
    held::{Held, Kind},
    known::Known,
};

/// What is known of scans until something changes on the disk.
#[derive(Debug, Default)]
pub(super) struct Scans {
    decoded: HashMap<PathBuf, (Stamp, Arc<Outcome>)>,
    wanted: HashSet<PathBuf>,
    /// Where the scans are that were found.
    found: HashMap<(FileId, String), PathBuf>,
    /// Where scans may be.
    roots: Option<ScanRoots>,
}

/// What tells one content of a file from another without reading it.
type Stamp = Option<(u64, SystemTime)>;

/// Pictures that were decoded, to be given back to [`LiveDeclarations::know`].
#[derive(Debug)]
pub struct DecodedPictures(Vec<(PathBuf, Stamp, Arc<Outcome>)>);

impl Scans {
    pub(super) fn forget_roots(&mut self) {
        self.roots = None;
    }

    /// The pictures of letters. Those that are not decoded yet are wanted from now on.
    fn resolve(
        &mut self,
        letters: &[&Declared],
        (files, paths): (&[&SourceFile], &[&Path]),
        roots: impl FnOnce() -> ScanRoots,
    ) -> Vec<Resolved> {
        let Self { decoded, wanted, found, roots: known_roots } = self;
        let roots = &*known_roots.get_or_insert_with(roots);
        let real = |letter: &Declared, path: &str| {
            let declared = (letter.file, path.to_owned());
            if let Some(real) = found.get(&declared) {
                return Ok(real.clone());
            }
            let real = scan::resolve(paths[letter.file.index()], path, roots)?;
            found.insert(declared, real.clone());
            Ok(real)
        };
        let decode = |scans: &[PathBuf]| {
            let look_up = |scan: &PathBuf| {
                let outcome = decoded.get(scan).map(|(_, outcome)| Arc::clone(outcome));
                if outcome.is_none() {
                    wanted.insert(scan.clone());
                }
                outcome
            };
            scans.iter().map(look_up).collect()
        };
        pictures::resolve(letters, (files, paths), roots, (real, decode))
    }
}

impl LiveDeclarations {
    /// Looks for the pictures of letters that are new, or whose pictures may be others now.
    pub(super) fn look_for_pictures(&mut self) {
        let letters = self.files.iter().flat_map(Held::letters).filter(|known| known.picture.is_none());
        let letters: Vec<&Declared> = letters.map(|known| &known.declared).collect();
        if letters.is_empty() {
            return;
        }
        let sources: Vec<&SourceFile> = self.files.iter().map(|held| &held.source).collect();
        let paths: Vec<&Path> = self.files.iter().map(|held| held.path.as_path()).collect();
        let roots = || roots(&self.folders, &self.files);
        let resolved = self.scans.resolve(&letters, (&sources, &paths), roots);
        let mut resolved = resolved.into_iter();
        for held in &mut self.files {
            let mut changed = false;
            for known in held.letters_mut().filter(|known| known.picture.is_none()) {
                known.picture = resolved.next();
                changed = true;
            }
            held.changed |= changed;
        }
    }

    /// Looks at the scans again, whose files may be others now.
    pub(super) fn look_at_scans_again(&mut self) {
        self.scans.found.clear();
        self.scans.forget_roots();
        self.scans.decoded.retain(|scan, (stamp, _)| *stamp == stamp_of(scan));
        self.forget_pictures(Known::has_scan);
    }

    fn forget_pictures(&mut self, whose: impl Fn(&Known) -> bool) {
        for known in self.files.iter_mut().flat_map(Held::letters_mut).filter(|known| whose(known)) {
            known.picture = None;
            known.release(&mut self.others);
        }
    }

    /// The file of a scan that a file declares, when it may be read.
    #[must_use]
    pub fn scan(&self, file: FileId, declared: &str) -> Option<PathBuf> {
        scan::resolve(self.path(file), declared, &roots(&self.folders, &self.files)).ok()
    }

    /// Looks again at what nobody tells of when it changes: scans and workspace files.
    pub fn look_around(&mut self) {
        self.look_at_scans_again();
        self.read_workspaces_again();
    }

    /// The pictures that the problems depend on and that nobody has decoded yet, each named once.
    pub fn wanted_pictures(&mut self) -> Vec<PathBuf> {
        let mut wanted: Vec<PathBuf> = self.scans.wanted.drain().collect();
        wanted.sort();
        wanted
    }

    /// Takes over what became of pictures. Those that have changed since are wanted again.
    pub fn know(&mut self, pictures: DecodedPictures) {
        let current = pictures.0.into_iter().filter(|(path, stamp, _)| *stamp == stamp_of(path));
        self.scans.decoded.extend(current.map(|(path, stamp, outcome)| (path, (stamp, outcome))));
        self.forget_pictures(Known::is_undecoded);
    }
}

/// Where scans may be: in the folders, and beside files that are open.
fn roots(folders: &[PathBuf], files: &[Held]) -> ScanRoots {
    let open = files.iter().filter(|held| held.open && matches!(held.kind, Kind::Letters)).map(|held| &held.path);
    ScanRoots::of(&folders.iter().chain(open).cloned().collect::<Vec<_>>())
}

/// Decodes pictures, on all cores. This takes a while, so that it belongs on a thread of its own.
#[must_use]
pub fn decode_pictures(files: Vec<PathBuf>) -> DecodedPictures {
    let stamps: Vec<Stamp> = files.iter().map(|file| stamp_of(file)).collect();
    let outcomes = pictures::read_all(&files, &mut Budget::default());
    DecodedPictures(files.into_iter().zip(stamps).zip(outcomes).map(|((file, stamp), o)| (file, stamp, o)).collect())
}

fn stamp_of(file: &Path) -> Stamp {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.len(), metadata.modified().ok()?))
}
