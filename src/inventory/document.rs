//! The inventory as JSON: what `list` and `show` print with `--format json`.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use super::{Entry, Inventory, PlanAction, ScanKnowledge};
use crate::{
    escape::Untrusted,
    letter::{Picture, Source, UnreadableLetter},
    plan::{DeclaredValidity, Difference, FORMAT_VERSION, Generator, Standing, picture_path},
    signature::SignatureUse,
};

/// An inventory as it is written.
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "List", extend("additionalProperties" = false))]
pub struct InventoryDocument<'a> {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the document.
    generator: Generator,
    /// The day by which the days left are counted.
    #[schemars(with = "String", extend("format" = "date"))]
    today: Date,
    /// The letters, in the order that was asked for.
    #[schemars(with = "Vec<EntryDocument>")]
    letters: Entries<'a>,
    /// The letters of the service's answer that can't be read.
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    unreadable: &'a [UnreadableLetter],
}

/// The letters, each written when its turn comes.
#[derive(Debug, Clone)]
struct Entries<'a>(&'a Inventory<'a>);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(inventory) = self;
        serializer.collect_seq(inventory.entries.iter().map(|entry| EntryDocument::of(entry, inventory.today)))
    }
}

/// One letter. What is registered counts; what is declared stands in for it where nothing is.
//
// Made letter by letter while it is written, so that no list of them is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "ListedLetter")]
struct EntryDocument {
    /// The letter's name.
    name: String,
    /// What a plan would say.
    action: PlanAction,
    #[serde(flatten)]
    standing: Standing,
    /// Where it is declared.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<Source>,
    /// The authorizer.
    authorizer: String,
    /// The authorized party.
    authorized_party: String,
    /// The authorizer's code.
    organization_code: String,
    /// The validity; null when the service's words are no two dates.
    validity: Option<DeclaredValidity>,
    /// The days left: 0 on the last day, negative once it has expired; null without a validity.
    days_left: Option<i32>,
    /// The signatures.
    signatures: Vec<String>,
    /// Whether it is known what the picture shows.
    scan: ScanKnowledge,
    /// The declared picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    declared_picture: Option<String>,
    /// The path of the registered picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    registered_picture: Option<String>,
    /// The letter that takes over when this one ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<Untrusted>,
    /// What became of each signature, with `--signatures`.
    #[serde(skip_serializing_if = "Option::is_none")]
    uses: Option<Vec<SignatureUse>>,
    /// The fields that are registered with another content than declared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    differences: Vec<Difference>,
}

impl Inventory<'_> {
    /// The inventory as JSON holds it.
    pub fn to_document(&self) -> InventoryDocument<'_> {
        InventoryDocument {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            today: self.today,
            letters: Entries(self),
            unreadable: self.unreadable,
        }
    }
}

impl EntryDocument {
    fn of(entry: &Entry<'_>, today: Date) -> Self {
        Self {
            name: entry.name().to_owned(),
            action: entry.action(),
            standing: entry.standing(),
            source: entry.source().cloned(),
            authorizer: entry.authorizer().to_owned(),
            authorized_party: entry.authorized_party().to_owned(),
            organization_code: entry.organization_code().to_owned(),
            validity: entry.validity().map(Into::into),
            days_left: entry.days_left(today),
            signatures: entry.signatures().into_iter().map(str::to_owned).collect(),
            scan: entry.scan(),
            declared_picture: entry.desired().map(|desired| match &desired.letter.picture {
                Picture::Scan(scan) => scan.path.clone(),
                Picture::FileKey(key) => key.to_string(),
            }),
            registered_picture: entry
                .existing()
                .and_then(|existing| existing.picture_url.as_deref())
                .map(|url| picture_path(url).trim_start_matches('/').to_owned()),
            successor: entry.successor.clone(),
            uses: entry.uses.clone(),
            differences: match &entry.presence {
                super::Presence::Both(_, _, comparison) => comparison.differences.clone(),
                _ => Vec::new(),
            },
        }
    }
}
