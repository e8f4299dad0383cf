//! What a command works on: what its arguments say, or the accounts of a workspace.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::bail;

use super::{
    connection::{Service, ServiceArgs, shell_word},
    declarations::{BadDeclarations, DeclarationArgs, Declarations},
};
use crate::{
    clock::Clock,
    declaration::workspace::{self, Account, FILE_NAME, Settings, Workspace},
    letter::AccountName,
};

/// Options of every command that can work on the accounts of a workspace.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Workspace")]
pub(crate) struct WorkspaceArgs {
    /// The workspace file with the accounts [default: letterform.yaml in the current folder, when there is one and no PATH
    /// is given]
    #[arg(long, value_name = "FILE")]
    workspace: Option<PathBuf>,
    /// Work on this account of the workspace alone
    #[arg(long, value_name = "NAME")]
    account: Option<AccountName>,
}

/// The accounts to work on.
pub(crate) struct Selection {
    settings: Settings,
    /// `None` is what the arguments alone say, with no workspace.
    accounts: Vec<Option<Account>>,
    whole: bool,
}

/// What a command works on for one account, or without a workspace.
pub(crate) struct Target {
    /// The account, where there is a workspace.
    pub(crate) account: Option<AccountName>,
    pub(crate) declarations: Declarations,
    pub(crate) service: Service,
}

impl WorkspaceArgs {
    /// The options without which a saved plan would be applied elsewhere, as a shell reads them.
    pub(crate) fn to_repeat(&self) -> String {
        let file = self.workspace.as_ref().map(|path| path.display().to_string());
        file.map(|path| format!(" --workspace={}", shell_word(&path))).unwrap_or_default()
    }

    /// The account that was asked for.
    pub(crate) fn account(&self) -> Option<&AccountName> {
        self.account.as_ref()
    }

    /// The accounts to work on, for a command with these PATH arguments.
    pub(crate) fn select(&self, paths: &[PathBuf]) -> anyhow::Result<Selection> {
        let Some(path) = self.file(paths)? else { return Ok(Selection::without_workspace()) };
        let Workspace { settings, accounts } = self.load(&path)?;
        let accounts = accounts.into_iter().map(Some).collect();
        Ok(Selection { settings, accounts, whole: self.account.is_none() })
    }

    /// The accounts of the workspace, which must be there.
    pub(crate) fn accounts(&self) -> anyhow::Result<Vec<Account>> {
        let path = self.workspace.as_deref().unwrap_or(Path::new(FILE_NAME));
        Ok(self.load(path)?.accounts)
    }

    /// The workspace, with no account but the one that was asked for.
    fn load(&self, path: &Path) -> anyhow::Result<Workspace> {
        let loaded = workspace::load(path);
        let mut workspace = loaded.workspace.ok_or_else(|| BadDeclarations::new(loaded.problems))?;
        if let Some(name) = &self.account {
            if workspace.account(name).is_none() {
                let names: Vec<&str> = workspace.accounts.iter().map(|account| account.name.as_str()).collect();
                bail!("{} has no account {name}; it has {}", path.display(), names.join(", "));
            }
            workspace.accounts.retain(|account| account.name == *name);
        }
        Ok(workspace)
    }

    /// The account that something is for which names its account itself.
    pub(crate) fn for_account(&self, account: Option<&AccountName>) -> anyhow::Result<Selection> {
        match account {
            None => Ok(Selection::without_workspace()),
            Some(name) => Self { account: Some(name.clone()), ..self.clone() }.select(&[]),
        }
    }

    /// The workspace file, if one is to be used.
    fn file(&self, paths: &[PathBuf]) -> anyhow::Result<Option<PathBuf>> {
        let asked = self.workspace.is_some() || self.account.is_some();
        if asked && !paths.is_empty() {
            bail!("the workspace file says where the letters are: give PATHs, or --workspace and --account");
        }
        let path = self.workspace.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
        if let (Some(account), None) = (&self.account, &self.workspace)
            && !path.exists()
        {
            bail!(
                "--account {account} is an account of a workspace, and there is no workspace file {FILE_NAME} in the current \
                 folder; name one with --workspace FILE, or leave --account out"
            );
        }
        Ok((asked || (paths.is_empty() && path.is_file())).then_some(path))
    }
}

impl Selection {
    fn without_workspace() -> Self {
        Self { settings: Settings::default(), accounts: vec![None], whole: false }
    }

    /// Whether the command works on all accounts of a workspace, however many these are: what it prints has the form for several.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The declarations of each account, with what the workspace sets and the arguments say.
    pub(crate) fn declarations(&self, args: &DeclarationArgs, clock: &Arc<dyn Clock>) -> Vec<Declarations> {
        let resolve = |account: &Option<Account>| args.resolve(&self.settings, account.as_ref(), clock);
        self.accounts.iter().map(resolve).collect()
    }

    /// The service of each account, with what the workspace sets and the arguments say.
    pub(crate) fn services(&self, args: &ServiceArgs) -> anyhow::Result<Vec<Service>> {
        if self.whole && self.accounts.len() > 1 {
            args.check_for_several()?;
        }
        self.accounts.iter().map(|account| args.resolve(&self.settings, account.as_ref())).collect()
    }

    /// Everything of each account.
    pub(crate) fn targets(
        &self,
        declarations: &DeclarationArgs,
        service: &ServiceArgs,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Vec<Target>> {
        let parts = self.declarations(declarations, clock).into_iter().zip(self.services(service)?);
        let targets = self.accounts.iter().zip(parts).map(|(account, (declarations, service))| Target {
            account: account.as_ref().map(|account| account.name.clone()),
            declarations,
            service,
        });
        Ok(targets.collect())
    }

    /// The one account that a command works on which can't work on several.
    pub(crate) fn only<T>(&self, mut all: Vec<T>) -> anyhow::Result<T> {
        if all.len() == 1 {
            return Ok(all.remove(0));
        }
        let names: Vec<&str> = self.accounts.iter().flatten().map(|account| account.name.as_str()).collect();
        bail!("this command works on one account: say which with --account NAME, one of {}", names.join(", "))
    }
}
