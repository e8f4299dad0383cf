use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;

use crate::{
    apply::{ReadScans, ScanProblem},
    declaration::{self, ScanRoots},
    letter::{Picture, Scan, Source},
    plan::Plan,
};

/// Scans on this machine's disk, read from the folders in which they may lie.
#[derive(Debug, Clone)]
pub struct FileScans(Arc<ScanRoots>);

impl FileScans {
    /// The scans of declarations.
    pub fn new(roots: ScanRoots) -> Self {
        Self(Arc::new(roots))
    }

    /// The folders.
    pub fn roots(&self) -> &ScanRoots {
        &self.0
    }

    /// The scans of a saved plan: below this folder, the current one or that of the workspace. A
    /// plan can't open other folders.
    pub fn of_saved_plans(folder: PathBuf) -> Self {
        Self::new(ScanRoots::of(&[folder]))
    }

    /// A file of a plan that declares a scan and lies outside this folder: saved, the plan can't be
    /// applied.
    pub fn file_outside<'p>(plan: &'p Plan, folder: &Path) -> Option<&'p str> {
        let here = fs::canonicalize(folder).ok()?;
        let with_scans = plan.creates().filter(|desired| matches!(desired.letter.picture, Picture::Scan(_)));
        let files: BTreeSet<&str> = with_scans.map(|desired| &*desired.source.file).collect();
        files.into_iter().find(|file| {
            let folder = Path::new(file).parent().unwrap_or(Path::new(""));
            // What does not exist is told of when it is read.
            fs::canonicalize(Path::new(".").join(folder)).is_ok_and(|folder| !folder.starts_with(&here))
        })
    }
}

impl ReadScans for FileScans {
    async fn read(&self, source: &Source, scan: &Scan) -> Result<Bytes, ScanProblem> {
        let (source, scan, roots) = (source.clone(), scan.clone(), Arc::clone(&self.0));
        tokio::task::spawn_blocking(move || read(&source, &scan, &roots))
            .await
            .unwrap_or_else(|error| Err(ScanProblem(format!("reading it failed: {error}"))))
    }
}

/// Reads a scan and checks that it is what it was when the plan was made.
fn read(source: &Source, scan: &Scan, roots: &ScanRoots) -> Result<Bytes, ScanProblem> {
    let read = declaration::scan::read(&source.file, &scan.path, roots)
        .map_err(|error| ScanProblem(format!("{}: {error}; {}", scan.path, error.help())))?;
    if read.digest != scan.digest {
        return Err(ScanProblem(format!(
            "{} has changed since the plan was made (it had sha256 {:.12}…, it has {:.12}…); plan again",
            scan.path,
            scan.digest.to_string(),
            read.digest.to_string()
        )));
    }
    if read.format != scan.format {
        return Err(ScanProblem(format!("{} is not of the format that the plan names; create a new plan", scan.path)));
    }
    Ok(read.bytes.into())
}
