use std::{borrow::Cow, collections::HashMap, fmt};

use percent_encoding::percent_decode_str;

use super::Validity;
use crate::escape::Untrusted;

/// The number that the service gave a letter (`AuthorizationLetterId`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct LetterId(pub u64);

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A letter as the service tells it. Nothing here is held to our rules: what the service says is
/// shown as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExistingLetter {
    /// Its number; `None` when the service does not tell.
    pub id: Option<LetterId>,
    /// Its name.
    pub name: Untrusted,
    /// The authorizer.
    pub authorizer: Untrusted,
    /// The authorized party.
    pub authorized_party: Untrusted,
    /// The authorizer's code.
    pub organization_code: Untrusted,
    /// The validity, in the service's words.
    pub validity: Untrusted,
    /// The signatures of its scope.
    pub signatures: Vec<Untrusted>,
    /// Where its picture is to be had; `None` when the service does not tell.
    pub picture_url: Option<String>,
    /// `INT` (not passed with any signature yet), `PASSED`, or whatever else the service says.
    pub state: Untrusted,
    /// `VALID`, `INVALID` (expired), or whatever else the service says.
    pub status: Untrusted,
}

/// An entry of the service's answer that is no letter that can be read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnreadableLetter {
    /// Which letter of the answer it is, counted from 1.
    pub position: usize,
    /// Its name, when that much can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub name: Option<Untrusted>,
    /// What is wrong with it.
    pub problem: Untrusted,
}

impl UnreadableLetter {
    /// Whether it can be the letter of this name.
    pub fn may_be(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|own| own == name)
    }
}

impl fmt::Display for UnreadableLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position, name, problem } = self;
        match name {
            Some(name) => write!(f, "letter {position} of the answer ({name}) can't be read: {problem}"),
            None => write!(f, "letter {position} of the answer can't be read: {problem}"),
        }
    }
}

/// The letters that the service shows: those that can be read, and those that can't.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExistingLetters {
    /// The letters that can be read.
    pub letters: Vec<ExistingLetter>,
    /// The others. Each may be a letter that is declared.
    pub unreadable: Vec<UnreadableLetter>,
}

impl From<Vec<ExistingLetter>> for ExistingLetters {
    fn from(letters: Vec<ExistingLetter>) -> Self {
        Self { letters, unreadable: Vec::new() }
    }
}

impl ExistingLetters {
    /// The letters in the order of their names; those of one name in the order of the answer.
    pub fn by_name(&self) -> Vec<&ExistingLetter> {
        let mut letters: Vec<_> = self.letters.iter().collect();
        letters.sort_by(|a, b| a.name.cmp(&b.name));
        letters
    }

    /// Finds, for a name, the letter that can't be read and may have it.
    pub fn unreadable_by_name<'a>(&'a self) -> impl for<'n> Fn(&'n str) -> Option<&'a UnreadableLetter> + use<'a> {
        let nameless = self.unreadable.iter().find(|letter| letter.name.is_none());
        let named: HashMap<&str, &UnreadableLetter> =
            self.unreadable.iter().filter_map(|letter| Some((letter.name.as_ref()?.raw(), letter))).collect();
        move |name| named.get(name).copied().or(nameless)
    }
}

impl ExistingLetter {
    /// The validity as dates, when the service's words are two dates in any form.
    pub fn parsed_validity(&self) -> Option<Validity> {
        Validity::read(self.validity.raw())
    }
}

/// The decoded path of a picture's URL, without query: a signed URL's query is secret and changes
/// with every answer.
pub fn picture_path(url: &str) -> Cow<'_, str> {
    let path = url::Url::parse(url).map_or_else(
        |_| Cow::Borrowed(url.split(['?', '#']).next().unwrap_or_default()),
        |parsed| Cow::Owned(parsed.path().to_owned()),
    );
    Cow::Owned(percent_decode_str(&path).decode_utf8_lossy().into_owned())
}
