//! What outlives the process: letters and objects in a redb database, which a kill at any moment
//! leaves whole.
//!
//! One thread writes. It takes all the changes that wait, commits them as one transaction, and then
//! says up to which change everything is safe: many creates share one flush of the disk. An answer
//! goes out when the changes that it speaks of are safe.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, mpsc},
    thread::JoinHandle,
};

use bytes::Bytes;
use redb::{Database, ReadableDatabase};
use tokio::sync::watch;

mod database;
mod folder;

use self::database::{CONTENTS, FORMAT_VERSION, Opened, commit, load, object_keys, open_database};
pub use folder::may_hold_state;

use crate::emulator::{
    auth::EmulatorAccount,
    ledger::{Ledger, StoredLetter, StoredQualification, StoredSignature},
};

/// The most changes of one transaction.
const MAX_BATCH: usize = 4096;

/// Where the state is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StateLocation {
    /// In a folder, which is made when it is missing.
    Folder(PathBuf),
    /// In memory: it is gone with the process.
    Memory,
}

/// `:memory:`, or the path of a folder.
impl From<&str> for StateLocation {
    fn from(text: &str) -> Self {
        if text == ":memory:" { Self::Memory } else { Self::Folder(text.into()) }
    }
}

/// Something that has to be kept.
#[derive(Debug, Clone)]
pub(in crate::emulator) enum Change {
    /// A letter that is new, or in another state.
    Letter {
        /// Its account.
        account: EmulatorAccount,
        /// The letter.
        letter: Arc<StoredLetter>,
    },
    /// A signature that is new, or in another state.
    Signature {
        /// Its account.
        account: EmulatorAccount,
        /// The signature.
        signature: Arc<StoredSignature>,
    },
    /// A qualification that is new, or in another state.
    Qualification {
        /// Its account.
        account: EmulatorAccount,
        /// The qualification.
        qualification: Arc<StoredQualification>,
    },
    /// An object that was uploaded.
    Object {
        /// Its account.
        account: EmulatorAccount,
        /// Its key.
        key: String,
        /// What it holds.
        content: Bytes,
    },
}

/// Why the state can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process has it open.
    #[error(
        "the state folder {} is in use by another emulator; end that one, or give this one another folder with --state",
        .0.display()
    )]
    InUse(PathBuf),
    /// It can't be opened.
    #[error("the state in {place} can't be opened: {problem}")]
    Open {
        /// Where it is.
        place: String,
        /// What happened.
        problem: String,
    },
    /// A newer letterform wrote it.
    #[error(
        "the state in {place} is of format {found}, and this letterform knows format {FORMAT_VERSION}; use a newer one"
    )]
    NewerFormat {
        /// Where it is.
        place: String,
        /// Its format.
        found: u64,
    },
    /// It does not hold together.
    #[error("the state in {place} is damaged: {problem}; move it away, or import an export into a new folder")]
    Damaged {
        /// Where it is.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// It can't be read.
    #[error("the state can't be read: {0}")]
    Read(Box<redb::Error>),
    /// It can't be written; nothing more is acknowledged.
    #[error("the state can't be written: {0}; nothing more is acknowledged until the emulator is started again")]
    Write(Arc<str>),
}

impl StoreError {
    /// A failure of the database while it is opened.
    fn opening(place: &str, error: redb::Error) -> Self {
        let place = place.to_owned();
        match error {
            redb::Error::Corrupted(problem) => Self::Damaged { place, problem },
            other => Self::Open { place, problem: other.to_string() },
        }
    }
}

/// How far the changes are safe.
#[derive(Debug, Clone)]
enum Safe {
    /// Up to and with this one.
    UpTo(u64),
    /// Writing failed.
    Failed(Arc<str>),
}

/// The state on disk, and the thread that writes it.
#[derive(Debug)]
pub(in crate::emulator) struct Store {
    database: Arc<Database>,
    /// Whether the last change of the run before was not whole and is undone.
    pub(in crate::emulator) undone: bool,
    safe: watch::Receiver<Safe>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// The end at which changes go in, in the order in which they were made.
#[derive(Debug)]
pub(in crate::emulator) struct Changes {
    sender: Option<mpsc::Sender<Change>>,
    made: u64,
}

impl Changes {
    /// Hands a change to the writer.
    pub(in crate::emulator) fn push(&mut self, change: Change) {
        self.made += 1;
        if let Some(sender) = &self.sender {
            // A writer that has ended said so before: the request that waits for this change learns
            // that writing failed.
            let _ = sender.send(change);
        }
    }

    /// Says that no more changes come: the writer ends when it has written those that came.
    pub(in crate::emulator) fn end(&mut self) {
        self.sender = None;
    }

    /// The number of the last change, to wait for with [`Store::safe`].
    pub(in crate::emulator) fn made(&self) -> u64 {
        self.made
    }
}

impl Store {
    /// Opens the state, and reads all of it but the contents of objects.
    ///
    /// # Errors
    /// When the folder can't be used, is in use, or does not hold what this version of the program
    /// can read.
    pub(in crate::emulator) fn open(location: &StateLocation) -> Result<(Self, Changes, Ledger), StoreError> {
        let place = match location {
            StateLocation::Folder(folder) => folder.display().to_string(),
            StateLocation::Memory => "memory".to_owned(),
        };
        let Opened { database, undone } = open_database(location, &place)?;
        let database = Arc::new(database);
        let ledger = load(&database, &place)?;
        let (sender, receiver) = mpsc::channel();
        let (announce, safe) = watch::channel(Safe::UpTo(0));
        let writer = std::thread::Builder::new()
            .name("emulator-state".to_owned())
            .spawn({
                let database = Arc::clone(&database);
                move || write_changes(&database, &receiver, &announce)
            })
            .map_err(|error| StoreError::Open { place, problem: error.to_string() })?;
        Ok((
            Self { database, undone, safe, writer: Mutex::new(Some(writer)) },
            Changes { sender: Some(sender), made: 0 },
            ledger,
        ))
    }

