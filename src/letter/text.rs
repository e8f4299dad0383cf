//! The checks that several fields share.

use super::{Field, ValueError};

/// `text` without the white space around it, refused when nothing is left.
pub(super) fn trimmed(field: Field, text: &str) -> Result<&str, ValueError> {
    let trimmed = text.trim();
    if trimmed.is_empty() { Err(ValueError::Empty { field }) } else { Ok(trimmed) }
}

/// Refuses a text of more than `max` characters.
pub(super) fn at_most(field: Field, text: &str, max: usize) -> Result<(), ValueError> {
    let length = text.chars().count();
    if length > max { Err(ValueError::TooLong { field, length, max }) } else { Ok(()) }
}

/// Refuses the first character that `allowed` refuses; indexes count from the start of `whole`, of
/// which `part` is a slice without the white space around it.
pub(super) fn only(field: Field, whole: &str, part: &str, allowed: impl Fn(char) -> bool) -> Result<(), ValueError> {
    let skipped = whole.chars().count() - whole.trim_start().chars().count();
    match part.chars().enumerate().find(|(_, c)| !allowed(*c)) {
        Some((index, character)) => Err(ValueError::ForbiddenCharacter { field, character, index: skipped + index }),
        None => Ok(()),
    }
}

/// Refuses a text of ASCII digits alone.
pub(super) fn not_digits_alone(field: Field, text: &str) -> Result<(), ValueError> {
    if text.bytes().all(|b| b.is_ascii_digit()) { Err(ValueError::DigitsOnly { field }) } else { Ok(()) }
}

/// Implements what all the text types have in common: reading, printing, serde.
macro_rules! text_value {
    ($name:ident) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::letter::ValueError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::try_from(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::try_from(text.as_ref()).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(super) use text_value;
