use unicode_script::{Script, UnicodeScript};

use super::{Field, ValueError, text};

/// The name of a letter, unique in its account: the letter's identity (`AuthorizationLetterName`).
///
/// 1 to 100 Chinese characters, English letters and digits, not digits alone.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LetterName(String);

impl LetterName {
    /// The longest name that the service takes, in characters.
    pub const MAX_CHARS: usize = 100;

    /// Whether a name can contain the character.
    #[must_use]
    pub fn allows(c: char) -> bool {
        c.is_ascii_alphanumeric() || c.script() == Script::Han
    }
}

text::text_value!(LetterName);

impl TryFrom<&str> for LetterName {
    type Error = ValueError;

    /// # Errors
    /// When the text is empty, too long, made of digits alone, or has a character that names can't have. White space
    /// around it is no exception: it is part of the name as written.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        const FIELD: Field = Field::Name;
        text::trimmed(FIELD, text)?;
        text::only(FIELD, "", text, Self::allows)?;
        text::at_most(FIELD, text, Self::MAX_CHARS)?;
        text::not_digits_alone(FIELD, text)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_chinese_english_and_digits() {
        for good in ["菜鸟公司授权书", "Letter2026", "A", "委托2", "〇号授权"] {
            assert_eq!(LetterName::try_from(good).expect(good).as_str(), good);
        }
        assert!(LetterName::try_from("字".repeat(100).as_str()).is_ok());
    }

    #[test]
    fn refuses_what_the_service_refuses() {
        let field = Field::Name;
        assert_eq!(LetterName::try_from("  "), Err(ValueError::Empty { field }));
        assert_eq!(LetterName::try_from("2026"), Err(ValueError::DigitsOnly { field }));
        assert_eq!(
            LetterName::try_from("菜鸟-授权书"),
            Err(ValueError::ForbiddenCharacter { field, character: '-', index: 2 })
        );
        assert_eq!(
            LetterName::try_from(" 菜鸟"),
            Err(ValueError::ForbiddenCharacter { field, character: ' ', index: 0 })
        );
        assert_eq!(
            LetterName::try_from("字".repeat(101).as_str()),
            Err(ValueError::TooLong { field, length: 101, max: 100 })
        );
    }
}
