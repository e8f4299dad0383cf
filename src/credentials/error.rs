use std::fmt;

use super::Place;
use crate::escape::visible;

/// Why there are no credentials.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// There are none anywhere.
    #[error("no credentials were found; {}; {HELP}", in_one_line(tried))]
    NotFound {
        /// Where they were looked for, in this order.
        tried: Vec<Tried>,
    },
    /// The profile that was asked for gives none.
    #[error("the profile `{}` gives no credentials; {}; check --profile", visible(profile), in_one_line(tried))]
    Profile {
        /// The profile.
        profile: String,
        /// Where it was looked for, in this order.
        tried: Vec<Tried>,
    },
    /// Temporary credentials have expired and no new ones are to be had.
    #[error("the credentials from {place} have expired, and new ones are not to be had: {problem}")]
    NotRenewed {
        /// Where they come from.
        place: Place,
        /// Why there are no new ones.
        problem: Problem,
    },
}

/// What to do when there are no credentials.
const HELP: &str = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`";

/// A place that was looked at, and why it gave no credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The place.
    pub place: Place,
    /// Why it gave none.
    pub problem: Problem,
}

/// Why a place gives no credentials. Its text is safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is set up there.
    Absent(String),
    /// Something is set up there, and it can't be used.
    Unusable(String),
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Absent(text) | Self::Unusable(text)) = self;
        f.write_str(&visible(text))
    }
}

fn in_one_line(tried: &[Tried]) -> String {
    tried.iter().map(|Tried { place, problem }| format!("{place}: {problem}")).collect::<Vec<_>>().join("; ")
}
