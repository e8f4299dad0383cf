//! Which accounts a command works on: those of a workspace, or what its arguments say.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{anyhow, bail};

use super::declarations::{DeclarationArgs, Declarations};
use crate::{
    accounts::{AccountResult, Accounts},
    clock::Clock,
    declaration::workspace::{self, Account, FILE_NAME, Settings, Workspace},
    escape::shell_word,
    letter::AccountName,
    plan::Plan,
    run::InvalidDeclarations,
};

/// Options of every command that can work on the accounts of a workspace.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Workspace")]
pub(crate) struct WorkspaceArgs {
    /// The workspace file with the accounts [default: letterform.yaml in the current folder, when there is one and no PATH
    /// is given]
    #[arg(long, value_name = "FILE")]
    workspace: Option<PathBuf>,
    /// Use only this account of the workspace
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
}

/// The accounts to work on, and what holds for all of them.
pub(crate) struct Selection {
    pub(crate) settings: Settings,
    /// `None` is what the arguments alone say, with no workspace.
    pub(crate) accounts: Accounts<Option<Account>>,
}

/// A saved plan and the account that it names.
pub(crate) struct Planned {
    pub(crate) plan: Plan,
    pub(crate) account: Option<Account>,
}

impl WorkspaceArgs {
    /// The options without which a saved plan would be applied elsewhere, as a shell reads them.
    pub(crate) fn to_repeat(&self) -> String {
        let file = self.workspace.as_ref().map(|path| path.display().to_string());
        file.map(|path| format!(" --workspace={}", shell_word(&path))).unwrap_or_default()
    }

    /// The accounts to work on, for a command with these PATH arguments.
    pub(crate) fn select(&self, paths: &[PathBuf]) -> anyhow::Result<Selection> {
        let Some(path) = self.file(paths)? else { return Ok(Selection::default()) };
        let Workspace { settings, mut accounts } = self.load(&path)?;
        if self.account.is_some() {
            return Ok(Selection { settings, accounts: Accounts::Single(accounts.pop()) });
        }
        let all = accounts
            .into_iter()
            .map(|account| AccountResult { account: account.name.clone(), result: Ok(Some(account)) });
        Ok(Selection { settings, accounts: Accounts::Workspace(all.collect()) })
    }

    /// The accounts of the workspace, which must be there.
    pub(crate) fn accounts(&self) -> anyhow::Result<Vec<Account>> {
        Ok(self.load(self.path())?.accounts)
    }

    /// The workspace, with no account but the one that was asked for.
    fn load(&self, path: &Path) -> anyhow::Result<Workspace> {
        let loaded = workspace::load(path);
        let mut workspace = loaded.workspace.ok_or_else(|| InvalidDeclarations::new(loaded.problems))?;
        if let Some(name) = &self.account {
            if workspace.account(name).is_none() {
                return Err(self.has_no(name, &workspace.accounts));
            }
            workspace.accounts.retain(|account| account.name == *name);
        }
        Ok(workspace)
    }

    /// The plans that were asked for, each with the account that it names. A plan that names none needs no workspace.
    pub(crate) fn select_planned(&self, plans: Accounts<Plan>) -> anyhow::Result<(Settings, Accounts<Planned>)> {
        let plans = self.wanted(plans)?;
        if let Accounts::Single(plan @ Plan { account: None, .. }) = plans {
            return Ok((Settings::default(), Accounts::Single(Planned { plan, account: None })));
        }
        let Workspace { settings, accounts } = Self { account: None, ..self.clone() }.load(self.path())?;
        let planned = |plan: Plan| {
            let account = accounts.iter().find(|account| plan.account.as_ref() == Some(&account.name)).cloned();
            match (account, &plan.account) {
                (None, Some(name)) => Err(self.has_no(name, &accounts)),
                (account, _) => Ok(Planned { plan, account }),
            }
        };
        Ok((settings, plans.try_map(planned)?))
    }

    /// The plans of the account that was asked for, if one was.
    fn wanted(&self, plans: Accounts<Plan>) -> anyhow::Result<Accounts<Plan>> {
        let Some(asked) = &self.account else { return Ok(plans) };
        match plans {
            Accounts::Single(plan) if plan.account.as_ref() != Some(asked) => {
                let found = plan.account.map(|name| format!("the account {name}"));
                let found = found.unwrap_or_else(|| "no account of a workspace".to_owned());
                bail!("the plan is for {found}, and not for {asked}");
            }
            Accounts::Workspace(mut all) => {
                all.retain(|plan| plan.account == *asked);
                if all.is_empty() {
                    bail!("the plan has no account that was asked for");
                }
                Ok(Accounts::Workspace(all))
            }
            single @ Accounts::Single(_) => Ok(single),
        }
    }

    fn has_no(&self, name: &AccountName, accounts: &[Account]) -> anyhow::Error {
        let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
        anyhow!("{} has no account {name}; it has {}", self.path().display(), names.join(", "))
    }

    /// Where the workspace file is, if there is one.
    fn path(&self) -> &Path {
        self.workspace.as_deref().unwrap_or(Path::new(FILE_NAME))
    }

    /// The workspace file, if one is to be used.
    fn file(&self, paths: &[PathBuf]) -> anyhow::Result<Option<PathBuf>> {
        let asked = self.workspace.is_some() || self.account.is_some();
        if asked && !paths.is_empty() {
            bail!("the workspace file says where the letters are: give PATHs, or --workspace and --account");
        }
        let path = self.path();
        if let (Some(account), None) = (&self.account, &self.workspace)
            && !path.exists()
        {
            bail!(
                "--account {account} is an account of a workspace, and there is no workspace file {FILE_NAME} in the current \
                 folder; name one with --workspace FILE, or leave --account out"
            );
        }
        Ok((asked || (paths.is_empty() && path.is_file())).then(|| path.to_owned()))
    }
}

/// What there is of the one account that a command works on which can't work on several.
pub(crate) fn only<T>(accounts: Accounts<T>) -> anyhow::Result<T> {
    match accounts {
        Accounts::Single(one) => Ok(one),
        Accounts::Workspace(all) if all.len() == 1 && all.iter().all(|one| one.result.is_ok()) => {
            Ok(Accounts::Workspace(all).into_good().remove(0))
        }
        Accounts::Workspace(all) => {
            let names: Vec<&str> = all.iter().map(|account| account.account.as_str()).collect();
            bail!("this command works on one account: say which with --account NAME, one of {}", names.join(", "))
        }
    }
}

impl Selection {
    /// The declarations of each account, with what the workspace sets and the arguments say.
    pub(crate) fn declarations(self, args: &DeclarationArgs, clock: &Arc<dyn Clock>) -> Accounts<Declarations> {
        let Self { settings, accounts } = self;
        accounts.map(|account| args.resolve(&settings, account.as_ref(), clock))
    }
}

impl Default for Selection {
    /// What the arguments alone say.
    fn default() -> Self {
        Self { settings: Settings::default(), accounts: Accounts::Single(None) }
    }
}
