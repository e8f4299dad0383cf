use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;

use crate::{
    apply::{ReadScans, ScanProblem},
    declaration::{self, ScanRoots},
    letter::{Scan, Source},
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

    /// The scans of a saved plan: below the current folder, or beside the file that declares them.
    pub fn of_plan(plan: &Plan) -> Self {
        let files = plan.creates().map(|desired| PathBuf::from(&desired.source.file));
        let paths: Vec<PathBuf> = std::iter::once(PathBuf::from(".")).chain(files).collect();
        Self::new(ScanRoots::of(&paths))
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
    Ok(read.bytes.into())
}
