//! What `apply` is to do: declarations to compare, or a plan that was compared before.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, anyhow, bail};

use super::{
    super::{
        connection::{Connection, Service},
        declarations::check_creates,
        failure::Stale,
        journal::Journal,
        progress::AccountProgress,
        scans::{self, FileScans},
        workspace::Target,
    },
    Args,
};
use crate::{
    accounts::Accounts,
    apply::{self, Report},
    clock::Clock,
    declaration::Loaded,
    letter::{AccountName, Picture, ScanDigest},
    plan::{Plan, Staleness, other_account, other_endpoint, staleness},
    retry::{Both, Caller, Observer, Purpose, RetryPolicy, Shutdown, Silent},
    service::LetterFilter,
};

/// What is to be done for one account, or without a workspace.
pub(super) struct Task {
    account: Option<AccountName>,
    service: Service,
    scans: FileScans,
    letters: Letters,
}

enum Letters {
    Declared { loaded: Box<Loaded>, today: jiff::civil::Date, expiring_days: u32 },
    Saved(Plan),
}

/// What is to be done for one account or for the accounts of a workspace.
pub(super) enum Tasks {
    One(Box<Task>),
    Several(Vec<(AccountName, anyhow::Result<Task>)>),
}

/// What the arguments ask for.
pub(super) fn tasks(args: &Args, clock: &Arc<dyn Clock>) -> anyhow::Result<Tasks> {
    if let Some(path) = &args.plan {
        return saved(args, path, clock);
    }
    let selection = args.workspace.select(&args.declarations.paths)?;
    let targets = selection.targets(&args.declarations, &args.service, clock)?;
    if !selection.is_whole() {
        return Ok(Tasks::One(Box::new(Task::declared(selection.only(targets)?)?)));
    }
    let tasks = targets.into_iter().filter_map(|target| Some((target.account.clone()?, Task::declared(target))));
    Ok(Tasks::Several(tasks.collect()))
}

/// A saved plan names the account that it is for, if it is for one of a workspace.
fn saved(args: &Args, path: &Path, clock: &Arc<dyn Clock>) -> anyhow::Result<Tasks> {
    let plans = read(path).with_context(|| format!("the plan {} can't be applied", path.display()))?;
    let selected = |account: Option<&AccountName>| -> anyhow::Result<Service> {
        let selection = args.workspace.for_account(account)?;
        selection.only(selection.targets(&args.declarations, &args.service, clock)?).map(|target| target.service)
    };
    match plans {
        Saved::One(plan) => {
            if let (Some(asked), found) = (args.workspace.account(), &plan.account)
                && found.as_ref() != Some(asked)
            {
                let found =
                    found.as_ref().map_or("no account of a workspace".to_owned(), |name| format!("the account {name}"));
                bail!("the plan is for {found}, and not for {asked}");
            }
            let service = selected(plan.account.as_ref())?;
            Ok(Tasks::One(Box::new(Task::saved(plan, service))))
        }
        Saved::Several(plans) => {
            let wanted = |account: &AccountName| args.workspace.account().is_none_or(|asked| asked == account);
            let tasks: Vec<_> = plans.0.into_iter().filter(|plan| wanted(&plan.account)).collect();
            if tasks.is_empty() {
                bail!("the plan has no account that was asked for");
            }
            args.service.check_for_several()?;
            let task = |plan: crate::accounts::AccountResult<Plan>| {
                let task = match plan.result {
                    Ok(saved) => selected(Some(&plan.account)).map(|service| Task::saved(saved, service)),
                    Err(failure) => Err(anyhow!("it was not planned: {}", failure.message)),
                };
                (plan.account, task)
            };
            Ok(Tasks::Several(tasks.into_iter().map(task).collect()))
        }
    }
}

enum Saved {
    One(Plan),
    Several(Accounts<Plan>),
}

fn read(path: &Path) -> anyhow::Result<Saved> {
    /// Tells the plans of a workspace from one plan.
    #[derive(serde::Deserialize)]
    struct Kind {
        accounts: Option<serde::de::IgnoredAny>,
    }
    let json = std::fs::read(path)?;
    match serde_json::from_slice(&json) {
        Ok(Kind { accounts: Some(_) }) => Ok(Saved::Several(Accounts::from_saved(&json)?)),
        _ => Ok(Saved::One(Plan::from_saved(&json)?)),
    }
}

