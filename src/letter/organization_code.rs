use super::{Field, ValueError, text};

/// The authorizer's Unified Social Credit Code (`OrganizationCode`), as it stands in the
/// authorizer's qualification.
///
/// Any text that is not blank, without the white space around it. [`Self::check_new`] tells whether
/// a new letter can have it. The service documents the length alone, and letters of old carry other
/// codes than the 18 characters of GB 32100-2015, so the form of such a code is no rule here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrganizationCode(String);

impl OrganizationCode {
    /// The longest code that the service takes, in characters.
    pub const MAX_CHARS: usize = 150;

    /// Whether the code of a new letter can contain the character.
    pub fn allows(c: char) -> bool {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{FF01}'..='\u{FF5E}')
    }

    /// Checks the rules for the codes of new letters: 1 to 150 visible characters without white
    /// space and full-width forms, and no number as a spreadsheet shows long ones. White space
    /// around the code does not count.
    ///
    /// # Errors
    /// When a new letter can't have the code, or it can't be the code of anybody.
    pub fn check_new(text: &str) -> Result<(), ValueError> {
        const FIELD: Field = Field::OrganizationCode;
        let code = text::trimmed(FIELD, text)?;
        text::only(FIELD, text, code, Self::allows)?;
        text::at_most(FIELD, code, Self::MAX_CHARS)?;
        if is_mangled(code) { Err(ValueError::MangledCode { code: code.to_owned() }) } else { Ok(()) }
    }
}

/// Whether this is a number as a spreadsheet shows long ones, such as `9.13301E+17`.
fn is_mangled(code: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let parts = code.split_once(['E', 'e']).and_then(|(mantissa, exponent)| {
        let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
        Some((whole, part, exponent.strip_prefix('+')?))
    });
    parts.is_some_and(|(whole, part, exponent)| digits(whole) && digits(part) && digits(exponent))
}

text::text_value!(OrganizationCode);

impl TryFrom<&str> for OrganizationCode {
    type Error = ValueError;

    /// # Errors
    /// When the text is blank.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        Ok(Self(text::trimmed(Field::OrganizationCode, text)?.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_character() {
        for good in ["91330100799655058B", "012345678901234567", "1210000040000E25"] {
            assert_eq!(OrganizationCode::try_from(good).expect(good).as_str(), good);
            assert_eq!(OrganizationCode::check_new(good), Ok(()));
        }
        let field = Field::OrganizationCode;
        assert_eq!(
            OrganizationCode::check_new("9133 0100"),
            Err(ValueError::ForbiddenCharacter { field, character: ' ', index: 4 })
        );
        assert_eq!(OrganizationCode::try_from(""), Err(ValueError::Empty { field }));
        for mangled in ["9.13301E+17", "9E+17", "1.2e+3"] {
            assert_eq!(OrganizationCode::check_new(mangled), Err(ValueError::MangledCode { code: mangled.to_owned() }));
        }
    }
}
