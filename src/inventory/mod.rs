//! What is declared and what exists, letter by letter: what `list`, `show` and `report` tell.
//!
//! Pure, as plans are: the same declarations, letters and day give the same inventory.

mod coverage;
mod document;
mod query;
mod suggestion;

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;

pub use coverage::{Coverage, Covering, Reach};
pub use document::InventoryDocument;
pub use query::{Filter, SortKey, UnknownState};

use crate::{
    escape::Untrusted,
    import,
    letter::{
        DesiredLetter, ExistingLetter, ExistingLetters, Field, Letter, Picture, ScanObject, Source, Successions,
        UnreadableLetter, Validity,
    },
    plan::{self, Comparison, Standing, picture_path},
    signature::SignatureUse,
};

/// Every letter that is declared or exists.
#[derive(Debug, Clone)]
pub struct Inventory<'a> {
    /// The day by which validities are judged.
    pub today: Date,
    /// Declared letters in the order of files and lines, then the others by name.
    pub entries: Vec<Entry<'a>>,
    /// The letters of the service's answer that can't be read.
    pub unreadable: &'a [UnreadableLetter],
}

/// One letter.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// What there is of it.
    pub presence: Presence<'a>,
    /// The letter that takes over when it ends.
    pub successor: Option<Untrusted>,
    /// What became of its signatures, if that was asked for.
    pub uses: Option<Vec<SignatureUse>>,
}

/// What there is of a letter: its declaration, its registration, or both.
#[derive(Debug, Clone)]
pub enum Presence<'a> {
    /// Declared alone.
    Declared(&'a DesiredLetter),
    /// Declared, and exists; and how the two compare.
    Both(&'a DesiredLetter, &'a ExistingLetter, Comparison),
    /// Declared, and may be a letter that can't be read.
    Unreadable(&'a DesiredLetter),
    /// Exists alone.
    Existing(&'a ExistingLetter),
}

/// What a plan would say of a letter.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema, strum::AsRefStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
#[schemars(rename = "Action")]
pub enum PlanAction {
    /// Declared and missing.
    Create,
    /// Declared, and exists with the same content.
    Unchanged,
    /// Declared, and exists with other content.
    Conflict,
    /// Declared, and may be a letter that can't be read.
    Unreadable,
    /// Exists and is not declared.
    Unmanaged,
}

/// Whether it is known what the picture of a letter shows.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema, strum::AsRefStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum ScanKnowledge {
    /// It is the one declared, or its name tells its digest.
    Known,
    /// It was not uploaded by this program, so nobody can tell from here.
    Unknown,
    /// It is another than the one declared.
    Differs,
    /// The service tells of none.
    Missing,
}

impl<'a> Inventory<'a> {
    /// Takes stock of what is declared and what exists. `declared` holds each name once.
    pub fn new(declared: &'a [DesiredLetter], existing: &'a ExistingLetters, today: Date) -> Self {
        let unreadable = existing.unreadable_by_name();
        let mut by_name: HashMap<&str, Vec<&'a ExistingLetter>> = HashMap::new();
        for letter in &existing.letters {
            by_name.entry(letter.name.raw()).or_default().push(letter);
        }
        let mut presences = Vec::with_capacity(declared.len().max(existing.letters.len()));
        for desired in declared {
            let candidates = by_name.get_mut(desired.letter.name.as_str());
            let found = candidates.as_deref().and_then(|there| plan::counterpart(&desired.letter, there));
            presences.push(match found {
                None if unreadable(desired.letter.name.as_str()).is_some() => Presence::Unreadable(desired),
                None => Presence::Declared(desired),
                Some((there, comparison)) => {
                    // What is left under the name is a twin that nobody declared.
                    if let Some(all) = candidates {
                        all.retain(|other| !std::ptr::eq(*other, there));
                    }
                    Presence::Both(desired, there, comparison)
                }
            });
        }
        let mut others: Vec<&ExistingLetter> = by_name.into_values().flatten().collect();
        others.sort_by_key(|letter| (&letter.name, letter.id));
        presences.extend(others.into_iter().map(Presence::Existing));
        Self { today, entries: with_successors(presences), unreadable: &existing.unreadable }
    }

    /// The same with what became of each letter's signatures, in the order of the entries.
    #[must_use]
    pub fn with_uses(mut self, uses: impl IntoIterator<Item = Vec<SignatureUse>>) -> Self {
        for (entry, uses) in self.entries.iter_mut().zip(uses) {
            entry.uses = Some(uses);
        }
        self
    }

    /// The letter of that name alone: one entry, or more when the service shows twins.
    #[must_use]
    pub fn only(&self, name: &str) -> Self {
        let entries = self.entries.iter().filter(|entry| entry.name() == name).cloned().collect();
        Self { entries, ..*self }
    }
}

fn with_successors(presences: Vec<Presence<'_>>) -> Vec<Entry<'_>> {
    let terms: Vec<Option<Letter<()>>> = presences.iter().map(Presence::terms).collect();
    let successions = Successions::among(terms.iter().flatten());
    let successor =
        |letter: &Option<Letter<()>>| successions.successor(letter.as_ref()?).map(|name| name.as_str().into());
    let successors: Vec<Option<Untrusted>> = terms.iter().map(successor).collect();
    presences
        .into_iter()
        .zip(successors)
        .map(|(presence, successor)| Entry { presence, successor, uses: None })
        .collect()
}

impl<'a> Presence<'a> {
    /// What the letter says: as declared, else as registered when that breaks no rule.
    fn terms(&self) -> Option<Letter<()>> {
        match self {
            Self::Declared(desired) | Self::Both(desired, ..) | Self::Unreadable(desired) => {
                Some(desired.letter.clone().with_picture(()))
            }
            Self::Existing(existing) => import::terms(existing),
        }
    }

    fn desired(&self) -> Option<&'a DesiredLetter> {
        match self {
            Self::Declared(desired) | Self::Both(desired, ..) | Self::Unreadable(desired) => Some(desired),
            Self::Existing(_) => None,
        }
    }

    fn existing(&self) -> Option<&'a ExistingLetter> {
        match self {
            Self::Both(_, existing, _) | Self::Existing(existing) => Some(existing),
            Self::Declared(_) | Self::Unreadable(_) => None,
        }
    }
}

