use std::collections::{BTreeSet, HashMap};

use super::{Field, ValueError, text};

/// The name of an SMS signature, as it stands in a letter's scope. Case matters.
///
/// 2 to 12 letters and digits of any script.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignatureName(String);

impl SignatureName {
    /// The shortest signature that the service takes, in characters.
    pub const MIN_CHARS: usize = 2;
    /// The longest signature that the service takes, in characters.
    pub const MAX_CHARS: usize = 12;

    /// Whether a signature can contain the character.
    #[must_use]
    pub fn allows(c: char) -> bool {
        c.is_alphanumeric()
    }
}

text::text_value!(SignatureName);

impl TryFrom<&str> for SignatureName {
    type Error = ValueError;

    /// # Errors
    /// When the text has fewer than 2 or more than 12 characters, or one that is neither letter nor digit.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        const FIELD: Field = Field::Signatures;
        text::trimmed(FIELD, text)?;
        text::only(FIELD, "", text, Self::allows)?;
        text::at_most(FIELD, text, Self::MAX_CHARS)?;
        let length = text.chars().count();
        if length < Self::MIN_CHARS {
            return Err(ValueError::TooShort { field: FIELD, length, min: Self::MIN_CHARS });
        }
        Ok(Self(text.to_owned()))
    }
}

/// The signatures that a letter is for (`SignList`): 1 to 100, each once, in the order in which they were declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures(Vec<SignatureName>);

impl Signatures {
    /// The most signatures that one letter takes.
    pub const MAX: usize = 100;

    /// The signatures in the order in which they were declared.
    #[must_use]
    pub fn as_slice(&self) -> &[SignatureName] {
        &self.0
    }

    /// The signatures in the order in which they were declared.
    pub fn iter(&self) -> std::slice::Iter<'_, SignatureName> {
        self.0.iter()
    }

    /// Whether these are the same signatures as `others`, whatever the order.
    pub fn same_as<'a>(&self, others: impl IntoIterator<Item = &'a str>) -> bool {
        let mine: BTreeSet<&str> = self.0.iter().map(SignatureName::as_str).collect();
        let theirs: BTreeSet<&str> = others.into_iter().collect();
        mine == theirs
    }
}

impl TryFrom<Vec<SignatureName>> for Signatures {
    type Error = ValueError;

    /// # Errors
    /// When there is none, there are more than [`Self::MAX`], or one is there twice.
    fn try_from(names: Vec<SignatureName>) -> Result<Self, ValueError> {
        if names.is_empty() {
            return Err(ValueError::NoSignatures);
        }
        if names.len() > Self::MAX {
            return Err(ValueError::TooManySignatures { count: names.len() });
        }
        let mut seen = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = seen.insert(name.as_str(), index) {
                return Err(ValueError::RepeatedSignature { name: name.to_string(), first, index });
            }
        }
        Ok(Self(names))
    }
}

impl serde::Serialize for Signatures {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Signatures {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<SignatureName>::deserialize(deserializer)?;
        Self::try_from(names).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<SignatureName> {
        texts.iter().map(|text| SignatureName::try_from(*text).expect(text)).collect()
    }

    #[test]
    fn a_signature_is_2_to_12_letters_and_digits() {
        let field = Field::Signatures;
        assert!(SignatureName::try_from("菜鸟").is_ok());
        assert!(SignatureName::try_from("字".repeat(12).as_str()).is_ok());
        assert_eq!(SignatureName::try_from("菜"), Err(ValueError::TooShort { field, length: 1, min: 2 }));
        assert_eq!(
            SignatureName::try_from("字".repeat(13).as_str()),
            Err(ValueError::TooLong { field, length: 13, max: 12 })
        );
        assert_eq!(
            SignatureName::try_from("【菜鸟】"),
            Err(ValueError::ForbiddenCharacter { field, character: '【', index: 0 })
        );
    }

    #[test]
    fn a_letter_is_for_1_to_100_signatures_each_once() {
        assert_eq!(Signatures::try_from(vec![]), Err(ValueError::NoSignatures));
        let many: Vec<_> = (0..101).map(|i| format!("菜鸟{i}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(Signatures::try_from(names(&many)), Err(ValueError::TooManySignatures { count: 101 }));
        assert_eq!(
            Signatures::try_from(names(&["菜鸟", "裹裹", "菜鸟"])),
            Err(ValueError::RepeatedSignature { name: "菜鸟".to_owned(), first: 0, index: 2 })
        );
    }

    #[test]
    fn equality_ignores_order_and_minds_case() {
        let signatures = Signatures::try_from(names(&["Aliyun通信", "菜鸟"])).expect("valid");
        assert!(signatures.same_as(["菜鸟", "Aliyun通信"]));
        assert!(!signatures.same_as(["菜鸟", "aliyun通信"]));
    }
}
