use super::{Field, ValueError, text};

/// The name of a company that authorizes or is authorized (`Authorization`, `ProxyAuthorization`),
/// with no white space around it.
///
/// Any text that is not blank: letters that the console extracted may name companies as no new
/// letter can. [`Self::check_new`] tells whether a new letter can.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party(String);

impl Party {
    /// The longest name in a new letter, in characters. (The service documents 150 in one place and
    /// 1000 in another.)
    pub const MAX_CHARS: usize = 150;
    /// The symbols that the name of a company can have in a new letter.
    pub const SYMBOLS: [char; 8] = ['·', ' ', '【', '】', '（', '）', '(', ')'];

    /// Whether the name of a party can contain the character.
    pub fn allows(c: char) -> bool {
        c.is_alphanumeric() || Self::SYMBOLS.contains(&c)
    }

    /// Parses the name of the party that stands in `field`, without the white space around it.
    ///
    /// # Errors
    /// When the text is blank.
    pub fn parse(field: Field, text: &str) -> Result<Self, ValueError> {
        Ok(Self(text::trimmed(field, text)?.to_owned()))
    }

    /// Parses the name of a party of a letter to create.
    ///
    /// # Errors
    /// When [`Self::check_new`] fails.
    pub fn of_new(field: Field, text: &str) -> Result<Self, ValueError> {
        Self::check_new(field, text)?;
        Self::parse(field, text)
    }

    /// Checks the rules for the parties of new letters: 1 to 150 letters and digits of any script,
    /// spaces, `·`, `【】`, `（）` and `()`, not digits alone. White space around the name does not
    /// count.
    ///
    /// # Errors
    /// When the service would refuse to create a letter with this party.
    pub fn check_new(field: Field, text: &str) -> Result<(), ValueError> {
        let name = text::trimmed(field, text)?;
        text::only(field, text, name, Self::allows)?;
        text::at_most(field, name, Self::MAX_CHARS)?;
        text::not_digits_alone(field, name)
    }
}

impl TryFrom<&str> for Party {
    type Error = ValueError;

    fn try_from(text: &str) -> Result<Self, ValueError> {
        Self::parse(Field::Authorizer, text)
    }
}

text::text_value!(Party);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_symbols_of_company_names() {
        for good in
            ["支付宝(中国)网络技术有限公司", "阿里·巴巴（杭州）【集团】", "Acme Trading 2 Ltd", "Société Générale"]
        {
            assert_eq!(Party::of_new(Field::Authorizer, good).expect(good).as_str(), good);
        }
        assert_eq!(Party::try_from(" 菜鸟 ").expect("trimmed").as_str(), "菜鸟");
    }

    #[test]
    fn points_at_the_character_as_written() {
        let field = Field::AuthorizedParty;
        assert_eq!(
            Party::of_new(field, "  A&B"),
            Err(ValueError::ForbiddenCharacter { field, character: '&', index: 3 })
        );
        assert_eq!(Party::of_new(field, "12345"), Err(ValueError::DigitsOnly { field }));
        assert_eq!(
            Party::of_new(field, "字".repeat(151).as_str()),
            Err(ValueError::TooLong { field, length: 151, max: 150 })
        );
    }
}
