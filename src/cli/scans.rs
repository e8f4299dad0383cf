//! Scans on this machine's disk.

use bytes::Bytes;

use crate::{
    apply::{ReadScans, ScanProblem},
    declaration,
    letter::{Scan, Source},
};

/// Reads scans from the folders of the files that declare them.
pub(super) struct FileScans;

impl ReadScans for FileScans {
    async fn read(&self, source: &Source, scan: &Scan) -> Result<Bytes, ScanProblem> {
        let (source, scan) = (source.clone(), scan.clone());
        tokio::task::spawn_blocking(move || read(&source, &scan))
            .await
            .unwrap_or_else(|error| Err(ScanProblem(format!("reading it failed: {error}"))))
    }
}

/// Reads a scan and checks that it is what it was when the plan was made.
pub(super) fn read(source: &Source, scan: &Scan) -> Result<Bytes, ScanProblem> {
    let read =
        declaration::scan::read(source, &scan.path).map_err(|error| ScanProblem(format!("{}: {error}", scan.path)))?;
    if read.digest != scan.digest {
        return Err(ScanProblem(format!(
            "{} has changed since the plan was made (it had sha256 {:.12}…, it has {:.12}…); plan again",
            scan.path,
            scan.digest.to_string(),
            read.digest.to_string()
        )));
    }
    Ok(read.bytes)
}
