use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OnceCell;

use super::{ReadScans, ScanProblem};
use crate::{
    letter::{FileKey, Scan, ScanDigest, Source},
    retry::{Caller, Held},
    service::WriteLetters,
};

/// Uploads each scan once, however many letters share it.
pub(super) struct Uploads<'a, S, R> {
    caller: &'a Caller<'a, S>,
    scans: &'a R,
    done: Mutex<HashMap<ScanDigest, Arc<OnceCell<FileKey>>>>,
}

/// Why a scan is not uploaded.
pub(super) enum UploadError {
    Scan(ScanProblem),
    Held(Held),
}

impl<'a, S: WriteLetters, R: ReadScans> Uploads<'a, S, R> {
    pub(super) fn new(caller: &'a Caller<'a, S>, scans: &'a R) -> Self {
        Self { caller, scans, done: Mutex::default() }
    }

    /// The key of the uploaded scan.
    pub(super) async fn key_of(&self, letter: &str, source: &Source, scan: &Scan) -> Result<FileKey, UploadError> {
        let cell = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(done.entry(scan.digest).or_default())
        };
        let key = cell
            .get_or_try_init(|| async {
                let bytes = self.scans.read(source, scan).await.map_err(UploadError::Scan)?;
                self.caller.upload(letter, scan.object(), bytes).await.map_err(UploadError::Held)
            })
            .await?;
        Ok(key.clone())
    }

    /// The key of a scan that was uploaded.
    pub(super) fn key_at_hand(&self, scan: &Scan) -> Option<FileKey> {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.get(&scan.digest)?.get().cloned()
    }
}