impl Task {
    fn declared(target: Target) -> anyhow::Result<Self> {
        let Target { account, declarations, service } = target;
        let (today, expiring_days) = (declarations.today(), declarations.expiring_days());
        let loaded = declarations.load_good()?;
        let scans = FileScans(Arc::new(loaded.roots.clone()));
        let letters = Letters::Declared { loaded: Box::new(loaded), today, expiring_days };
        Ok(Self { account, service, scans, letters })
    }

    fn saved(plan: Plan, service: Service) -> Self {
        let scans = FileScans(Arc::new(scans::roots_of_plan(&plan)));
        Self { account: plan.account.clone(), service, scans, letters: Letters::Saved(plan) }
    }

    /// Asks the service, and makes the plan or looks whether the saved one still holds.
    pub(super) async fn prepare(
        self,
        args: &Args,
        clock: &Arc<dyn Clock>,
        stop: &Shutdown,
    ) -> anyhow::Result<Prepared> {
        if let Letters::Saved(plan) = &self.letters
            && let Some(reason) = other_endpoint(plan, &self.service.label())
        {
            return Err(Stale(vec![reason]).into());
        }
        // Before anything is opened that would have to be closed.
        let open = |path: &PathBuf| Journal::open(path, clock, &self.service.label(), self.account.as_ref());
        let journal = args.journal.as_ref().map(open).transpose()?;
        let connection = Connection::open(&self.service, Arc::clone(clock)).await?;
        let observer: &dyn Observer = journal.as_ref().map_or(&Silent, |journal| journal);
        let caller = Caller::new(&connection.client, RetryPolicy::brief(), rand::random(), observer, stop);
        let everything = LetterFilter::default();
        let query = caller.query(None, &everything, Purpose::Listing);
        let (existing, account_id) = tokio::join!(query, connection.account_id());
        let existing = match existing {
            Ok(answer) => answer.value,
            Err(error) => {
                connection.close().await?;
                return Err(error.into());
            }
        };
        let is_saved = matches!(self.letters, Letters::Saved(_));
        let plan = match self.letters {
            Letters::Declared { mut loaded, today, expiring_days } => {
                let endpoint = connection.endpoint.clone();
                let letters = std::mem::take(&mut loaded.letters);
                let plan = Plan::new(endpoint, letters, &existing, today, expiring_days);
                if let Err(refused) = check_creates(&plan, *loaded) {
                    connection.close().await?;
                    return Err(refused.into());
                }
                plan.of_account(self.account).of_caller(account_id)
            }
            Letters::Saved(plan) => {
                let mut reasons = Vec::from_iter(other_account(&plan, &account_id));
                reasons.extend(staleness(&plan, &connection.endpoint, &existing));
                reasons.extend(tokio::task::block_in_place(|| changed_scans(&plan, &self.scans)));
                if !reasons.is_empty() {
                    connection.close().await?;
                    return Err(Stale(reasons).into());
                }
                plan
            }
        };
        Ok(Prepared { plan, connection, scans: self.scans, journal, is_saved })
    }
}

/// A plan and what is needed to apply it.
pub(super) struct Prepared {
    pub(super) plan: Plan,
    pub(super) connection: Connection,
    scans: FileScans,
    is_saved: bool,
    journal: Option<Journal<Box<dyn std::io::Write + Send>>>,
}

impl Prepared {
    /// Does what the plan says.
    pub(super) async fn apply(&self, progress: &AccountProgress<'_>, stop: &Shutdown) -> Report {
        let journal: &dyn Observer = self.journal.as_ref().map_or(&Silent, |journal| journal);
        let observer = Both(progress, journal);
        let caller = Caller::new(&self.connection.client, RetryPolicy::default(), rand::random(), &observer, stop);
        let report = apply::apply(self.plan.clone(), &caller, &self.scans, stop, self.connection.parallelism).await;
        Report { from_saved_plan: self.is_saved, ..report }
    }
}

/// The letters whose scans changed since the plan was made. A scan that several letters share is read once.
fn changed_scans(plan: &Plan, scans: &FileScans) -> Vec<Staleness> {
    let mut reasons = Vec::new();
    let mut good: HashSet<(Option<&Path>, &str, ScanDigest)> = HashSet::new();
    for desired in plan.creates() {
        let Picture::Scan(scan) = &desired.letter.picture else { continue };
        let key = (Path::new(&desired.source.file).parent(), scan.path.as_str(), scan.digest);
        if good.contains(&key) {
            continue;
        }
        match scans::read(&desired.source, scan, &scans.0) {
            Ok(_) => drop(good.insert(key)),
            Err(problem) => {
                reasons.push(Staleness::ScanChanged { name: desired.letter.name.to_string(), problem: problem.0 });
            }
        }
    }
    reasons
}
