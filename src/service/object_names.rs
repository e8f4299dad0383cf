use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use crate::letter::{ExistingLetters, FileKey, ScanObject, picture_path};

/// The names of objects that hold the picture of one letter and must not be replaced by that of another.
///
/// A name that tells the content can't be taken twice with different content. A name that the service fixes can: an upload
/// under it replaces what was there.
#[derive(Debug, Default)]
pub struct ObjectNames(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The paths of pictures of letters that exist, as far as a fixed name could stand there, by their last part.
    existing: HashMap<String, HashSet<String>>,
    /// Whether there are letters whose pictures can't be read: each may have any fixed name.
    hidden: bool,
    /// What was uploaded under a fixed name.
    claimed: HashMap<FileKey, ScanObject>,
}

impl ObjectNames {
    /// Notes the pictures of letters that exist.
    pub fn note(&self, existing: &ExistingLetters) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.hidden |= !existing.unreadable.is_empty();
        for url in existing.letters.iter().filter_map(|letter| letter.picture_url.as_ref()) {
            let path = picture_path(url);
            let path = path.trim_matches('/');
            let name = last_part(path);
            if !path.is_empty() && ScanObject::from_name(name).is_none() {
                state.existing.entry(name.to_owned()).or_default().insert(path.to_owned());
            }
        }
    }

    /// Takes a name for an object. `false` when the picture of another letter has it.
    #[must_use]
    pub fn claim(&self, key: &FileKey, object: ScanObject) -> bool {
        if key.object() == Some(object) {
            return true;
        }
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.claimed.get(key) {
            Some(claimed) => *claimed == object,
            None if state.hidden => false,
            None if state
                .existing
                .get(last_part(key.as_str()))
                .is_some_and(|paths| paths.iter().any(|path| key.is_end_of(path))) =>
            {
                false
            }
            None => {
                state.claimed.insert(key.clone(), object);
                true
            }
        }
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::letter::{ExistingLetter, PictureFormat, ScanDigest, UnreadableLetter};

    fn object(content: &[u8]) -> ScanObject {
        ScanObject::new(ScanDigest::of(content), PictureFormat::Png)
    }

    fn key(name: &str) -> FileKey {
        FileKey::of_object(name).expect(name)
    }

    #[test]
    fn a_fixed_name_is_taken_by_one_picture() {
        let names = ObjectNames::default();
        assert!(names.claim(&key("1/a.jpg"), object(b"a")));
        assert!(names.claim(&key("1/a.jpg"), object(b"a")));
        assert!(!names.claim(&key("1/a.jpg"), object(b"b")));
        assert!(names.claim(&key("1/b.jpg"), object(b"b")));
    }

    #[test]
    fn a_name_that_tells_the_content_is_never_taken() {
        let names = ObjectNames::default();
        for content in [b"a", b"b"] {
            assert!(names.claim(&key(&format!("1/{}", object(content))), object(content)));
        }
    }

    #[test]
    fn the_picture_of_a_letter_that_exists_keeps_its_name() {
        let names = ObjectNames::default();
        for url in ["http://b.oss.com/1/%E5%9B%BE.jpg?Expires=1", "1/b.jpg"] {
            let letter = ExistingLetter { picture_url: Some(url.to_owned()), ..ExistingLetter::default() };
            names.note(&vec![letter].into());
        }
        assert!(!names.claim(&key("1/图.jpg"), object(b"a")));
        assert!(!names.claim(&key("1/b.jpg"), object(b"a")));
        assert!(names.claim(&key("1/c.jpg"), object(b"a")));
    }

    #[test]
    fn a_letter_that_cannot_be_read_may_have_any_fixed_name() {
        let names = ObjectNames::default();
        let hidden = UnreadableLetter { position: 1, name: None, problem: String::new() };
        names.note(&ExistingLetters { letters: Vec::new(), unreadable: vec![hidden] });
        assert!(!names.claim(&key("1/a.jpg"), object(b"a")));
        assert!(names.claim(&key(&format!("1/{}", object(b"a"))), object(b"a")));
    }
}
