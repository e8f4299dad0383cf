use std::{
    cmp::Ordering,
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::letter::{ExistingLetters, FileKey, ScanObject, picture_path};

/// The names of objects that hold the picture of one letter and must not be replaced by that of
/// another.
///
/// A name that tells the content can't be taken twice with different content. A name that the
/// service fixes can: an upload under it replaces what was there.
#[derive(Debug, Default)]
pub struct ObjectNames(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// The paths of pictures of letters that exist, as far as a fixed name could stand there.
    existing: Paths,
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
        let urls = existing.letters.iter().filter_map(|letter| letter.picture_url.as_ref());
        state.existing.extend(urls.filter_map(|url| {
            let path = picture_path(url);
            let path = path.trim_matches('/');
            let is_fixed = !path.is_empty() && ScanObject::from_name(last_part(path)).is_none();
            is_fixed.then(|| path.into())
        }));
    }

    /// Takes a name for an object. `false` when the picture of another letter has it.
    pub fn claim(&self, key: &FileKey, object: ScanObject) -> bool {
        if key.object() == Some(object) {
            return true;
        }
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.claimed.get(key).copied() {
            Some(claimed) => claimed == object,
            None if state.hidden => false,
            None if state.existing.any_ends_with(key) => false,
            None => {
                state.claimed.insert(key.clone(), object);
                true
            }
        }
    }
}

/// Paths by their last parts. Most runs upload nothing under a fixed name, so they are sorted when
/// they are first needed.
#[derive(Debug, Default)]
struct Paths {
    paths: Vec<Box<str>>,
    is_unsorted: bool,
}

impl Paths {
    fn extend(&mut self, paths: impl Iterator<Item = Box<str>>) {
        // Look-ups show the same letters again and again.
        self.sort();
        let known = self.paths.len();
        for path in paths {
            if self.paths[..known].binary_search_by(|other| by_last_part(other, &path)).is_err() {
                self.paths.push(path);
            }
        }
        self.is_unsorted = self.paths.len() > known;
    }

    fn any_ends_with(&mut self, key: &FileKey) -> bool {
        self.sort();
        let name = last_part(key.as_str());
        let first = self.paths.partition_point(|path| last_part(path) < name);
        let mut of_that_name = self.paths[first..].iter().take_while(|path| last_part(path) == name);
        of_that_name.any(|path| key.is_end_of(path))
    }

    fn sort(&mut self) {
        if std::mem::take(&mut self.is_unsorted) {
            self.paths.sort_unstable_by(|a, b| by_last_part(a, b));
            self.paths.dedup();
        }
    }
}

fn by_last_part(a: &str, b: &str) -> Ordering {
    last_part(a).cmp(last_part(b)).then_with(|| a.cmp(b))
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
        let urls = ["http://b.oss.com/1/%E5%9B%BE.jpg?Expires=1", "2/b.jpg", "1/b.jpg", "2/b.jpg", "0/a.jpg"];
        for url in urls {
            let letter = ExistingLetter { picture_url: Some(url.to_owned()), ..ExistingLetter::default() };
            names.note(&vec![letter].into());
        }
        for name in ["1/图.jpg", "1/b.jpg", "2/b.jpg", "0/a.jpg"] {
            assert!(!names.claim(&key(name), object(b"a")), "{name}");
        }
        assert!(names.claim(&key("3/b.jpg"), object(b"a")));
        assert!(names.claim(&key("1/c.jpg"), object(b"a")));
    }

    #[test]
    fn a_letter_that_cannot_be_read_may_have_any_fixed_name() {
        let names = ObjectNames::default();
        let hidden = UnreadableLetter { position: 1, name: None, problem: String::new().into() };
        names.note(&ExistingLetters { letters: Vec::new(), unreadable: vec![hidden] });
        assert!(!names.claim(&key("1/a.jpg"), object(b"a")));
        assert!(names.claim(&key(&format!("1/{}", object(b"a"))), object(b"a")));
    }
}
