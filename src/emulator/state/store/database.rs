//! The tables, and what is read from and written to them.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, backends::InMemoryBackend};

use super::{Change, StateLocation, StoreError, folder};
use crate::emulator::{
    auth::EmulatorAccount,
    ledger::{Contradiction, Ledger, StoredLetter},
};

/// Account and id → the letter as JSON.
const LETTERS: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("letters");
/// Account and key → the size of the object.
const OBJECTS: TableDefinition<(&str, &str), u64> = TableDefinition::new("objects");
/// Account and key → the object.
pub(super) const CONTENTS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("contents");
/// Account and name → the signature as JSON.
const SIGNATURES: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("signatures");
/// Account and id → the qualification as JSON.
const QUALIFICATIONS: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("qualifications");
/// Facts about the database.
const META: TableDefinition<&str, u64> = TableDefinition::new("meta");
const FORMAT: &str = "format";
pub(super) const FORMAT_VERSION: u64 = 1;

/// Beyond this progress a repair counts what is there. Before it, and after the start, it says that
/// it goes back to the change before the last.
const UNDONE: f64 = 0.5;
/// The memory that redb may use for pages.
const CACHE_BYTES: usize = 32 * 1024 * 1024;

/// A database that was opened.
pub(super) struct Opened {
    pub database: Database,
    /// Whether its last change was not whole, and the one before is what there is.
    pub undone: bool,
}

pub(super) fn open_database(location: &StateLocation, place: &str) -> Result<Opened, StoreError> {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES);
    // Else a file that something else has changed is trusted, and what does not fit together is a
    // panic much later.
    builder.set_check_integrity_on_open(true);
    let undone = Arc::new(AtomicBool::new(false));
    let note = Arc::clone(&undone);
    builder.set_repair_callback(move |session| {
        if session.progress() > 0.0 && session.progress() < UNDONE {
            note.store(true, Ordering::Relaxed);
        }
    });
    let opened = match location {
        StateLocation::Memory => builder.create_with_backend(InMemoryBackend::new()),
        StateLocation::Folder(folder) => {
            let fails = |problem: io::Error| StoreError::Open { place: place.to_owned(), problem: problem.to_string() };
            folder::make(folder).map_err(fails)?;
            builder.create(folder.join(folder::FILE))
        }
    };
    let database = opened.map_err(|error| match (error, location) {
        (redb::DatabaseError::DatabaseAlreadyOpen, StateLocation::Folder(folder)) => StoreError::InUse(folder.clone()),
        (error, _) => StoreError::opening(place, error.into()),
    })?;
    let prepare = || -> Result<u64, redb::Error> {
        let transaction = database.begin_write()?;
        transaction.open_table(LETTERS)?;
        transaction.open_table(OBJECTS)?;
        transaction.open_table(CONTENTS)?;
        transaction.open_table(SIGNATURES)?;
        transaction.open_table(QUALIFICATIONS)?;
        let found = {
            let mut meta = transaction.open_table(META)?;
            let found = meta.get(FORMAT)?.map(|version| version.value());
            if found.is_none() {
                meta.insert(FORMAT, FORMAT_VERSION)?;
            }
            found.unwrap_or(FORMAT_VERSION)
        };
        transaction.commit()?;
        Ok(found)
    };
    match prepare().map_err(|error| StoreError::opening(place, error))? {
        FORMAT_VERSION => Ok(Opened { database, undone: undone.load(Ordering::Relaxed) }),
        found => Err(StoreError::NewerFormat { place: place.to_owned(), found }),
    }
}

pub(super) fn object_keys(database: &Database) -> Result<Vec<(String, String)>, StoreError> {
    let read = || -> Result<Vec<(String, String)>, redb::Error> {
        let objects = database.begin_read()?.open_table(OBJECTS)?;
        let entries = objects.iter()?.map(|entry| {
            let (key, _) = entry?;
            let (account, key) = key.value();
            Ok((account.to_owned(), key.to_owned()))
        });
        entries.collect()
    };
    read().map_err(|error| StoreError::Read(Box::new(error)))
}

