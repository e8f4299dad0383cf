use super::{Field, ValueError, text};

/// The name of a company that authorizes or is authorized (`Authorization`, `ProxyAuthorization`).
///
/// 1 to 150 letters and digits of any script, spaces, `·`, `【】`, `（）` and `()`, not digits alone, with no white space
/// around it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party(String);

impl Party {
    /// The longest name that the service takes, in characters. (Its documents say 150 in one place and 1000 in another.)
    pub const MAX_CHARS: usize = 150;
    /// The symbols that the name of a company can have.
    pub const SYMBOLS: [char; 8] = ['·', ' ', '【', '】', '（', '）', '(', ')'];

    /// Whether the name of a party can contain the character.
    #[must_use]
    pub fn allows(c: char) -> bool {
        c.is_alphanumeric() || Self::SYMBOLS.contains(&c)
    }

    /// Parses the name of the party that stands in `field`, without the white space around it.
    ///
    /// # Errors
    /// When the text is empty, too long, made of digits alone, or has another symbol than [`Self::SYMBOLS`].
    pub fn parse(field: Field, text: &str) -> Result<Self, ValueError> {
        let name = text::trimmed(field, text)?;
        text::only(field, text, name, Self::allows)?;
        text::at_most(field, name, Self::MAX_CHARS)?;
        text::not_digits_alone(field, name)?;
        Ok(Self(name.to_owned()))
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
            assert_eq!(Party::try_from(good).expect(good).as_str(), good);
        }
        assert_eq!(Party::try_from(" 菜鸟 ").expect("trimmed").as_str(), "菜鸟");
    }

    #[test]
    fn points_at_the_character_as_written() {
        let field = Field::AuthorizedParty;
        assert_eq!(
            Party::parse(field, "  A&B"),
            Err(ValueError::ForbiddenCharacter { field, character: '&', index: 3 })
        );
        assert_eq!(Party::parse(field, "12345"), Err(ValueError::DigitsOnly { field }));
        assert_eq!(
            Party::parse(field, "字".repeat(151).as_str()),
            Err(ValueError::TooLong { field, length: 151, max: 150 })
        );
    }
}
