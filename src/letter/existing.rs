use std::{borrow::Cow, fmt};

use percent_encoding::percent_decode_str;

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

/// The decoded path of a picture's URL, without query: a signed URL's query is secret and changes with every answer.
pub fn picture_path(url: &str) -> Cow<'_, str> {
    let path = url::Url::parse(url).map_or_else(
        |_| Cow::Borrowed(url.split(['?', '#']).next().unwrap_or_default()),
        |parsed| Cow::Owned(parsed.path().to_owned()),
    );
    Cow::Owned(percent_decode_str(&path).decode_utf8_lossy().into_owned())
}
