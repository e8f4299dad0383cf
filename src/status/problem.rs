//! What keeps a signature from being used, or will.

use serde::Serialize;

/// What is wrong with a signature that is for a third party, or will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, schemars::JsonSchema, strum::AsRefStr)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Problem")]
#[non_exhaustive]
#[strum(serialize_all = "kebab-case")]
pub enum SignatureProblem {
    /// Its request names no letter.
    WithoutLetter,
    /// The letter that its request names is not among the account's.
    LetterNotFound,
    /// The letter has ended.
    LetterExpired,
    /// The letter has not begun.
    LetterNotYetValid,
    /// The letter ends within the days of a warning.
    LetterEndsSoon,
    /// The letter has a successor that is registered, and the signature still names the old one.
    LetterHasSuccessor,
    /// The letter's scope does not hold it.
    NotInScope,
    /// The code of its qualification is not the letter's.
    CodeDiffers,
    /// The qualification that its request names is not among the account's.
    QualificationNotFound,
    /// Its qualification is not approved.
    QualificationNotApproved,
    /// Its qualification is for the account's own use.
    QualificationOwnUse,
    /// The licence behind its qualification has ended.
    QualificationExpired,
    /// A carrier did not register it.
    RegistrationFailed,
    /// A carrier's registration has lapsed.
    RegistrationLapsed,
}

impl SignatureProblem {
    /// What it means, as a sentence about the signature.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::WithoutLetter => "for a third party, but applied for without a letter",
            Self::LetterNotFound => "names a letter that is not in this account",
            Self::LetterExpired => "its letter has expired",
            Self::LetterNotYetValid => "its letter is not valid yet",
            Self::LetterEndsSoon => "its letter ends soon",
            Self::LetterHasSuccessor => "its letter has a successor: move it there",
            Self::NotInScope => "not in its letter's list of signatures",
            Self::CodeDiffers => "its qualification and its letter have different organization codes",
            Self::QualificationNotFound => "names a qualification that is not in this account",
            Self::QualificationNotApproved => "its qualification is not approved",
            Self::QualificationOwnUse => "its qualification is for own use, not for a third party",
            Self::QualificationExpired => "the licence of its qualification has expired",
            Self::RegistrationFailed => "registration failed at a carrier",
            Self::RegistrationLapsed => "registration lapsed at a carrier",
        }
    }

    /// Whether the signature can't be used as it is. The others tell of what comes.
    pub const fn forbids_use(self) -> bool {
        !matches!(self, Self::LetterEndsSoon | Self::LetterHasSuccessor | Self::QualificationExpired)
    }
}
