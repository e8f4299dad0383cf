//! Which accounts a command works on: those of a workspace, or what its arguments say.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};

use super::{
    declarations::{DeclarationArgs, Declarations},
    stderr::note,
};
use crate::{
    accounts::{AccountResult, Accounts},
    clock::Clock,
    declaration::workspace::{self, Account, FILE_NAME, Settings, Workspace},
    escape::{shell_word, visible},
    letter::AccountName,
    plan::Plan,
    render::style::{self, paint},
    run::InvalidDeclarations,
};

/// Options of every command that can work on the accounts of a workspace.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Workspace")]
pub(crate) struct WorkspaceArgs {
    /// The workspace file with the accounts [default: without a PATH, letterform.yaml in the
    /// current folder or in one above it in the same repository]
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
        let Some(path) = self.file_for(paths)? else { return Ok(Selection::default()) };
        let workspace = read(&path)?;
        // A run beside declarations means these, and must not say that others are good.
        if self.workspace.is_none()
            && path.starts_with("..")
            && let Some(file) = workspace::passed_over(&workspace.accounts)
        {
            bail!(
                "{} is in no account of the workspace file {}; to read it without the workspace, name it as a PATH, such as \
                 `.`; or add its folder to an account",
                visible(&file),
                visible(&path.display().to_string())
            );
        }
        let Workspace { settings, mut accounts } = self.narrowed(workspace, &path)?;
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
        Ok(self.load(&self.path()?)?.accounts)
    }

    /// The workspace, with no account but the one that was asked for.
    fn load(&self, path: &Path) -> anyhow::Result<Workspace> {
        self.narrowed(read(path)?, path)
    }

    fn narrowed(&self, mut workspace: Workspace, path: &Path) -> anyhow::Result<Workspace> {
        if let Some(name) = &self.account {
            if workspace.account(name).is_none() {
                return Err(has_no(path, name, &workspace.accounts));
            }
            workspace.accounts.retain(|account| account.name == *name);
        }
        Ok(workspace)
    }

    /// The plans that were asked for, each with the account that it names. A plan that names none
    /// needs no workspace.
    pub(crate) fn select_planned(&self, plans: Accounts<Plan>) -> anyhow::Result<(Settings, Accounts<Planned>)> {
        let plans = self.wanted(plans)?;
        if let Accounts::Single(plan @ Plan { account: None, .. }) = plans {
            return Ok((Settings::default(), Accounts::Single(Planned { plan, account: None })));
        }
        let path = self.path()?;
        let Workspace { settings, accounts } = Self { account: None, ..self.clone() }.load(&path)?;
        let planned = |plan: Plan| {
            let account = accounts.iter().find(|account| plan.account.as_ref() == Some(&account.name)).cloned();
            match (account, &plan.account) {
                (None, Some(name)) => Err(has_no(&path, name, &accounts)),
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

    /// The folder below which scans of a saved plan lie: that of the workspace, for the plan of
    /// one.
    pub(crate) fn folder_of_scans(&self, plans: &Accounts<Plan>) -> anyhow::Result<PathBuf> {
        let here = PathBuf::from(".");
        if plans.good().all(|plan| plan.account.is_none()) {
            return Ok(here);
        }
        let file = match &self.workspace {
            Some(path) => Some(path.clone()),
            None => workspace::find()?,
        };
        let folder = file.and_then(|file| Some(file.parent()?.to_owned()));
        let folder = folder.filter(|folder| folder.components().next().is_some());
        // A workspace elsewhere does not make the current folder one of its own.
        let holds_this = |folder: &PathBuf| match (fs::canonicalize(folder), fs::canonicalize(&here)) {
            (Ok(folder), Ok(here)) => here.starts_with(folder),
            _ => false,
        };
        Ok(folder.filter(holds_this).unwrap_or(here))
    }

    /// Where the workspace file is, or would be.
    fn path(&self) -> anyhow::Result<PathBuf> {
        Ok(self.find()?.unwrap_or_else(|| PathBuf::from(FILE_NAME)))
    }

    /// Where the workspace file is: where the option says, in the current folder, or above it,
    /// which is told.
    fn find(&self) -> anyhow::Result<Option<PathBuf>> {
        if let Some(path) = &self.workspace {
            return Ok(Some(path.clone()));
        }
        let found = workspace::find()?;
        if let Some(path) = found.as_ref().filter(|path| path.parent() != Some(Path::new(""))) {
            let path = path.display().to_string();
            note!("{} using the workspace file {}", paint(style::STRONG, "note:"), visible(&path));
        }
        Ok(found)
    }

    /// The workspace file, if one is to be used by a command with these PATH arguments.
    fn file_for(&self, paths: &[PathBuf]) -> anyhow::Result<Option<PathBuf>> {
        match (&self.account, paths) {
            (account, [_, ..]) if account.is_some() || self.workspace.is_some() => {
                bail!("the workspace file says where the letters are: give PATHs, or --workspace and --account")
            }
            (_, [_, ..]) => Ok(None),
            (None, []) => self.find(),
            (Some(account), []) => self.find()?.map(Some).with_context(|| {
                format!(
                    "--account {account} is an account of a workspace, and there is no workspace file {FILE_NAME} in the \
                     current folder or above it; name one with --workspace FILE, or leave --account out"
                )
            }),
        }
    }
}

fn read(path: &Path) -> Result<Workspace, InvalidDeclarations> {
    let loaded = workspace::load(path);
    loaded.workspace.ok_or_else(|| InvalidDeclarations::new(loaded.problems))
}

fn has_no(path: &Path, name: &AccountName, accounts: &[Account]) -> anyhow::Error {
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    anyhow!("{} has no account {name}; it has {}", path.display(), names.join(", "))
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