    /// Waits until every change up to and with number `change` would survive a crash.
    ///
    /// # Errors
    /// [`StoreError::Write`] when that will not come to pass.
    pub(in crate::emulator) async fn safe(&self, change: u64) -> Result<(), StoreError> {
        let mut safe = self.safe.clone();
        let reached = safe.wait_for(|safe| match safe {
            Safe::UpTo(number) => *number >= change,
            Safe::Failed(_) => true,
        });
        match reached.await.as_deref() {
            Ok(Safe::UpTo(_)) => Ok(()),
            Ok(Safe::Failed(problem)) => Err(StoreError::Write(Arc::clone(problem))),
            Err(_) => Err(StoreError::Write("the emulator is ending, or its writer failed".into())),
        }
    }

    /// What an object holds.
    ///
    /// # Errors
    /// When the database can't be read.
    pub(in crate::emulator) fn object(
        &self,
        account: &EmulatorAccount,
        key: &str,
    ) -> Result<Option<Bytes>, StoreError> {
        let read = || -> Result<Option<Bytes>, redb::Error> {
            let contents = self.database.begin_read()?.open_table(CONTENTS)?;
            Ok(contents.get((account.as_str(), key))?.map(|content| Bytes::copy_from_slice(content.value())))
        };
        read().map_err(|error| StoreError::Read(Box::new(error)))
    }

    /// The keys of all objects, with their accounts.
    ///
    /// # Errors
    /// When the database can't be read.
    pub(in crate::emulator) fn object_keys(&self) -> Result<Vec<(String, String)>, StoreError> {
        object_keys(&self.database)
    }

    /// Waits for the writer to end, after [`Changes::end`].
    pub(in crate::emulator) fn close(&self) {
        let writer = self.writer.lock().map(|mut writer| writer.take());
        if let Ok(Some(writer)) = writer {
            // A writer that panicked has said on its own what happened, and there is nothing left
            // to do here.
            let _ = writer.join();
        }
    }
}

/// Commits what waits until nobody can hand in a change any more, or a commit fails.
fn write_changes(database: &Database, changes: &mpsc::Receiver<Change>, announce: &watch::Sender<Safe>) {
    let mut written = 0;
    while let Ok(first) = changes.recv() {
        let batch: Vec<Change> = std::iter::once(first).chain(changes.try_iter().take(MAX_BATCH - 1)).collect();
        if let Err(error) = commit(database, &batch) {
            tracing::error!(%error, "the emulator's state can't be written");
            announce.send_replace(Safe::Failed(error.to_string().into()));
            return;
        }
        written += u64::try_from(batch.len()).expect("a batch has at most MAX_BATCH changes");
        announce.send_replace(Safe::UpTo(written));
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::{emulator::ledger::LetterQuery, letter::LetterId};

    fn letter(id: u64, name: &str) -> Arc<StoredLetter> {
        Arc::new(StoredLetter {
            id: LetterId(id),
            name: name.into(),
            authorizer: "菜鸟".into(),
            authorized_party: "支付宝".into(),
            organization_code: "9133".into(),
            validity: "2026-01-01~2026-12-31".parse().expect("valid"),
            signatures: ["菜鸟".into()].into(),
            file_key: "1/a.jpg".into(),
            state: "INT".into(),
        })
    }

    fn shop() -> EmulatorAccount {
        EmulatorAccount::try_from("shop").expect("valid")
    }

    #[tokio::test]
    async fn what_is_safe_is_there_when_the_state_is_opened_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let location = StateLocation::Folder(folder.path().join("new"));
        let (store, mut changes, _) = Store::open(&location).expect("opens");
        changes.push(Change::Object {
            account: shop(),
            key: "1/a.jpg".to_owned(),
            content: Bytes::from_static(b"picture"),
        });
        changes.push(Change::Letter { account: shop(), letter: letter(7, "甲") });
        store.safe(changes.made()).await.expect("written");
        changes.end();
        store.close();
        drop(store);

        let (store, _changes, ledger) = Store::open(&location).expect("opens");
        assert_eq!(ledger.query(&shop(), &LetterQuery::default(), Timestamp::UNIX_EPOCH), [letter(7, "甲")]);
        assert!(ledger.has_object(&shop(), "1/a.jpg"));
        assert_eq!(store.object(&shop(), "1/a.jpg").expect("read"), Some(Bytes::from_static(b"picture")));
        assert_eq!(store.object(&shop(), "1/b.jpg").expect("read"), None);
    }

    #[test]
    fn a_folder_serves_one_emulator_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let location = StateLocation::Folder(folder.path().to_owned());
        let _open = Store::open(&location).expect("opens");
        let error = Store::open(&location).expect_err("is in use");
        assert!(matches!(&error, StoreError::InUse(path) if path == folder.path()), "{error}");
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    }

    #[test]
    fn a_file_that_is_no_state_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(folder::FILE), b"not a database, but long enough to look at")
            .expect("written");
        let error = Store::open(&StateLocation::Folder(folder.path().to_owned())).expect_err("is no database");
        assert!(matches!(error, StoreError::Open { .. }), "{error}");
    }

    #[test]
    fn memory_is_named_by_its_own_word() {
        assert_eq!(StateLocation::from(":memory:"), StateLocation::Memory);
        assert_eq!(StateLocation::from("state"), StateLocation::Folder("state".into()));
    }
}
