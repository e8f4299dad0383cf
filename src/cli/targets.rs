//! From the arguments of a command to the accounts that it works on, and to their services.

use jiff::civil::Date;

use super::{
    block_on, clock,
    declarations::{DeclarationArgs, Declarations},
    failure,
    service::ServiceArgs,
    variables::{self, Variables},
    workspace::{Selection, WorkspaceArgs, only},
};
use crate::{
    accounts::Accounts,
    declaration::workspace::Account,
    inventory::Inventory,
    letter::{AccountName, DesiredLetter},
    retry::{Observer, Shutdown, Silent},
    run::{Existing, FileScans, Run, RunError, ServiceConfig, Target, Work},
};

/// Options of every command that compares declarations with a service.
#[derive(Debug, clap::Args)]
pub(crate) struct TargetArgs {
    #[command(flatten)]
    pub(crate) declarations: DeclarationArgs,
    #[command(flatten)]
    pub(crate) workspace: WorkspaceArgs,
    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

/// The accounts that a command works on.
pub(crate) struct Targets {
    pub(crate) accounts: Accounts<Scope>,
    pub(crate) parallelism: usize,
}

/// What a command works on for one account, or without a workspace.
pub(crate) struct Scope {
    /// The account, where there is a workspace.
    pub(crate) account: Option<AccountName>,
    pub(crate) declarations: Declarations,
    pub(crate) service: ServiceConfig,
}

impl TargetArgs {
    /// What the arguments ask for: what they say outranks what the workspace says.
    pub(crate) fn resolve(&self) -> anyhow::Result<Targets> {
        let (clock, service) = (clock()?, self.service()?);
        let Selection { settings, accounts } = self.workspace.select(&self.declarations.paths)?;
        service.check_for(&accounts)?;
        let scope = |account: Option<Account>| {
            Ok::<_, anyhow::Error>(Scope {
                declarations: self.declarations.resolve(&settings, account.as_ref(), &clock),
                service: service.resolve(&settings, account.as_ref(), &clock)?,
                account: account.map(|account| account.name),
            })
        };
        Ok(Targets { accounts: accounts.try_map(scope)?, parallelism: service.parallelism(&settings) })
    }

    /// The service, by the command line and the environment.
    pub(crate) fn service(&self) -> anyhow::Result<ServiceArgs> {
        self.service.or_environment(&Variables(&variables::of_process))
    }

    /// The day by which validities are judged.
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "the page names it"))]
    pub(crate) fn today(&self) -> anyhow::Result<Date> {
        Ok(self.declarations.today(&clock()?))
    }
}

impl Targets {
    /// The same for a command that works on one account.
    pub(crate) fn only(self) -> anyhow::Result<Self> {
        Ok(Self { accounts: Accounts::Single(only(self.accounts)?), ..self })
    }

    /// Does something with all accounts. Why one of several fails is shown at once.
    pub(crate) fn run<T>(
        self,
        work: impl AsyncFnOnce(&Run<'_>, Accounts<Scope>) -> Result<T, RunError>,
    ) -> anyhow::Result<T> {
        let shutdown = Shutdown::new();
        let run = Run::new(self.parallelism, rand::random(), &shutdown).telling(&failure::of_account, &failure::warn);
        block_on(async { Ok(work(&run, self.accounts).await?) })
    }

    /// What is declared and what exists in each account.
    pub(crate) fn stocks(self) -> anyhow::Result<Accounts<Stock>> {
        self.run(async |run, scopes| {
            let loaded = run.each(scopes, async |scope| Ok((scope.declarations.load_if_any()?, scope))).await?;
            run.each(loaded, async |(desired, scope)| {
                let (today, expiring_days) = (scope.declarations.today(), scope.declarations.expiring_days());
                let (account, target) = (scope.account.clone(), scope.target(Box::new(Silent)));
                Ok(Stock { account, today, expiring_days, desired, existing: run.existing(&target).await? })
            })
            .await
        })
    }
}

impl Scope {
    /// The account as a run takes it.
    pub(crate) fn target(self, observer: Box<dyn Observer + Send>) -> Target<ServiceConfig> {
        Target { account: self.account, connect: self.service, observer }
    }

    /// What is declared for the account, to be planned.
    pub(crate) fn work(&self) -> Result<(Work, FileScans), RunError> {
        let (today, expiring_days) = (self.declarations.today(), self.declarations.expiring_days());
        let loaded = self.declarations.load_good()?;
        let scans = FileScans::new(loaded.roots.clone());
        Ok((Work::Declared { loaded: Box::new(loaded), today, expiring_days }, scans))
    }
}

/// What is declared and what exists in one account.
pub(crate) struct Stock {
    /// The account, where there is a workspace.
    #[cfg_attr(not(feature = "report"), allow(dead_code, reason = "the page names it"))]
    pub(crate) account: Option<AccountName>,
    pub(crate) existing: Existing,
    today: Date,
    /// A letter that ends within this many days is warned of.
    pub(crate) expiring_days: u32,
    desired: Vec<DesiredLetter>,
}

impl Stock {
    /// Letter by letter.
    pub(crate) fn inventory(&self) -> Inventory<'_> {
        Inventory::new(&self.desired, &self.existing.letters, self.today)
    }
}
