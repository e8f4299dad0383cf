use std::fmt;

/// The name by which a workspace knows one of its accounts.
///
/// 1 to 64 letters and digits of any script, `-` and `_`, the first a letter or a digit: it stands
/// in file names, in jobs of a CI system and in comments.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

/// Why a text is no name of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountNameError {
    /// Nothing is there.
    #[error("the name of an account is empty")]
    Empty,
    /// It is too long.
    #[error("the name of an account has {length} characters, and {max} are the most", max = AccountName::MAX_CHARS)]
    TooLong {
        /// How many characters there are.
        length: usize,
    },
    /// It has a character that names can't have, or can't begin with.
    #[error("the name of an account is made of letters, digits, `-` and `_`, and begins with a letter or a digit")]
    Character,
}

impl AccountName {
    /// The longest name, in characters.
    pub const MAX_CHARS: usize = 64;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for AccountName {
    type Error = AccountNameError;

    fn try_from(text: &str) -> Result<Self, AccountNameError> {
        let length = text.chars().count();
        if length == 0 {
            return Err(AccountNameError::Empty);
        }
        if length > Self::MAX_CHARS {
            return Err(AccountNameError::TooLong { length });
        }
        let good = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !text.chars().all(good) || text.starts_with(['-', '_']) {
            return Err(AccountNameError::Character);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for AccountName {
    type Error = AccountNameError;

    fn try_from(text: String) -> Result<Self, AccountNameError> {
        Self::try_from(text.as_str())
    }
}

impl std::str::FromStr for AccountName {
    type Err = AccountNameError;

    fn from_str(text: &str) -> Result<Self, AccountNameError> {
        Self::try_from(text)
    }
}

impl From<AccountName> for String {
    fn from(name: AccountName) -> Self {
        name.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_letters_digits_and_two_signs() {
        for good in ["retail", "零售-2", "a_b", "7", &"字".repeat(64)] {
            assert_eq!(AccountName::try_from(good).expect(good).as_str(), good);
        }
        for bad in ["-a", "_a", "..", "a/b", "a b", "a\n", "a\u{202e}b", "a:b", "a.b"] {
            assert_eq!(AccountName::try_from(bad), Err(AccountNameError::Character), "{bad:?}");
        }
        assert_eq!(AccountName::try_from(""), Err(AccountNameError::Empty));
        assert_eq!(AccountName::try_from("字".repeat(65).as_str()), Err(AccountNameError::TooLong { length: 65 }));
    }
}
