use super::{Field, ScanObject, ValueError, text};

/// The key of an uploaded picture (`AuthorizationLetterPic`), such as
/// `123456/test1719383196031.jpg`.
///
/// 1 to 1023 ASCII letters, digits, `.`, `_`, `-` and `/`, with no `/` at either end and no empty
/// part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileKey(String);

impl FileKey {
    /// The longest key that an object can have.
    pub const MAX_CHARS: usize = 1023;

    /// Whether a declared key can contain the character.
    pub fn allows(c: char) -> bool {
        c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/')
    }

    /// The key of an object whose name an upload policy decides. It may hold what a declared key
    /// may not, such as Chinese characters, but no control characters and no `/` at its beginning.
    ///
    /// # Errors
    /// When no object can have that name.
    pub fn of_object(name: &str) -> Result<Self, ValueError> {
        const FIELD: Field = Field::FileKey;
        if name.is_empty() {
            return Err(ValueError::Empty { field: FIELD });
        }
        text::only(FIELD, name, name, |c| !c.is_control())?;
        if name.len() > Self::MAX_CHARS {
            return Err(ValueError::TooLong { field: FIELD, length: name.len(), max: Self::MAX_CHARS });
        }
        if name.starts_with(['/', '\\']) || name.ends_with('/') {
            return Err(ValueError::FileKeyForm { reason: "begins or ends with `/`" });
        }
        Ok(Self(name.to_owned()))
    }

    /// The scan that the object holds, when its name tells.
    pub fn object(&self) -> Option<ScanObject> {
        ScanObject::from_name(self.0.rsplit('/').next()?)
    }

    /// Whether the path of a picture's URL ends with this key. `path` is percent-decoded.
    pub fn is_end_of(&self, path: &str) -> bool {
        path.strip_suffix(&self.0).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }
}

text::text_value!(FileKey);

impl TryFrom<&str> for FileKey {
    type Error = ValueError;

    /// # Errors
    /// When the text is no key that the service could have given out: it takes neither Chinese nor
    /// special characters.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        const FIELD: Field = Field::FileKey;
        let key = text::trimmed(FIELD, text)?;
        text::only(FIELD, text, key, Self::allows)?;
        text::at_most(FIELD, key, Self::MAX_CHARS)?;
        if key.starts_with('/') || key.ends_with('/') {
            return Err(ValueError::FileKeyForm { reason: "begins or ends with `/`" });
        }
        if key.contains("//") {
            return Err(ValueError::FileKeyForm { reason: "has an empty part (`//`)" });
        }
        Ok(Self(key.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_key_of_an_object_and_no_url() {
        assert!(FileKey::try_from("123456/test1719383196031.jpg").is_ok());
        for bad in ["", "/a.jpg", "a/", "a//b.jpg", "https://host/a.jpg", "扫描.jpg", "a b.jpg"] {
            assert!(FileKey::try_from(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn takes_any_name_that_an_object_can_have_when_a_policy_decides_it() {
        for good in ["用户/a.jpg", "a b//c@.jpg"] {
            assert_eq!(FileKey::of_object(good).expect(good).as_str(), good);
        }
        for bad in ["", "/a.jpg", "a/", "a\n.jpg", &"a".repeat(1024)] {
            assert!(FileKey::of_object(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ends_a_path_at_a_boundary() {
        let key = FileKey::try_from("1/a.jpg").expect("valid");
        assert!(key.is_end_of("/bucket/1/a.jpg") && key.is_end_of("1/a.jpg"));
        assert!(!key.is_end_of("/11/a.jpg") && !key.is_end_of("/1/a.jpg/b"));
    }
}
