//! From the arguments of a command to the accounts that it works on, and to their services.

use std::sync::Arc;

use jiff::civil::Date;

use super::{
    block_on, clock,
    declarations::{DeclarationArgs, Declarations},
    failure::{self, AccountFailures},
    progress::Progress,
    service::ServiceArgs,
    variables::{self, Variables},
    workspace::{Selection, WorkspaceArgs, only},
};
use crate::{
    accounts::Accounts,
    declaration::workspace::Account,
    inventory::Inventory,
    letter::{AccountName, DesiredLetter},
    plan::Chosen,
    retry::{Observer, Shutdown},
    run::{Existing, FileScans, Run, RunError, ServiceConfig, Survey, Target, Work},
    signature::Facts,
    status::Status,
    usage::Depth,
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

/// The option of commands that can read signatures and qualifications as well.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct SignaturesArg {
    /// Read signatures too, or, in a plan, qualifications: one request for each 50 [default: what
    /// the workspace file says]
    #[arg(long)]
    pub(crate) signatures: bool,
}

/// The accounts that a command works on.
pub(crate) struct Targets {
    pub(crate) accounts: Accounts<Scope>,
    pub(crate) parallelism: usize,
    /// What a person sees of it.
    progress: Arc<Progress>,
}

/// What a command works on for one account, or without a workspace.
pub(crate) struct Scope {
    /// The account, where there is a workspace.
    pub(crate) account: Option<AccountName>,
    pub(crate) declarations: Declarations,
    pub(crate) service: ServiceConfig,
    progress: Arc<Progress>,
    /// Whether the workspace file asks for signatures and qualifications.
    pub(crate) signatures: bool,
}

impl TargetArgs {
    /// What the arguments ask for: what they say outranks what the workspace says.
    pub(crate) fn resolve(&self) -> anyhow::Result<Targets> {
        let (clock, service) = (clock()?, self.service()?);
        let Selection { settings, accounts } = self.workspace.select(&self.declarations.paths)?;
        service.check_for(&accounts)?;
        let progress = Arc::new(Progress::new());
        let scope = |account: Option<Account>| {
            Ok::<_, anyhow::Error>(Scope {
                declarations: self.declarations.resolve(&settings, account.as_ref(), &clock),
                service: service.resolve(&settings, account.as_ref(), &clock)?,
                account: account.map(|account| account.name),
                progress: Arc::clone(&progress),
                signatures: settings.signatures,
            })
        };
        let (accounts, parallelism) = (accounts.try_map(scope)?, service.parallelism(&settings));
        Ok(Targets { accounts, parallelism, progress })
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
        let (shutdown, failures) = (Shutdown::new(), AccountFailures::default());
        let on_failure = |account: &AccountName, error: &RunError| failures.tell(account, error);
        let run = Run::new(self.parallelism, rand::random(), &shutdown).telling(&on_failure, &failure::warn);
        block_on(async { Ok(self.progress.during(work(&run, self.accounts)).await?) })
    }

    /// What is declared and what exists in each account, and what uses it where that is asked for.
    pub(crate) fn stocks(self, asked: SignaturesArg) -> anyhow::Result<Accounts<Stock>> {
        self.run(async |run, scopes| {
            let loaded = run.each(scopes, async |scope| Ok((scope.declarations.load_if_any()?, scope))).await?;
            run.each(loaded, async |(desired, scope)| {
                let (today, soon) = (scope.declarations.today(), scope.declarations.expiring_days());
                let with_signatures = asked.signatures || scope.signatures;
                let (account, target) = (scope.account.clone(), scope.target());
                let (existing, facts) = if with_signatures {
                    let Survey { existing, facts } = run.survey(&target, Depth::Signatures, |_, _| Vec::new()).await?;
                    facts.not_known().for_each(failure::not_known);
                    (existing, Some(facts))
                } else {
                    (run.existing(&target).await?, None)
                };
                Ok(Stock { account, existing, today, soon, desired, facts })
            })
            .await
        })
    }
}

impl Scope {
    /// The account as a run takes it, watched for the person who waits.
    pub(crate) fn target(&self) -> Target<ServiceConfig> {
        self.target_for(Box::new(self.progress.of(self.account.as_ref())))
    }

    /// The account as a run takes it.
    pub(crate) fn target_for(&self, observer: Box<dyn Observer + Send>) -> Target<ServiceConfig> {
        Target { account: self.account.clone(), connect: self.service.clone(), observer }
    }

    /// What is declared for the account, to be planned.
    pub(crate) fn work(&self) -> Result<(Work, FileScans), RunError> {
        let (today, expiring_days) = (self.declarations.today(), self.declarations.expiring_days());
        let loaded = self.declarations.load_good()?;
        let scans = FileScans::new(loaded.roots.clone());
        Ok((Work::Declared { loaded: Box::new(loaded), today, expiring_days, chosen: Chosen::default() }, scans))
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
    pub(crate) soon: u32,
    desired: Vec<DesiredLetter>,
    facts: Option<Facts>,
}

impl Stock {
    /// Letter by letter, with what became of signatures where that was asked for.
    pub(crate) fn inventory(&self) -> Inventory<'_> {
        let inventory = Inventory::new(&self.desired, &self.existing.letters, self.today);
        match self.status(&inventory) {
            Some(status) => inventory.with_uses(status.letters.into_iter().map(|letter| letter.signatures)),
            None => inventory,
        }
    }

    /// What became of the letters of its inventory, where that was asked for.
    pub(crate) fn status(&self, inventory: &Inventory<'_>) -> Option<Status> {
        let place = (self.account.clone(), self.existing.endpoint.clone());
        Some(Status::new(place, inventory, self.facts.as_ref()?, self.soon))
    }
}
