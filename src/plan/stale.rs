use std::{collections::HashSet, fmt};

use super::Plan;
use crate::{escape::Untrusted, letter::ExistingLetters};

/// Why a saved plan can't be applied any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Staleness {
    /// It was made for the letters of another endpoint.
    OtherEndpoint {
        /// The plan's endpoint.
        planned: Untrusted,
        /// The endpoint that it would be applied to.
        actual: Untrusted,
    },
    /// It was made for the letters of another account, or the account can't be learnt any more.
    OtherAccount {
        /// The account's number in the plan.
        planned: Untrusted,
        /// The number of the credentials' account, or why it is not known.
        actual: Result<Untrusted, Untrusted>,
    },
    /// A letter that it creates exists.
    Exists {
        /// The letter's name.
        name: Untrusted,
    },
    /// A letter that it creates may exist: the service shows one that can't be read.
    MayExist {
        /// The letter's name.
        name: Untrusted,
        /// Which letter can't be read, and why.
        problem: Untrusted,
    },
    /// A scan is not what it was when the plan was made.
    ScanChanged {
        /// The letter's name.
        name: Untrusted,
        /// What is wrong with the scan.
        problem: Untrusted,
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
        Ok(Some(id)) if planned == **id => return None,
        Ok(Some(id)) => Ok(id.as_str().into()),
        Ok(None) => Err("the sandbox has none".into()),
        Err(problem) => Err(problem.as_str().into()),
    };
    Some(Staleness::OtherAccount { planned, actual })
}

/// Whether a saved plan was made for another endpoint.
pub fn other_endpoint(plan: &Plan, endpoint: &Untrusted) -> Option<Staleness> {
    (plan.endpoint != *endpoint)
        .then(|| Staleness::OtherEndpoint { planned: plan.endpoint.clone(), actual: endpoint.clone() })
}

/// What has changed since a saved plan was made, as far as the service can tell. Scans are looked
/// at by who reads them.
pub fn staleness(plan: &Plan, endpoint: &Untrusted, existing: &ExistingLetters) -> Vec<Staleness> {
    let mut reasons = Vec::from_iter(other_endpoint(plan, endpoint));
    let names: HashSet<&str> = existing.letters.iter().map(|letter| letter.name.raw()).collect();
    let unreadable = existing.unreadable_by_name();
    reasons.extend(plan.creates().filter_map(|desired| {
        let name = desired.letter.name.as_str();
        if names.contains(name) {
            return Some(Staleness::Exists { name: name.into() });
        }
        let problem = unreadable(name)?.to_string().into();
        Some(Staleness::MayExist { name: name.into(), problem })
    }));
    reasons
}
