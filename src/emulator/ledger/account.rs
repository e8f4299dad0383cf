//! What one account holds.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::{
    letter::{NOT_REVIEWED, StoredLetter},
    qualification::StoredQualification,
    signature::StoredSignature,
};
use crate::letter::LetterId;

#[derive(Debug, Default)]
pub(super) struct Account {
    pub letters: BTreeMap<LetterId, Arc<StoredLetter>>,
    pub ids_by_name: HashMap<Box<str>, LetterId>,
    pub objects: HashSet<Box<str>>,
    pub signatures: BTreeMap<Box<str>, Arc<StoredSignature>>,
    pub qualifications: BTreeMap<u64, Arc<StoredQualification>>,
}

impl Account {
    /// The letter that the signature's request names.
    pub(super) fn letter_of(&self, signature: &StoredSignature) -> Option<&StoredLetter> {
        let id = self.ids_by_name.get(signature.letter.as_deref()?)?;
        self.letters.get(id).map(|letter| &**letter)
    }

    /// Moves the letter that a passed signature names from `INT` to `PASSED`, and returns it when
    /// it moved.
    pub(super) fn pass_letter_of(&mut self, signature: &StoredSignature) -> Option<Arc<StoredLetter>> {
        let letter = self.letter_of(signature).filter(|letter| &*letter.state == NOT_REVIEWED)?;
        let covered = letter.covers(&signature.name);
        let id = letter.id;
        let letter = self.letters.get_mut(&id).filter(|_| covered && signature.passed())?;
        Arc::make_mut(letter).state = "PASSED".into();
        Some(Arc::clone(letter))
    }
}
