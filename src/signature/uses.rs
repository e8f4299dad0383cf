//! What became of the signatures of a letter.

use serde::Serialize;

use super::Audit;
use crate::{escape::Untrusted, letter::LetterId};

/// What became of one signature of a letter's scope.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignatureUse {
    /// The signature.
    pub name: Untrusted,
    /// What became of it with this letter.
    #[serde(rename = "use")]
    pub usage: Use,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub reason: Untrusted,
    /// More on that.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub detail: Untrusted,
    /// When it was refused, in the service's words.
    #[serde(default, skip_serializing_if = "Untrusted::is_empty")]
    pub date: Untrusted,
    /// The number of the review.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Untrusted>,
    /// The other letter that it was applied for with; none when it was applied for with none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<u64>")]
    pub letter: Option<LetterId>,
    /// The service's word, where it is none that is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_status: Option<Untrusted>,
}

/// What became of a signature with a letter. Of several applications the first of these counts.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema, strum::AsRefStr,
)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case")]
pub enum Use {
    /// It passed review.
    Passed,
    /// It is under review.
    Reviewing,
    /// It was refused.
    Refused,
    /// The application was cancelled.
    Cancelled,
    /// It was applied for with another letter, or with none.
    OtherLetter,
    /// No signature of that name was applied for.
    None,
    /// The service did not say.
    #[default]
    Unknown,
}

impl Use {
    /// What a review says of a signature that names the letter.
    pub fn of(audit: &Audit) -> Self {
        match audit {
            Audit::Passed => Self::Passed,
            Audit::Reviewing => Self::Reviewing,
            Audit::Refused => Self::Refused,
            Audit::Cancelled => Self::Cancelled,
            Audit::Other(_) => Self::Unknown,
        }
    }
}
