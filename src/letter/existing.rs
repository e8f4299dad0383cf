use std::fmt;

use super::Validity;

/// The number that the service gave a letter (`AuthorizationLetterId`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct LetterId(pub u64);

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A letter as the service tells it. Nothing here is held to our rules: what the service says is shown as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExistingLetter {
    /// Its number; `None` when the service does not tell.
    pub id: Option<LetterId>,
    /// Its name.
    pub name: String,
    /// The authorizer.
    pub authorizer: String,
    /// The authorized party.
    pub authorized_party: String,
    /// The authorizer's code.
    pub organization_code: String,
    /// The validity, in the service's words.
    pub validity: String,
    /// The signatures of its scope.
    pub signatures: Vec<String>,
    /// Where its picture is to be had; `None` when the service does not tell.
    pub picture_url: Option<String>,
    /// `INT` (not passed with any signature yet), `PASSED`, or whatever else the service says.
    pub state: String,
    /// `VALID`, `INVALID` (expired), or whatever else the service says.
    pub status: String,
}

impl ExistingLetter {
    /// The validity as dates, when the service's words are two dates in any form.
    #[must_use]
    pub fn parsed_validity(&self) -> Option<Validity> {
        Validity::read(&self.validity)
    }
}
