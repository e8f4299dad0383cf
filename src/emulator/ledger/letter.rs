//! A letter that an account holds, and a reviewer's decision about letters.

use jiff::civil::Date;

use super::LetterQuery;
use crate::{
    emulator::auth::EmulatorAccount,
    letter::{LetterId, Validity},
};

/// The highest id that a letter can be taken in with: more letters than anyone creates fit above
/// it.
pub const MAX_ID: LetterId = LetterId(1 << 62);

/// The state of a letter that nobody has reviewed yet.
pub(super) const NOT_REVIEWED: &str = "INT";

/// A letter that an account holds.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StoredLetter {
    /// Its number, unique among all accounts.
    pub id: LetterId,
    /// Its name, unique in its account.
    pub name: Box<str>,
    /// The authorizer.
    pub authorizer: Box<str>,
    /// The authorized party.
    pub authorized_party: Box<str>,
    /// The authorizer's code.
    pub organization_code: Box<str>,
    /// The days on which it holds.
    #[serde(with = "validity_text")]
    pub validity: Validity,
    /// The signatures of its scope.
    pub signatures: Box<[Box<str>]>,
    /// The key of its picture.
    pub file_key: Box<str>,
    /// How far its review is: `INT`, `PASSED`, or whatever a test wants the service to say.
    pub state: Box<str>,
}

impl StoredLetter {
    /// `VALID` on the days of its validity, and `INVALID` on any other.
    pub fn status(&self, today: Date) -> &'static str {
        if self.validity.contains(today) { "VALID" } else { "INVALID" }
    }

    /// Whether a query asks for it: all that the filter names holds.
    pub(super) fn matches(&self, filter: &LetterQuery, today: Date) -> bool {
        let is = |wanted: &Option<String>, value: &str| wanted.as_deref().is_none_or(|wanted| wanted == value);
        filter.ids.as_ref().is_none_or(|ids| ids.contains(&self.id))
            && is(&filter.organization_code, &self.organization_code)
            && is(&filter.state, &self.state)
            && is(&filter.status, self.status(today))
            && filter.signature.as_deref().is_none_or(|wanted| self.covers(wanted))
    }

    /// Whether its scope holds the signature.
    pub(super) fn covers(&self, signature: &str) -> bool {
        self.signatures.iter().any(|name| **name == *signature)
    }

    /// Whether a signature has passed with it.
    pub fn has_passed(&self) -> bool {
        &*self.state == "PASSED"
    }
}

/// A validity in the words of the service.
mod validity_text {
    use crate::letter::Validity;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes every field by reference")]
    pub(super) fn serialize<S: serde::Serializer>(validity: &Validity, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(validity)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Validity, D::Error> {
        let text = <String as serde::Deserialize>::deserialize(deserializer)?;
        Validity::try_from(text.as_str()).map_err(serde::de::Error::custom)
    }
}

/// What a reviewer decided: the letters concerned, by all that is given, and their new state.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Review {
    /// The letters of this account.
    #[serde(default)]
    pub account: Option<EmulatorAccount>,
    /// The letter of this id.
    #[serde(default)]
    pub id: Option<LetterId>,
    /// The letter of this name.
    #[serde(default)]
    pub name: Option<String>,
    /// The letters whose scope holds this signature.
    #[serde(default)]
    pub signature: Option<String>,
    /// The state to move them to.
    #[serde(default = "Review::passed")]
    pub state: String,
}

impl Review {
    /// The state of a letter once a signature of its scope has passed review.
    fn passed() -> String {
        "PASSED".to_owned()
    }

    pub(super) fn concerns(&self, letter: &StoredLetter) -> bool {
        self.id.is_none_or(|id| id == letter.id)
            && self.name.as_deref().is_none_or(|name| name == &*letter.name)
            && self.signature.as_deref().is_none_or(|wanted| letter.covers(wanted))
    }
}

/// Why a letter that was kept can't be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// Two letters of one name in one account.
    #[error("account {account} would have two letters named {name}")]
    Name {
        /// The account.
        account: String,
        /// The name.
        name: String,
    },
    /// An id beyond [`MAX_ID`].
    #[error("the id {0} is too large; the largest is {MAX_ID}")]
    LargeId(LetterId),
    /// Two letters of one number.
    #[error("two letters would have the id {0}")]
    Id(LetterId),
}