/// What is registered counts; what is declared stands in for it where nothing is.
impl<'a> Entry<'a> {
    /// The letter's name.
    pub fn name(&self) -> &'a str {
        match self.presence {
            Presence::Declared(desired) | Presence::Both(desired, ..) | Presence::Unreadable(desired) => {
                desired.letter.name.as_str()
            }
            Presence::Existing(existing) => existing.name.raw(),
        }
    }

    /// What a plan would say.
    pub fn action(&self) -> PlanAction {
        match &self.presence {
            Presence::Declared(_) => PlanAction::Create,
            Presence::Both(_, _, comparison) if comparison.is_equal() => PlanAction::Unchanged,
            Presence::Both(..) => PlanAction::Conflict,
            Presence::Unreadable(_) => PlanAction::Unreadable,
            Presence::Existing(_) => PlanAction::Unmanaged,
        }
    }

    /// Its declaration.
    pub fn desired(&self) -> Option<&'a DesiredLetter> {
        self.presence.desired()
    }

    /// Its registration.
    pub fn existing(&self) -> Option<&'a ExistingLetter> {
        self.presence.existing()
    }

    /// Where it is declared.
    pub fn source(&self) -> Option<&'a Source> {
        self.desired().map(|desired| &desired.source)
    }

    /// What the service says of it; nothing when it does not exist.
    pub fn standing(&self) -> Standing {
        self.existing().map(Standing::of).unwrap_or_default()
    }

    /// The authorizer.
    pub fn authorizer(&self) -> &'a str {
        match self.presence {
            Presence::Declared(desired) | Presence::Unreadable(desired) => desired.letter.authorizer.as_str(),
            Presence::Both(_, existing, _) | Presence::Existing(existing) => existing.authorizer.raw().trim(),
        }
    }

    /// The authorized party.
    pub fn authorized_party(&self) -> &'a str {
        match self.presence {
            Presence::Declared(desired) | Presence::Unreadable(desired) => desired.letter.authorized_party.as_str(),
            Presence::Both(_, existing, _) | Presence::Existing(existing) => existing.authorized_party.raw().trim(),
        }
    }

    /// The authorizer's code.
    pub fn organization_code(&self) -> &'a str {
        match self.presence {
            Presence::Declared(desired) | Presence::Unreadable(desired) => desired.letter.organization_code.as_str(),
            Presence::Both(_, existing, _) | Presence::Existing(existing) => existing.organization_code.raw().trim(),
        }
    }

    /// The validity, when it is two dates.
    pub fn validity(&self) -> Option<Validity> {
        match self.presence {
            Presence::Declared(desired) | Presence::Unreadable(desired) => Some(desired.letter.validity),
            Presence::Both(_, existing, _) | Presence::Existing(existing) => existing.parsed_validity(),
        }
    }

    /// How many days are left after `today`: 0 on the last one, negative once it has expired.
    pub fn days_left(&self, today: Date) -> Option<i32> {
        self.validity().map(|validity| validity.days_left(today))
    }

    /// The signatures.
    pub fn signatures(&self) -> Vec<&'a str> {
        match self.presence {
            Presence::Declared(desired) | Presence::Unreadable(desired) => {
                desired.letter.signatures.iter().map(AsRef::as_ref).collect()
            }
            Presence::Both(_, existing, _) | Presence::Existing(existing) => {
                let mut seen = HashSet::new();
                existing.signatures.iter().map(|name| name.raw().trim()).filter(|name| seen.insert(*name)).collect()
            }
        }
    }

    /// Whether it is known what its picture shows.
    pub fn scan(&self) -> ScanKnowledge {
        match &self.presence {
            Presence::Declared(desired) | Presence::Unreadable(desired) => match &desired.letter.picture {
                Picture::Scan(_) => ScanKnowledge::Known,
                Picture::FileKey(key) => knowledge_of(Some(key.as_str())),
            },
            Presence::Both(_, existing, comparison) => {
                let is_picture = |field: Field| matches!(field, Field::Scan | Field::FileKey);
                if comparison.differences.iter().any(|difference| is_picture(difference.field)) {
                    ScanKnowledge::Differs
                } else if comparison.unknown.iter().copied().any(is_picture) {
                    knowledge_of(existing.picture_url.as_deref().map(picture_path).as_deref())
                } else {
                    ScanKnowledge::Known
                }
            }
            Presence::Existing(existing) => knowledge_of(existing.picture_url.as_deref().map(picture_path).as_deref()),
        }
    }
}

/// What the path of an uploaded picture tells of its content.
fn knowledge_of(path: Option<&str>) -> ScanKnowledge {
    match path.map(|path| path.rsplit('/').next().unwrap_or_default()) {
        None | Some("") => ScanKnowledge::Missing,
        Some(name) if ScanObject::from_name(name).is_some() => ScanKnowledge::Known,
        Some(_) => ScanKnowledge::Unknown,
    }
}

#[cfg(test)]
pub(crate) mod tests;
