use super::{Field, ValueError, text};

/// The authorizer's Unified Social Credit Code (`OrganizationCode`), as it stands in the authorizer's qualification.
///
/// 1 to 150 visible characters with no white space. The service documents the length alone, and letters of old carry other
/// codes than the 18 characters of GB 32100-2015, so the form of such a code is no rule here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationCode(String);

impl OrganizationCode {
    /// The longest code that the service takes, in characters.
    pub const MAX_CHARS: usize = 150;

    /// Whether a code can contain the character.
    #[must_use]
    pub fn allows(c: char) -> bool {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{FF01}'..='\u{FF5E}')
    }
}

text::text_value!(OrganizationCode);

impl TryFrom<&str> for OrganizationCode {
    type Error = ValueError;

    /// # Errors
    /// When the text is empty, too long, or has white space, control characters or full-width forms within it.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        const FIELD: Field = Field::OrganizationCode;
        let code = text::trimmed(FIELD, text)?;
        text::only(FIELD, text, code, Self::allows)?;
        text::at_most(FIELD, code, Self::MAX_CHARS)?;
        Ok(Self(code.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_character() {
        for good in ["91330100799655058B", "012345678901234567", "1210000040000E25"] {
            assert_eq!(OrganizationCode::try_from(good).expect(good).as_str(), good);
        }
        let field = Field::OrganizationCode;
        assert_eq!(
            OrganizationCode::try_from("9133 0100"),
            Err(ValueError::ForbiddenCharacter { field, character: ' ', index: 4 })
        );
        assert_eq!(OrganizationCode::try_from(""), Err(ValueError::Empty { field }));
    }
}
