//! The state as a file that people can read and write, to seed scenarios and to carry a state
//! elsewhere.

use std::{collections::HashSet, sync::Arc};

use bytes::Bytes;
use jiff::Timestamp;

use super::{
    super::{
        auth::EmulatorAccount,
        ledger::{Contradiction, StoredLetter, StoredQualification, StoredSignature, china_time},
    },
    Shared, State,
    store::{Change, StoreError},
};
use crate::letter::LetterId;

/// The state of all accounts.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StateFile {
    /// The version of this format: 1.
    pub format_version: u32,
    /// The accounts.
    pub accounts: Vec<AccountState>,
}

/// The state of one account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountState {
    /// Its name.
    pub name: EmulatorAccount,
    /// Its letters.
    #[serde(default)]
    pub letters: Vec<LetterState>,
    /// What was uploaded to it.
    #[serde(default)]
    pub objects: Vec<ObjectState>,
    /// Its signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<StoredSignature>,
    /// Its qualifications.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<StoredQualification>,
}

/// A letter, with or without an id of its own.
//
// Not the stored one: people write it, and all that is wrong with a file is told at once.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LetterState {
    /// Its id; the next free one when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<LetterId>,
    /// `AuthorizationLetterName`
    pub name: String,
    /// `Authorization`
    pub authorizer: String,
    /// `ProxyAuthorization`
    pub authorized_party: String,
    /// `OrganizationCode`
    pub organization_code: String,
    /// `AuthorizationLetterExpDate`
    pub validity: String,
    /// `SignList`
    pub signatures: Vec<String>,
    /// `AuthorizationLetterPic`
    pub file_key: String,
    /// `State`: `INT` when it is left out.
    #[serde(default = "not_reviewed")]
    pub state: String,
}

fn not_reviewed() -> String {
    "INT".to_owned()
}

/// An object that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ObjectState {
    /// Its key.
    pub key: String,
    /// What it holds, in base64; nothing when it is left out.
    #[serde(default, rename = "base64", with = "base64_text")]
    pub content: Bytes,
}

/// Bytes as base64. The text is not kept beside what it says: a state may have many pictures.
mod base64_text {
    use std::fmt;

    use base64::{Engine, display::Base64Display, prelude::BASE64_STANDARD};
    use bytes::Bytes;
    use serde::{Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(content: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Base64Display::new(content, &BASE64_STANDARD))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        struct Text;

        impl de::Visitor<'_> for Text {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in base64")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
                BASE64_STANDARD.decode(text).map(Bytes::from).map_err(E::custom)
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// Why a state was not imported. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// It is of another version of the format.
    #[error("the state to import is of formatVersion {0}; this letterform knows 1")]
    FormatVersion(u32),
    /// It contradicts itself or what is there.
    #[error("the state can't be imported, and nothing was: {}", .0.join("; "))]
    Problems(Vec<String>),
}

impl StateFile {
    /// Reads all that the emulator keeps, when nobody changes it.
    pub(in crate::emulator) fn export(shared: &Shared) -> Result<Self, StoreError> {
        Self::without_objects(shared).with_objects(shared)
    }

    /// The letters and what uses them, as they are at one moment. Their pictures may still be on
    /// the way to the store.
    pub(in crate::emulator) fn without_objects(shared: &Shared) -> Self {
        let state = shared.lock();
        let accounts = state.ledger.accounts().map(|(name, letters)| {
            let (signatures, qualifications) = state.ledger.applications(name);
            AccountState {
                name: name.clone(),
                letters: letters.map(|letter| LetterState::from(&**letter)).collect(),
                objects: Vec::new(),
                signatures: signatures.into_iter().map(Arc::unwrap_or_clone).collect(),
                qualifications: qualifications.into_iter().map(Arc::unwrap_or_clone).collect(),
            }
        });
        Self { format_version: 1, accounts: accounts.collect() }
    }

    /// The same with the objects that are in the store.
    pub(in crate::emulator) fn with_objects(mut self, shared: &Shared) -> Result<Self, StoreError> {
        for (account, key) in shared.store.object_keys()? {
            if let Some(holder) = self.accounts.iter_mut().find(|holder| holder.name.as_str() == account) {
                let content = shared.store.object(&holder.name, &key)?.unwrap_or_default();
                holder.objects.push(ObjectState { key, content });
            }
        }
        Ok(self)
    }

