use unicode_script::{Script, UnicodeScript};

use super::{Field, Party, ValueError, text};

/// The name of a letter, unique in its account: the letter's identity (`AuthorizationLetterName`).
///
/// Any text that is not blank: letters that the console extracted from older qualifications have
/// names that break the rules for new ones. [`Self::check_new`] tells whether a letter of this name
/// can be created.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LetterName(String);

impl LetterName {
    /// The longest name of a new letter, in characters.
    pub const MAX_CHARS: usize = 100;

    /// Parses the name of a letter to create.
    ///
    /// # Errors
    /// When [`Self::check_new`] fails.
    pub fn of_new(text: &str) -> Result<Self, ValueError> {
        Self::check_new(text)?;
        Self::try_from(text)
    }

    /// Checks the rules for the names of new letters: 1 to 100 Chinese characters, English letters
    /// and digits, not digits alone. White space around the name is part of it.
    ///
    /// # Errors
    /// When the service would refuse to create a letter of this name.
    pub fn check_new(text: &str) -> Result<(), ValueError> {
        const FIELD: Field = Field::Name;
        text::trimmed(FIELD, text)?;
        text::only(FIELD, "", text, Self::allows)?;
        text::at_most(FIELD, text, Self::MAX_CHARS)?;
        text::not_digits_alone(FIELD, text)
    }

    /// Whether the console gives this name to a letter that it extracts from an older
    /// qualification: the name of the authorizer, perhaps a space, `V` and a number.
    pub fn is_of_console(&self, authorizer: &Party) -> bool {
        let number = self.0.trim().strip_prefix(authorizer.as_str()).and_then(|rest| {
            let rest = rest.strip_prefix(' ').unwrap_or(rest);
            rest.strip_prefix('V')
        });
        number.is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    }

    /// Whether the name of a new letter can have the character.
    pub fn allows(c: char) -> bool {
        c.is_ascii_alphanumeric() || c.script() == Script::Han
    }
}

text::text_value!(LetterName);

impl TryFrom<&str> for LetterName {
    type Error = ValueError;

    /// # Errors
    /// When the text is blank.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        text::trimmed(Field::Name, text)?;
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_chinese_english_and_digits() {
        for good in ["菜鸟公司授权书", "Letter2026", "A", "委托2", "〇号授权"] {
            assert_eq!(LetterName::of_new(good).expect(good).as_str(), good);
        }
        assert!(LetterName::of_new("字".repeat(100).as_str()).is_ok());
    }

    #[test]
    fn refuses_what_the_service_refuses() {
        let field = Field::Name;
        assert_eq!(LetterName::of_new("  "), Err(ValueError::Empty { field }));
        assert_eq!(LetterName::of_new("2026"), Err(ValueError::DigitsOnly { field }));
        assert_eq!(
            LetterName::of_new("菜鸟-授权书"),
            Err(ValueError::ForbiddenCharacter { field, character: '-', index: 2 })
        );
        assert_eq!(
            LetterName::of_new(" 菜鸟"),
            Err(ValueError::ForbiddenCharacter { field, character: ' ', index: 0 })
        );
        assert_eq!(
            LetterName::of_new("字".repeat(101).as_str()),
            Err(ValueError::TooLong { field, length: 101, max: 100 })
        );
    }

    #[test]
    fn an_existing_letter_may_have_a_name_that_no_new_one_can_have() {
        for name in ["Acme Trading Co., Ltd. V1", " 甲", "2026", &"字".repeat(200)] {
            let parsed = LetterName::try_from(name).expect(name);
            assert_eq!(parsed.as_str(), name);
            assert!(LetterName::check_new(name).is_err(), "{name}");
        }
    }
}
