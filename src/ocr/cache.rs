//! What was read once: a scan has the same text as long as it has the same bytes.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::PathBuf,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{letter::ScanDigest, proofread::Reading};

/// The version of what is kept, and of how pages are prepared: others are not read.
const VERSION: u32 = 1;
/// The largest file that is read.
const MAX_BYTES: u64 = 8 << 20;

/// A folder with the readings of scans, each in a file. It can be deleted at any time.
///
/// What it holds is of use and no more: a file that is damaged, too large, or of another scan is no
/// file, and a folder that can't be written stays as it is.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// A file of the folder.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept<R> {
    version: u32,
    engine: String,
    sha256: ScanDigest,
    readings: R,
}

impl Cache {
    /// A folder, which is made when something is to be kept.
    pub const fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// What the engine has read of the scan.
    pub fn get(&self, engine: &str, scan: ScanDigest) -> Option<Vec<Reading>> {
        let path = self.path(engine, scan);
        // A FIFO would be waited for.
        fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        let mut bytes = Vec::new();
        fs::File::open(path).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        let kept: Kept<Vec<Reading>> = serde_json::from_slice(&bytes).ok()?;
        let is_it = kept.version == VERSION && kept.engine == engine && kept.sha256 == scan;
        (is_it && bytes.len() as u64 <= MAX_BYTES).then_some(kept.readings)
    }

    /// Keeps what the engine has read of the scan.
    pub fn put(&self, engine: &str, scan: ScanDigest, readings: &[Reading]) {
        if let Err(error) = self.write(engine, scan, readings) {
            tracing::debug!(folder = %self.folder.display(), %error, "the readings of a scan were not kept");
        }
    }

    fn write(&self, engine: &str, scan: ScanDigest, readings: &[Reading]) -> io::Result<()> {
        let kept = Kept { version: VERSION, engine: engine.to_owned(), sha256: scan, readings };
        let mut folders = fs::DirBuilder::new();
        // What stands on papers is nobody else's business.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
        folders.recursive(true).create(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(&kept)?)?;
        file.persist(self.path(engine, scan))?;
        Ok(())
    }

    fn path(&self, engine: &str, scan: ScanDigest) -> PathBuf {
        const DIGITS: usize = 40;
        let name = hex::encode(Sha256::digest(format!("{VERSION}\n{engine}\n{scan}")));
        self.folder.join(format!("{}.json", &name[..DIGITS]))
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_for_the_same_scan_and_engine_alone() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("deep/er"));
        let (scan, readings) = (ScanDigest::of(b"a"), Reading::of_output("菜鸟"));
        assert_eq!(cache.get("engine 1", scan), None);
        cache.put("engine 1", scan, &readings);
        assert_eq!(cache.get("engine 1", scan), Some(readings));
        assert_eq!(cache.get("engine 2", scan), None);
        assert_eq!(cache.get("engine 1", ScanDigest::of(b"b")), None);
    }

    #[test]
    fn rubbish_in_the_folder_is_as_if_it_were_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned());
        let scan = ScanDigest::of(b"a");
        let path = cache.path("engine", scan);
        let other = format!(r#"{{"version":1,"engine":"engine","sha256":"{}","readings":[]}}"#, ScanDigest::of(b"b"));
        let deep = "[".repeat(100_000);
        for rubbish in ["", "{}", "null", "\0\0", &other, &deep] {
            fs::write(&path, rubbish).unwrap();
            assert_eq!(cache.get("engine", scan), None, "{rubbish:.20}");
        }
        fs::File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        assert_eq!(cache.get("engine", scan), None);
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert_eq!(cache.get("engine", scan), None);
        // A folder in the way is left there.
        cache.put("engine", scan, &[]);
        assert!(path.is_dir() && fs::read_dir(folder.path()).unwrap().count() == 1);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        Cache::new(folder.path().join("file/cache")).put("engine", ScanDigest::of(b"a"), &[]);
    }
}
