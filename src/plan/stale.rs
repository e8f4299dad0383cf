use std::{collections::HashSet, fmt};

use super::Plan;
use crate::letter::ExistingLetter;

/// Why a saved plan can't be applied any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staleness {
    /// It was made for the letters of another endpoint.
    OtherEndpoint {
        /// The plan's endpoint.
        planned: String,
        /// The endpoint that it would be applied to.
        actual: String,
    },
    /// A letter that it creates exists by now.
    Exists {
        /// The letter's name.
        name: String,
    },
    /// A scan is not what it was when the plan was made.
    ScanChanged {
        /// The letter's name.
        name: String,
        /// What is wrong with the scan.
        problem: String,
    },
}

impl fmt::Display for Staleness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherEndpoint { planned, actual } => {
                write!(f, "it was made for {planned}, and would be applied to {actual}")
            }
            Self::Exists { name } => write!(f, "the letter {name}, which it creates, exists by now"),
            Self::ScanChanged { name, problem } => write!(f, "the scan of the letter {name}: {problem}"),
        }
    }
}

/// What has changed since a saved plan was made, as far as the service can tell. Scans are looked at by who reads them.
pub fn staleness(plan: &Plan, endpoint: &str, existing: &[ExistingLetter]) -> Vec<Staleness> {
    let mut reasons = Vec::new();
    if plan.endpoint != endpoint {
        reasons.push(Staleness::OtherEndpoint { planned: plan.endpoint.clone(), actual: endpoint.to_owned() });
    }
    let names: HashSet<&str> = existing.iter().map(|letter| letter.name.as_str()).collect();
    reasons.extend(
        plan.creates()
            .map(|desired| desired.letter.name.as_str())
            .filter(|name| names.contains(name))
            .map(|name| Staleness::Exists { name: name.to_owned() }),
    );
    reasons
}
