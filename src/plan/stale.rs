use std::{collections::HashSet, fmt};

use super::Plan;
use crate::letter::ExistingLetters;

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
    /// It was made for the letters of another account, or the account can't be learnt any more.
    OtherAccount {
        /// The account's number in the plan.
        planned: String,
        /// The number of the credentials' account, or why it is not known.
        actual: Result<String, String>,
    },
    /// A letter that it creates exists.
    Exists {
        /// The letter's name.
        name: String,
    },
    /// A letter that it creates may exist: the service shows one that can't be read.
    MayExist {
        /// The letter's name.
        name: String,
        /// Which letter can't be read, and why.
        problem: String,
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
            Self::OtherAccount { planned, actual: Ok(actual) } => {
                write!(f, "it was made for the account {planned}, and the credentials are of the account {actual}")
            }
            Self::OtherAccount { planned, actual: Err(problem) } => {
                write!(
                    f,
                    "it was made for the account {planned}, and the credentials' account can't be learnt: {problem}"
                )
            }
            Self::Exists { name } => write!(f, "the letter {name} already exists"),
            Self::MayExist { name, problem } => write!(f, "the letter {name} may already exist: {problem}"),
            Self::ScanChanged { name, problem } => write!(f, "the scan of the letter {name}: {problem}"),
        }
    }
}

/// Whether a saved plan was made for another account than `caller`'s. A plan that names no account
/// holds for any.
pub fn other_account(plan: &Plan, caller: &Result<Option<String>, String>) -> Option<Staleness> {
    let planned = plan.account_id.clone()?;
    let actual = match caller {
        Ok(Some(id)) if *id == planned => return None,
        Ok(Some(id)) => Ok(id.clone()),
        Ok(None) => Err("the sandbox has none".to_owned()),
        Err(problem) => Err(problem.clone()),
    };
    Some(Staleness::OtherAccount { planned, actual })
}

/// Whether a saved plan was made for another endpoint.
pub fn other_endpoint(plan: &Plan, endpoint: &str) -> Option<Staleness> {
    (plan.endpoint != endpoint)
        .then(|| Staleness::OtherEndpoint { planned: plan.endpoint.clone(), actual: endpoint.to_owned() })
}

/// What has changed since a saved plan was made, as far as the service can tell. Scans are looked
/// at by who reads them.
pub fn staleness(plan: &Plan, endpoint: &str, existing: &ExistingLetters) -> Vec<Staleness> {
    let mut reasons = Vec::from_iter(other_endpoint(plan, endpoint));
    let names: HashSet<&str> = existing.letters.iter().map(|letter| letter.name.as_str()).collect();
    let unreadable = existing.unreadable_by_name();
    reasons.extend(plan.creates().filter_map(|desired| {
        let name = desired.letter.name.as_str();
        if names.contains(name) {
            return Some(Staleness::Exists { name: name.to_owned() });
        }
        let problem = unreadable(name)?.to_string();
        Some(Staleness::MayExist { name: name.to_owned(), problem })
    }));
    reasons
}