    /// Takes everything in, or nothing. What does not say when it was created was created `now`.
    pub(in crate::emulator) fn import(self, state: &mut State, now: Timestamp) -> Result<ImportedState, ImportError> {
        if self.format_version != 1 {
            return Err(ImportError::FormatVersion(self.format_version));
        }
        let created = |told: String| if told.is_empty() { china_time(state.shifted(now)) } else { told };
        let mut problems = Vec::new();
        let mut seen = Seen::default();
        let mut changes = Vec::new();
        for account in self.accounts {
            let name = account.name;
            changes.extend(account.objects.into_iter().map(|ObjectState { key, content }| Change::Object {
                account: name.clone(),
                key,
                content,
            }));
            for letter in account.letters {
                match seen.check(state, &name, letter) {
                    Ok(letter) => changes.push(Change::Letter { account: name.clone(), letter: Arc::new(letter) }),
                    Err(problem) => problems.push(problem),
                }
            }
            for mut signature in account.signatures {
                signature.created = created(signature.created);
                if let Some(letter) = &signature.letter
                    && !state.ledger.has_letter(&name, letter)
                    && !seen.names.contains(&(name.clone(), letter.as_str().into()))
                {
                    problems.push(format!("account {name}, signature {:?}: unknown letter {letter:?}", signature.name));
                }
                changes.push(Change::Signature { account: name.clone(), signature: Arc::new(signature) });
            }
            changes.extend(account.qualifications.into_iter().map(|mut qualification| {
                qualification.created = created(qualification.created);
                Change::Qualification { account: name.clone(), qualification: Arc::new(qualification) }
            }));
        }
        if !problems.is_empty() {
            return Err(ImportError::Problems(problems));
        }
        Ok(take_in(state, changes))
    }
}

/// How much was imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct ImportedState {
    /// How many letters.
    pub letters: usize,
    /// How many objects.
    pub objects: usize,
    /// How many signatures.
    pub signatures: usize,
    /// How many qualifications.
    pub qualifications: usize,
}

fn take_in(state: &mut State, changes: Vec<Change>) -> ImportedState {
    let mut imported = ImportedState::default();
    for change in changes {
        match &change {
            Change::Object { account, key, .. } => {
                state.ledger.put_object(account, key);
                imported.objects += 1;
            }
            Change::Letter { account, letter } => {
                state.ledger.restore(account, Arc::clone(letter)).expect("every letter was checked before");
                imported.letters += 1;
            }
            Change::Signature { account, signature } => {
                if let Some(letter) = state.ledger.put_signature(account, Arc::clone(signature)) {
                    state.changes.push(Change::Letter { account: account.clone(), letter });
                }
                imported.signatures += 1;
            }
            Change::Qualification { account, qualification } => {
                state.ledger.put_qualification(account, Arc::clone(qualification));
                imported.qualifications += 1;
            }
        }
        state.changes.push(change);
    }
    imported
}

/// What the letters before this one have taken.
#[derive(Default)]
struct Seen {
    names: HashSet<(EmulatorAccount, Box<str>)>,
    ids: HashSet<LetterId>,
    last_given: Option<LetterId>,
}

impl Seen {
    fn check(&mut self, state: &State, account: &EmulatorAccount, letter: LetterState) -> Result<StoredLetter, String> {
        let problem = |what: String| format!("account {account}, letter {:?}: {what}", letter.name);
        let validity = letter.validity.as_str().try_into().map_err(|error| problem(format!("{error}")))?;
        let id = letter.id.unwrap_or_else(|| self.next_id(state));
        let letter = StoredLetter {
            id,
            name: letter.name.into(),
            authorizer: letter.authorizer.into(),
            authorized_party: letter.authorized_party.into(),
            organization_code: letter.organization_code.into(),
            validity,
            signatures: letter.signatures.into_iter().map(String::into_boxed_str).collect(),
            file_key: letter.file_key.into(),
            state: letter.state.into(),
        };
        state.ledger.admits(account, &letter).map_err(|error| error.to_string())?;
        if !self.names.insert((account.clone(), letter.name.clone())) {
            let (account, name) = (account.to_string(), letter.name.to_string());
            return Err(Contradiction::Name { account, name }.to_string());
        }
        if !self.ids.insert(id) {
            return Err(Contradiction::Id(id).to_string());
        }
        Ok(letter)
    }

    fn next_id(&mut self, state: &State) -> LetterId {
        let mut id = LetterId(self.last_given.unwrap_or(state.ledger.last_id()).0 + 1);
        while self.ids.contains(&id) {
            id = LetterId(id.0 + 1);
        }
        self.last_given = Some(id);
        id
    }
}

impl From<&StoredLetter> for LetterState {
    fn from(letter: &StoredLetter) -> Self {
        Self {
            id: Some(letter.id),
            name: letter.name.to_string(),
            authorizer: letter.authorizer.to_string(),
            authorized_party: letter.authorized_party.to_string(),
            organization_code: letter.organization_code.to_string(),
            validity: letter.validity.to_string(),
            signatures: letter.signatures.iter().map(ToString::to_string).collect(),
            file_key: letter.file_key.to_string(),
            state: letter.state.to_string(),
        }
    }
}
