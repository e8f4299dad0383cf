//! Accounts, and the AccessKeys that open them.

use std::{fmt, str::FromStr};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

/// The name of an account of the emulator.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
pub struct EmulatorAccount(String);

impl EmulatorAccount {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder of the account's uploads, which the service calls `StartPath`: digits that only
    /// the name decides.
    pub fn start_path(&self) -> String {
        let digest = Sha256::digest(self.0.as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        format!("{:016}", number % 10_000_000_000_000_000)
    }
}

impl EmulatorAccount {
    /// The number by which ARNs name the account: its name when that is one.
    pub fn number(&self) -> String {
        if self.0.bytes().all(|b| b.is_ascii_digit()) { self.0.clone() } else { self.start_path() }
    }
}

impl fmt::Display for EmulatorAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<&str> for EmulatorAccount {
    type Error = AccountError;

    /// # Errors
    /// When the name is empty, longer than 128 characters, or has characters that are not visible.
    fn try_from(name: &str) -> Result<Self, AccountError> {
        let visible = |c: char| !c.is_control() && !c.is_whitespace();
        if name.is_empty() || name.chars().count() > 128 || !name.chars().all(visible) {
            return Err(AccountError::Name);
        }
        Ok(Self(name.to_owned()))
    }
}

impl<'de> serde::Deserialize<'de> for EmulatorAccount {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::try_from(name.as_str()).map_err(serde::de::Error::custom)
    }
}

/// A pair of AccessKey id and secret that the emulator takes, and the account that it opens.
#[derive(Clone)]
pub struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) account: EmulatorAccount,
    pub(crate) active: bool,
    /// For a key that STS gave out: what for, and until when.
    pub(crate) session: Option<Session>,
}

/// What a key of STS is for.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) role: String,
    pub(crate) name: String,
    pub(crate) expires: Timestamp,
}

impl AccessKey {
    /// The pair that is taken when none is given.
    pub const DEFAULT: (&str, &str) = ("letterform-emulator", "letterform-emulator-secret");

    /// A pair that opens the account of its own name.
    ///
    /// # Errors
    /// When the id can't be the name of an account, or the secret is empty.
    pub fn new(id: &str, secret: &str) -> Result<Self, AccountError> {
        if secret.is_empty() {
            return Err(AccountError::Form);
        }
        let account = EmulatorAccount::try_from(id)?;
        Ok(Self { id: id.to_owned(), secret: secret.to_owned(), token: None, account, active: true, session: None })
    }

    /// The same pair as one of STS, which is good only with this token.
    #[must_use]
    pub fn with_token(self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The account that it opens.
    pub fn account(&self) -> &EmulatorAccount {
        &self.account
    }
}

impl Default for AccessKey {
    fn default() -> Self {
        Self::new(Self::DEFAULT.0, Self::DEFAULT.1).expect("the default pair is well formed")
    }
}

/// `ID:SECRET`, `ID:SECRET@ACCOUNT`, or either with `:TOKEN` after the secret.
impl FromStr for AccessKey {
    type Err = AccountError;

    fn from_str(text: &str) -> Result<Self, AccountError> {
        let (pair, account) = text.rsplit_once('@').map_or((text, None), |(pair, account)| (pair, Some(account)));
        let (id, rest) = pair.split_once(':').ok_or(AccountError::Form)?;
        let (secret, token) = rest.split_once(':').map_or((rest, None), |(secret, token)| (secret, Some(token)));
        let mut key = Self::new(id, secret)?;
        key.token = token.map(str::to_owned);
        if let Some(account) = account {
            key.account = EmulatorAccount::try_from(account)?;
        }
        Ok(key)
    }
}

/// The secret and the token stay out of sight.
impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("account", &self.account)
            .field("active", &self.active)
            .finish_non_exhaustive()
    }
}

/// Why a text is no account or AccessKey.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// A name that no account can have.
    #[error("the name of an account is 1 to 128 visible characters with no space")]
    Name,
    /// A pair that is not written as one.
    #[error("an AccessKey is written ID:SECRET, ID:SECRET@ACCOUNT or ID:SECRET:TOKEN@ACCOUNT")]
    Form,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_key_opens_the_account_of_its_name_or_another() {
        let key: AccessKey = "LTAI1:secret".parse().expect("valid");
        assert_eq!((key.id(), key.account().as_str(), key.token.as_deref()), ("LTAI1", "LTAI1", None));
        let key: AccessKey = "LTAI1:secret:token/+=@shop".parse().expect("valid");
        assert_eq!((key.secret.as_str(), key.token.as_deref()), ("secret", Some("token/+=")));
        assert_eq!(key.account().as_str(), "shop");
        for bad in ["LTAI1", ":secret", "LTAI1:", "LTAI1:secret@", "a b:secret"] {
            assert!(bad.parse::<AccessKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_access_key_keeps_its_secret_when_printed() {
        let key: AccessKey = "LTAI1:hush:hush-token@shop".parse().expect("valid");
        assert!(!format!("{key:?}").contains("hush"));
    }

    #[test]
    fn accounts_upload_to_folders_of_digits() {
        let path = |name| EmulatorAccount::try_from(name).expect("valid").start_path();
        assert_eq!(path("a").len(), 16);
        assert!(path("a").bytes().all(|b| b.is_ascii_digit()));
        assert_ne!(path("a"), path("b"));
    }
}
