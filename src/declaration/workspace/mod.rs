//! The workspace file, `letterform.yaml`: several accounts, how to reach each, and where its
//! letters are declared.

mod arn;
mod find;
mod read;
pub mod schema;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

pub use arn::{AccountId, ArnError, OidcProviderArn, RoleArn};
pub use find::{ForeignWorkspace, find, passed_over};
pub(super) use read::of_source;
pub use read::{LoadedWorkspace, load};

use super::LintLevels;
use crate::{
    endpoint::{Endpoint, Region},
    letter::AccountName,
};

/// The name of the file that is looked for in the current folder and above it.
pub const FILE_NAME: &str = "letterform.yaml";

/// Several accounts that are planned and applied side by side.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// What holds for every account.
    pub settings: Settings,
    /// The accounts in the order of the file, each name once.
    pub accounts: Vec<Account>,
}

/// What holds for every account, unless the command line says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// How bad each warning is taken.
    pub lints: LintLevels,
    /// Maximum number of concurrent requests, in all accounts together.
    pub parallelism: Option<u16>,
    /// Timeout of a request, in seconds.
    pub timeout: Option<u64>,
    /// Warn of letters that end within this many days.
    pub expiring_days: Option<u32>,
    /// Whether commands that can read signatures and qualifications do, which costs requests.
    pub signatures: bool,
}

impl Settings {
    /// How many requests may be under way at once.
    pub const PARALLELISM: std::ops::RangeInclusive<u16> = 1..=256;
    /// How many seconds a request may take.
    pub const TIMEOUT: std::ops::RangeInclusive<u64> = 1..=3600;
    /// How many days before its end a letter may be warned of.
    pub const EXPIRING_DAYS: std::ops::RangeInclusive<u32> = 0..=3650;
}

/// An account of Alibaba Cloud and the letters that are declared for it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name in the workspace.
    pub name: AccountName,
    /// Its number: no letter is created with credentials of another account.
    pub id: Option<AccountId>,
    /// Who asks.
    pub access: Access,
    /// The region, where one is named.
    pub region: Option<Region>,
    /// Where its letters are.
    pub endpoint: Endpoint,
    /// Files and folders of its declarations, all within the folder of the workspace file.
    pub letters: Vec<PathBuf>,
}

/// With which credentials an account is worked on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// A profile of the Alibaba Cloud CLI's configuration; without one, the default chain.
    pub profile: Option<String>,
    /// A role to take with those credentials, or with an identity provider's token.
    pub role: Option<Role>,
}

/// A role, and how it is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The role.
    pub arn: RoleArn,
    /// The identity provider whose token is shown instead of credentials: a CI system's.
    pub oidc_provider: Option<OidcProviderArn>,
}

impl Workspace {
    /// The account of that name.
    #[must_use]
    pub fn account(&self, name: &AccountName) -> Option<&Account> {
        self.accounts.iter().find(|account| account.name == *name)
    }
}
