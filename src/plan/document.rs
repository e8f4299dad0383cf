//! The plan as JSON: what `plan --format json` prints and what a saved plan holds.

use serde::{Deserialize, Serialize};

use super::{
    Chosen, Difference, Matched, Plan, PlanSummary, PlannedLetter, Standing, Undecided, Warning,
    compare::DeclaredValidity,
};
use crate::{
    escape::Untrusted,
    letter::{
        AccountName, DesiredLetter, Field, FileKey, Letter, LetterName, NewLetter, OrganizationCode, Party, Picture,
        PictureFormat, Scan, ScanDigest, Signatures, Source, UnreadableLetter, Validity, ValueError,
    },
};

/// The version of the form of plans and reports.
pub(crate) const FORMAT_VERSION: u32 = 1;

/// A plan as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Plan", extend("additionalProperties" = false))]
pub struct PlanDocument {
    /// The version of this form: 1.
    #[schemars(extend("const" = 1))]
    format_version: u32,
    /// The program that made the plan.
    generator: Generator,
    /// The account of the workspace that the letters belong to. Plans without a workspace have
    /// none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    workspace_account: Option<AccountName>,
    /// The number of the Alibaba Cloud account that was asked (`GetCallerIdentity`); null when it
    /// could not be learnt.
    #[serde(default)]
    account: Option<Untrusted>,
    /// The endpoint whose letters were compared.
    endpoint: Untrusted,
    /// The names of the letters that the plan is for (`--target`); plans for all letters have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    targets: Vec<String>,
    /// How many letters there are of each action.
    summary: PlanSummary,
    /// Declared letters in the order of files and lines, then unmanaged ones by name.
    letters: Vec<LetterEntry>,
    /// The letters of the service's answer that can't be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unreadable: Vec<UnreadableLetter>,
    /// What a reviewer should know.
    warnings: Vec<Warning>,
    /// What must still hold when a saved plan is applied. Saved plans have it, printed ones do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    preconditions: Option<Preconditions>,
}

/// The program that made a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct Generator {
    /// Its name.
    name: String,
    /// Its version.
    version: String,
}

impl Generator {
    pub(crate) fn this() -> Self {
        Self { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() }
    }
}

/// A letter and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub(crate) struct LetterEntry {
    /// The letter's name.
    name: String,
    #[serde(flatten)]
    action: ActionEntry,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(tag = "action", rename_all = "lowercase")]
enum ActionEntry {
    /// Declared and missing.
    Create { source: Source, desired: DesiredEntry },
    /// Declared, and exists with the same content.
    Unchanged {
        #[serde(flatten)]
        standing: Standing,
        source: Source,
        /// Fields that could not be compared.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unknown: Vec<Field>,
    },
    /// Declared, and exists with other content.
    Conflict {
        #[serde(flatten)]
        standing: Standing,
        source: Source,
        /// The fields with another content.
        differences: Vec<Difference>,
        /// Fields that could not be compared.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        unknown: Vec<Field>,
    },
    /// Declared, and may be a letter that can't be read.
    Unreadable {
        source: Source,
        /// Which letter of the answer can't be read, and why.
        problem: Untrusted,
    },
    /// Exists and is not declared.
    Unmanaged {
        #[serde(flatten)]
        standing: Standing,
    },
}