pub(super) fn load(database: &Database, place: &str) -> Result<Ledger, StoreError> {
    let damaged = |problem: String| StoreError::Damaged { place: place.to_owned(), problem };
    let account_of =
        |name: &str| EmulatorAccount::try_from(name).map_err(|error| damaged(format!("account {name:?}: {error}")));
    let mut ledger = Ledger::default();
    let read = || -> Result<Vec<(String, Vec<u8>)>, redb::Error> {
        let letters = database.begin_read()?.open_table(LETTERS)?;
        let entries = letters.iter()?.map(|entry| {
            let (key, letter) = entry?;
            Ok((key.value().0.to_owned(), letter.value().to_vec()))
        });
        entries.collect()
    };
    for (account, letter) in read().map_err(|error| StoreError::opening(place, error))? {
        let account = account_of(&account)?;
        let letter: StoredLetter = serde_json::from_slice(&letter).map_err(|error| damaged(error.to_string()))?;
        ledger.restore(&account, Arc::new(letter)).map_err(|error: Contradiction| damaged(error.to_string()))?;
    }
    let (signatures, qualifications) = applications(database).map_err(|error| StoreError::opening(place, error))?;
    for (account, json) in signatures {
        let signature = serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
        ledger.put_signature(&account_of(&account)?, Arc::new(signature));
    }
    for (account, json) in qualifications {
        let qualification = serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
        ledger.put_qualification(&account_of(&account)?, Arc::new(qualification));
    }
    for (account, key) in object_keys(database)? {
        ledger.put_object(&account_of(&account)?, &key);
    }
    Ok(ledger)
}

/// Accounts, and what they hold as JSON.
type Records = Vec<(String, Vec<u8>)>;

/// Signatures and qualifications.
fn applications(database: &Database) -> Result<(Records, Records), redb::Error> {
    let transaction = database.begin_read()?;
    let signatures = transaction.open_table(SIGNATURES)?;
    let signatures = signatures.iter()?.map(|entry| {
        entry.map(|(key, json)| (key.value().0.to_owned(), json.value().to_vec())).map_err(redb::Error::from)
    });
    let qualifications = transaction.open_table(QUALIFICATIONS)?;
    let qualifications = qualifications.iter()?.map(|entry| {
        entry.map(|(key, json)| (key.value().0.to_owned(), json.value().to_vec())).map_err(redb::Error::from)
    });
    Ok((signatures.collect::<Result<_, _>>()?, qualifications.collect::<Result<_, _>>()?))
}

pub(super) fn commit(database: &Database, batch: &[Change]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut letters = transaction.open_table(LETTERS)?;
        let mut objects = transaction.open_table(OBJECTS)?;
        let mut signatures = transaction.open_table(SIGNATURES)?;
        let mut qualifications = transaction.open_table(QUALIFICATIONS)?;
        let mut contents = transaction.open_table(CONTENTS)?;
        for change in batch {
            match change {
                Change::Letter { account, letter } => {
                    let json = serde_json::to_vec(letter).expect("a letter is texts and numbers");
                    letters.insert((account.as_str(), letter.id.0), json.as_slice())?;
                }
                Change::Signature { account, signature } => {
                    let json = serde_json::to_vec(signature).expect("a signature is texts and numbers");
                    signatures.insert((account.as_str(), signature.name.as_str()), json.as_slice())?;
                }
                Change::Qualification { account, qualification } => {
                    let json = serde_json::to_vec(qualification).expect("a qualification is texts and numbers");
                    qualifications.insert((account.as_str(), qualification.id), json.as_slice())?;
                }
                Change::Object { account, key, content } => {
                    let size = u64::try_from(content.len()).expect("usize has at most 64 bits");
                    objects.insert((account.as_str(), key.as_str()), size)?;
                    contents.insert((account.as_str(), key.as_str()), content.as_ref())?;
                }
            }
        }
    }
    transaction.commit()?;
    Ok(())
}
