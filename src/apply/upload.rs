use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OnceCell, Semaphore, SemaphorePermit};

use super::{ReadScans, ScanProblem};
use crate::{
    letter::{FileKey, Scan, ScanDigest, Source},
    retry::{Caller, Held},
    service::WriteLetters,
};

/// The unit in which the bytes of scans in memory are counted.
const UNIT: usize = 1 << 10;

/// The most bytes of scans that are in memory at once, in units of 1 KiB: 64 MiB, whatever the
/// parallelism.
const MOST_UNITS: usize = 64 << 10;

/// The units of the largest scan that the service takes, of 5 MiB.
const LARGEST_UNITS: u32 = 5 << 10;

/// Uploads each scan once, however many letters share it.
pub(super) struct Uploads<'a, S, R> {
    caller: &'a Caller<'a, S>,
    scans: &'a R,
    /// What of memory is left for scans.
    memory: Semaphore,
    done: Mutex<HashMap<ScanDigest, Arc<OnceCell<FileKey>>>>,
}

/// Why a scan is not uploaded.
pub(super) enum UploadError {
    Scan(ScanProblem),
    Held(Held),
}

impl<'a, S: WriteLetters, R: ReadScans> Uploads<'a, S, R> {
    pub(super) fn new(caller: &'a Caller<'a, S>, scans: &'a R) -> Self {
        Self { caller, scans, memory: Semaphore::new(MOST_UNITS), done: Mutex::default() }
    }

    /// The key of the uploaded scan.
    pub(super) async fn key_of(&self, letter: &str, source: &Source, scan: &Scan) -> Result<FileKey, UploadError> {
        let cell = {
            let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(done.entry(scan.digest).or_default())
        };
        let key = cell
            .get_or_try_init(|| async {
                let mut memory = self.memory().await?;
                let bytes = self.scans.read(source, scan).await.map_err(UploadError::Scan)?;
                // How large it is, is known only now.
                let spare = (LARGEST_UNITS as usize).saturating_sub(bytes.len().div_ceil(UNIT));
                drop(memory.split(spare));
                self.caller.upload(letter, scan.object(), bytes).await.map_err(UploadError::Held)
            })
            .await?;
        Ok(key.clone())
    }

    /// Room in memory for the largest scan, once there is some.
    async fn memory(&self) -> Result<SemaphorePermit<'_>, UploadError> {
        if let Ok(memory) = self.memory.try_acquire_many(LARGEST_UNITS) {
            return Ok(memory);
        }
        tokio::select! {
            biased;
            () = self.caller.stopping() => Err(UploadError::Held(Held::Stopped)),
            memory = self.memory.acquire_many(LARGEST_UNITS) => Ok(memory.expect("it is never closed")),
        }
    }

    /// The key of a scan that was uploaded.
    pub(super) fn key_at_hand(&self, scan: &Scan) -> Option<FileKey> {
        let done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        done.get(&scan.digest)?.get().cloned()
    }
}