/// The content of a letter to create.
//
// Plain texts: a saved plan that breaks a rule is refused by the letter and the rule, not by the
// JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
struct DesiredEntry {
    authorizer: String,
    authorized_party: String,
    organization_code: String,
    validity: DeclaredValidity,
    signatures: Vec<String>,
    #[serde(flatten)]
    picture: PictureEntry,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
enum PictureEntry {
    /// A local picture to upload.
    Scan(ScanEntry),
    /// The key of a picture that is already uploaded.
    FileKey(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
struct ScanEntry {
    /// The path, relative to the folder of the declaring file.
    path: String,
    /// The SHA-256 of the picture, in hex digits.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    sha256: ScanDigest,
    /// The format of the picture.
    format: PictureFormat,
}

/// What must still hold when a saved plan is applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
struct Preconditions {
    /// The endpoint must be this one.
    endpoint: Untrusted,
    /// No letter of these names may exist.
    absent: Vec<String>,
    /// These files must still have these digests.
    scans: Vec<ScanPrecondition>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
struct ScanPrecondition {
    /// The declaring file.
    file: String,
    /// The path, relative to its folder.
    path: String,
    /// The SHA-256 of the picture, in hex digits.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    sha256: ScanDigest,
}

/// Why a saved plan can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadPlanError {
    /// It is no JSON, or JSON of another form.
    #[error("it is no saved plan: {0}")]
    Form(#[from] serde_json::Error),
    /// It is no text.
    #[error("it is neither UTF-8 nor UTF-16 with a byte order mark; save it as UTF-8")]
    Encoding,
    /// It has a field that is not known: somebody added or misspelt it.
    #[error("unknown field `{0}`; create a new plan with `letterform plan --out FILE`")]
    Unknown(String),
    /// It has another version.
    #[error("its format version is {0}, and this program reads version {FORMAT_VERSION}; create a new plan")]
    Version(u32),
    /// It was printed and not saved.
    #[error("it has no preconditions: it was printed and not saved; make it with `letterform plan --out FILE`")]
    NotSaved,
    /// It was changed after it was made.
    #[error("{0}; it was changed after it was made: create a new plan")]
    Tampered(String),
    /// A letter in it breaks a rule.
    #[error("the letter {name} in it breaks a rule: {error}")]
    Letter {
        /// The letter's name.
        name: String,
        /// The rule.
        error: ValueError,
    },
}

impl Plan {
    /// The plan as `plan --format json` prints it.
    pub fn to_document(&self) -> PlanDocument {
        PlanDocument {
            format_version: FORMAT_VERSION,
            generator: Generator::this(),
            workspace_account: self.account.clone(),
            account: self.account_id.clone(),
            endpoint: self.endpoint.clone(),
            targets: self.chosen.names().map(str::to_owned).collect(),
            summary: self.summary(),
            letters: self.letters.iter().map(LetterEntry::from).collect(),
            unreadable: self.unreadable.clone(),
            warnings: self.warnings.clone(),
            preconditions: None,
        }
    }

    /// The plan as `plan --out` saves it: the same, and what must still hold when it is applied.
    pub fn to_saved_document(&self) -> PlanDocument {
        PlanDocument { preconditions: Some(self.preconditions()), ..self.to_document() }
    }

    fn preconditions(&self) -> Preconditions {
        let scan = |desired: &DesiredLetter| match &desired.letter.picture {
            Picture::Scan(scan) => Some(ScanPrecondition {
                file: desired.source.file.to_string(),
                path: scan.path.clone(),
                sha256: scan.digest,
            }),
            Picture::FileKey(_) => None,
        };
        Preconditions {
            endpoint: self.endpoint.clone(),
            absent: self.creates().map(|desired| desired.letter.name.to_string()).collect(),
            scans: self.creates().filter_map(scan).collect(),
        }
    }

    /// Reads a saved plan.
    pub fn from_saved(json: &[u8]) -> Result<Self, ReadPlanError> {
        Self::from_document(super::strict::read(json)?)
    }

    /// Reads a saved plan that is a part of another document.
    pub fn from_document(document: PlanDocument) -> Result<Self, ReadPlanError> {
        if document.format_version != FORMAT_VERSION {
            return Err(ReadPlanError::Version(document.format_version));
        }
        let Some(preconditions) = document.preconditions else { return Err(ReadPlanError::NotSaved) };
        let letters = document.letters.into_iter().map(PlannedLetter::try_from).collect::<Result<_, _>>()?;
        let PlanDocument { workspace_account, account, endpoint, targets, unreadable, warnings, .. } = document;
        let chosen = Chosen::of(targets);
        let plan =
            Self { account: workspace_account, account_id: account, endpoint, chosen, letters, unreadable, warnings };
        let has_others = plan.letters.iter().any(|letter| !plan.chosen.has(letter.name()));
        if plan.preconditions() != preconditions || plan.summary() != document.summary || has_others {
            return Err(ReadPlanError::Tampered("its parts contradict each other".to_owned()));
        }
        let mut names = std::collections::HashSet::new();
        if let Some(twice) = plan.creates().map(|desired| &desired.letter.name).find(|name| !names.insert(*name)) {
            return Err(ReadPlanError::Tampered(format!("it creates the letter {twice} twice")));
        }
        Ok(plan)
    }
}

impl From<&PlannedLetter> for LetterEntry {
    fn from(letter: &PlannedLetter) -> Self {
        let action = match letter {
            PlannedLetter::Create(desired) => {
                ActionEntry::Create { source: desired.source.clone(), desired: (&desired.letter).into() }
            }
            PlannedLetter::Unchanged(matched) => ActionEntry::Unchanged {
                standing: matched.standing.clone(),
                source: matched.source.clone(),
                unknown: matched.unknown.clone(),
            },
            PlannedLetter::Conflict(matched, differences) => ActionEntry::Conflict {
                standing: matched.standing.clone(),
                source: matched.source.clone(),
                differences: differences.clone(),
                unknown: matched.unknown.clone(),
            },
            PlannedLetter::Unreadable(undecided) => {
                ActionEntry::Unreadable { source: undecided.source.clone(), problem: undecided.problem.clone() }
            }
            PlannedLetter::Unmanaged(_, standing) => ActionEntry::Unmanaged { standing: standing.clone() },
        };
        Self { name: letter.name().to_owned(), action }
    }
}

impl TryFrom<LetterEntry> for PlannedLetter {
    type Error = ReadPlanError;

    fn try_from(LetterEntry { name, action }: LetterEntry) -> Result<Self, ReadPlanError> {
        let broken = |error| ReadPlanError::Letter { name: name.clone(), error };
        let matched = |source, standing, unknown| {
            let name = LetterName::try_from(name.as_str()).map_err(broken)?;
            Ok::<_, ReadPlanError>(Matched { name, source, standing, unknown })
        };
        Ok(match action {
            ActionEntry::Create { source, desired } => {
                let letter = desired.into_letter(&name).map_err(broken)?;
                Self::Create(DesiredLetter::new(letter, source))
            }
            ActionEntry::Unchanged { standing, source, unknown } => {
                Self::Unchanged(matched(source, standing, unknown)?)
            }
            ActionEntry::Conflict { standing, source, differences, unknown } => {
                Self::Conflict(matched(source, standing, unknown)?, differences)
            }
            ActionEntry::Unreadable { source, problem } => {
                let name = LetterName::try_from(name.as_str()).map_err(broken)?;
                Self::Unreadable(Undecided { name, source, problem })
            }
            ActionEntry::Unmanaged { standing } => Self::Unmanaged(name.into(), standing),
        })
    }
}

impl From<&Letter<Picture>> for DesiredEntry {
    fn from(letter: &Letter<Picture>) -> Self {
        Self {
            authorizer: letter.authorizer.to_string(),
            authorized_party: letter.authorized_party.to_string(),
            organization_code: letter.organization_code.to_string(),
            validity: letter.validity.into(),
            signatures: letter.signatures.iter().map(ToString::to_string).collect(),
            picture: match &letter.picture {
                Picture::FileKey(key) => PictureEntry::FileKey(key.to_string()),
                Picture::Scan(scan) => {
                    PictureEntry::Scan(ScanEntry { path: scan.path.clone(), sha256: scan.digest, format: scan.format })
                }
            },
        }
    }
}

impl DesiredEntry {
    fn into_letter(self, name: &str) -> Result<Letter<Picture>, ValueError> {
        let signatures =
            self.signatures.iter().map(|signature| signature.as_str().try_into()).collect::<Result<Vec<_>, _>>()?;
        let letter = Letter {
            name: LetterName::try_from(name)?,
            authorizer: Party::parse(Field::Authorizer, &self.authorizer)?,
            authorized_party: Party::parse(Field::AuthorizedParty, &self.authorized_party)?,
            organization_code: OrganizationCode::try_from(self.organization_code.as_str())?,
            validity: Validity::new(self.validity.from, self.validity.to)?,
            signatures: Signatures::try_from(signatures)?,
            picture: match self.picture {
                PictureEntry::FileKey(key) => Picture::FileKey(FileKey::try_from(key.as_str())?),
                PictureEntry::Scan(scan) => {
                    Picture::Scan(Scan { path: scan.path, digest: scan.sha256, format: scan.format })
                }
            },
        };
        NewLetter::try_from(letter).map(NewLetter::into_inner)
    }
}
