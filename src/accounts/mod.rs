//! What came of one account, or of each account of a workspace: plans, reports and inventories, and
//! the forms in which they are written.

mod document;

use serde::{Deserialize, Serialize};

pub use self::document::{Document, InventoriesDocument, PlansDocument, ReportsDocument};
pub(crate) use self::document::{Written, workspace_document};
use crate::{escape::Untrusted, letter::AccountName, service::RequestId};

/// What came of one account, or of each account of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accounts<T> {
    /// One account, or what the arguments say without a workspace. It has the forms of one.
    Single(T),
    /// The accounts of a workspace in the order of its file, however many these are.
    Workspace(Vec<AccountResult<T>>),
}

/// What came of one account of a workspace. That one fails is no matter of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountResult<T> {
    /// The account.
    pub account: AccountName,
    /// Its plan or report, or why there is none.
    pub result: Result<T, AccountFailure>,
}

/// Why an account has no plan or no report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccountFailure {
    /// The service's code, when the service refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Untrusted>,
    /// What happened and what to do.
    pub message: Untrusted,
    /// The id of the request, when the service told one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub request_id: Option<RequestId>,
}

impl<T> Accounts<T> {
    /// Each account, and what there is of it or why there is nothing. Without a workspace it has no
    /// name.
    pub fn each(&self) -> impl Iterator<Item = (Option<&AccountName>, Result<&T, &AccountFailure>)> {
        let (single, all) = match self {
            Self::Single(one) => (Some((None, Ok(one))), &[][..]),
            Self::Workspace(all) => (None, all.as_slice()),
        };
        single.into_iter().chain(all.iter().map(|one| (Some(&one.account), one.result.as_ref())))
    }

    /// What there is of the accounts that did not fail.
    pub fn good(&self) -> impl Iterator<Item = &T> {
        self.each().filter_map(|(_, result)| result.ok())
    }

    /// The same, to be changed.
    pub fn good_mut(&mut self) -> impl Iterator<Item = &mut T> {
        let (single, all) = match self {
            Self::Single(one) => (Some(one), &mut [][..]),
            Self::Workspace(all) => (None, all.as_mut_slice()),
        };
        single.into_iter().chain(all.iter_mut().filter_map(|account| account.result.as_mut().ok()))
    }

    /// The same, to keep.
    pub fn into_good(self) -> Vec<T> {
        match self {
            Self::Single(one) => vec![one],
            Self::Workspace(all) => all.into_iter().filter_map(|account| account.result.ok()).collect(),
        }
    }

    /// Leaves out the accounts of a workspace for which there is nothing to do. Those that failed
    /// stay.
    pub fn retain(&mut self, mut has_work: impl FnMut(&mut T) -> bool) {
        match self {
            Self::Single(one) => _ = has_work(one),
            Self::Workspace(all) => all.retain_mut(|account| account.result.as_mut().map_or(true, &mut has_work)),
        }
    }

    /// The accounts of a workspace that failed.
    pub fn failed(&self) -> impl Iterator<Item = (&AccountName, &AccountFailure)> {
        self.each().filter_map(|(account, result)| Some((account?, result.err()?)))
    }

    /// Whether an account failed.
    pub fn any_failed(&self) -> bool {
        self.failed().next().is_some()
    }

    /// The same accounts, to look at.
    pub fn as_ref(&self) -> Accounts<&T> {
        match self {
            Self::Single(one) => Accounts::Single(one),
            Self::Workspace(all) => {
                let all = all.iter().map(|AccountResult { account, result }| AccountResult {
                    account: account.clone(),
                    result: result.as_ref().map_err(Clone::clone),
                });
                Accounts::Workspace(all.collect())
            }
        }
    }

    /// The same with what there is of each account made into something else.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Accounts<U> {
        let Ok(made) = self.try_map(|value| Ok::<U, std::convert::Infallible>(make(value)));
        made
    }

    /// The same, unless something can't be made for one of them.
    ///
    /// # Errors
    /// The first error of `make`.
    pub fn try_map<U, E>(self, mut make: impl FnMut(T) -> Result<U, E>) -> Result<Accounts<U>, E> {
        match self {
            Self::Single(one) => make(one).map(Accounts::Single),
            Self::Workspace(all) => {
                let all = all.into_iter().map(|AccountResult { account, result }| {
                    let result = match result {
                        Ok(value) => Ok(make(value)?),
                        Err(failure) => Err(failure),
                    };
                    Ok(AccountResult { account, result })
                });
                all.collect::<Result<_, E>>().map(Accounts::Workspace)
            }
        }
    }
}
