//! `letterform apply`

use std::{
    fs::File,
    io::{BufRead as _, Read as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};

use super::{
    Exit, block_on, clock,
    failure::{self, AccountFailures},
    files, interrupt,
    journal::Journal,
    ocr::ProofreadArgs,
    only::OnlyArgs,
    output::{Format, OutputArgs},
    progress::Progress,
    stderr::{self, tell},
    step_summary,
    targets::{Scope, TargetArgs},
    workspace::Planned,
};
use crate::{
    accounts::{AccountResult, Accounts},
    apply::Report,
    clock::Clock,
    letter::AccountName,
    plan::Plan,
    render::{markdown, style, style::paint, text},
    retry::{Both, Observer, Shutdown},
    run::{Connect as _, FileScans, Prepared, Run, RunError, ServiceConfig, Target, Work},
    wording::counted,
};

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Apply this saved plan and nothing else
    #[arg(long, value_name = "FILE", conflicts_with_all = ["paths", "targets"])]
    plan: Option<PathBuf>,
    /// Skip the question
    #[arg(long)]
    auto_approve: bool,
    /// Append each request and the outcome of each letter to this file, one line of JSON each
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    proofread: ProofreadArgs,
    #[command(flatten)]
    targets: TargetArgs,
}

/// What is to be done for one account, and the scans for it.
type Task = (Target<ServiceConfig>, Work, FileScans);

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let shutdown = Shutdown::new();
    let progress = Arc::new(Progress::new());
    let watch = Watch { journal: args.journal.as_deref(), progress: &progress, clock: &clock };
    let failures = AccountFailures::default();
    let (parallelism, tasks) = match &args.plan {
        Some(path) => saved(&args.targets, path, &watch, &failures)?,
        None => declared(&args.targets, &watch)?,
    };
    let on_failure = |account: &AccountName, error: &RunError| failures.tell(account, error);
    let run = Run::new(parallelism, rand::random(), &shutdown).telling(&on_failure, &failure::warn);
    block_on(progress.during(async {
        let mut tasks = run.each(tasks, async |task| task).await?;
        let chosen = args.only.chosen(tasks.good().map(|(_, work, _)| work))?;
        tasks.retain(|(_, work, _)| work.narrow(&chosen));
        let mut works = run.each(tasks, async |(target, work, scans)| run.prepare(target, work, scans).await).await?;
        let plans = works.good_mut().map(Prepared::plan_and_scans).map(|(plan, scans)| (plan, scans.roots()));
        args.proofread.add_to(plans).await?;
        let result = review_and_apply(args, &run, &works, &progress, &shutdown).await;
        for work in works.into_good() {
            work.close().await?;
        }
        result
    }))
}

/// Who is told of what happens.
struct Watch<'a> {
    journal: Option<&'a Path>,
    progress: &'a Arc<Progress>,
    clock: &'a Arc<dyn Clock>,
}

impl Watch<'_> {
    fn observer(
        &self,
        account: Option<&AccountName>,
        service: &ServiceConfig,
    ) -> anyhow::Result<Box<dyn Observer + Send>> {
        let open = |path| Journal::open(path, self.clock, &service.label(), account);
        let journal = self.journal.map(open).transpose()?;
        Ok(Box::new(Both(self.progress.of(account), journal)))
    }
}

/// The accounts of declarations. What is wrong with those of one account is no matter of the
/// others.
fn declared(args: &TargetArgs, watch: &Watch<'_>) -> anyhow::Result<(usize, Accounts<Result<Task, RunError>>)> {
    let targets = args.resolve()?;
    let task = |scope: Scope| {
        let observer = watch.observer(scope.account.as_ref(), &scope.service)?;
        Ok::<_, anyhow::Error>(scope.work().map(|(work, scans)| (scope.target_for(observer), work, scans)))
    };
    Ok((targets.parallelism, targets.accounts.try_map(task)?))
}

/// The largest saved plan that is read.
const MAX_PLAN_BYTES: u64 = 256 << 20;

/// The accounts of a saved plan: it names those that it is for, if it is for some of a workspace.
fn saved(
    args: &TargetArgs,
    path: &Path,
    watch: &Watch<'_>,
    failures: &AccountFailures,
) -> anyhow::Result<(usize, Accounts<Result<Task, RunError>>)> {
    let read = || -> anyhow::Result<(Accounts<Plan>, PathBuf)> {
        let mut json = Vec::new();
        File::open(path)?.take(MAX_PLAN_BYTES + 1).read_to_end(&mut json)?;
        if json.len() as u64 > MAX_PLAN_BYTES {
            bail!("it is larger than {} MiB", MAX_PLAN_BYTES >> 20);
        }
        let plans = Accounts::from_saved(&json)?;
        let folder = args.workspace.folder_of_scans(&plans)?;
        if let Some(file) = plans.good().find_map(|plan| FileScans::file_outside(plan, &folder)) {
            bail!("{file} is outside the current folder; run plan and apply in a folder that holds it");
        }
        Ok((plans, folder))
    };
    let (plans, folder) = read().with_context(|| format!("the plan {} can't be applied", path.display()))?;
    let (settings, planned) = args.workspace.select_planned(plans)?;
    let service_args = args.service()?;
    service_args.check_for(&planned)?;
    let task = |Planned { plan, account }| {
        let service = service_args.resolve(&settings, account.as_ref(), watch.clock)?;
        let observer = watch.observer(plan.account.as_ref(), &service)?;
        let scans = FileScans::of_saved_plans(folder.clone());
        Ok::<_, anyhow::Error>(Ok((
            Target { account: plan.account.clone(), connect: service, observer },
            Work::Saved(plan),
            scans,
        )))
    };
    Ok((service_args.parallelism(&settings), not_planned(planned, failures).try_map(task)?))
}

/// The accounts that failed when the plan was made still have none.
fn not_planned<T>(mut planned: Accounts<T>, failures: &AccountFailures) -> Accounts<T> {
    if let Accounts::Workspace(all) = &mut planned {
        for AccountResult { account, result } in all {
            if let Err(failure) = result {
                failure.message = format!("it was not planned: {}", failure.message).into();
                failures.tell_of_saved(account, failure);
            }
        }
    }
    planned
}

/// Shows the plan, asks, and does what it says.
async fn review_and_apply(
    args: &Args,
    run: &Run<'_>,
    works: &Accounts<Prepared<ServiceConfig, FileScans>>,
    progress: &Progress,
    shutdown: &Shutdown,
) -> anyhow::Result<Exit> {
    let plans = works.as_ref().map(|work| work.plan.clone());
    let creates = plans.summary().create;
    args.show_plan(&text::plan(&plans))?;
    if !approved(args, &plans.good().collect::<Vec<_>>(), &place(&plans)).await? {
        return Ok(Exit::Failed);
    }
    interrupt::listen(shutdown);
    progress.begin(creates);
    let reports = run.each(works.as_ref(), async |work| Ok(run.apply(work).await)).await?;
    progress.finish();
    args.output.print(
        || text::report(&reports),
        || reports.to_document(),
        |comment| markdown::report(&reports, comment),
    )?;
    step_summary::append(|comment| markdown::report(&reports, comment));
    Ok(exit(reports.good(), reports.any_failed()))
}

/// Where letters are to be created, for the question.
fn place(plans: &Accounts<Plan>) -> String {
    match plans {
        Accounts::Single(plan) => format!("at {}", plan.endpoint),
        Accounts::Workspace(_) => {
            let accounts = plans.good().filter(|plan| plan.summary().create > 0).count();
            format!("in {}", counted(accounts, "account"))
        }
    }
}

fn exit<'a>(reports: impl IntoIterator<Item = &'a Report>, failed: bool) -> Exit {
    let exit = if failed { Exit::Failed } else { Exit::Done };
    reports.into_iter().fold(exit, |exit, report| {
        let summary = report.summary();
        match exit {
            Exit::Failed => Exit::Failed,
            _ if summary.failed > 0
                || summary.unknown > 0
                || report.was_interrupted()
                || report.was_refused()
                || report.has_unreadable() =>
            {
                Exit::Failed
            }
            _ if summary.conflict > 0 => Exit::Conflict,
            exit => exit,
        }
    })
}

impl Args {
    /// Shows the plan where it does not get in the way of the report.
    fn show_plan(&self, text: &str) -> anyhow::Result<()> {
        if self.output.format == Format::Text {
            return files::print_styled(text);
        }
        // It must be seen before the question is answered.
        if !(stderr::is_quiet() && self.auto_approve) {
            stderr::write(format_args!("{text}"));
        }
        Ok(())
    }
}

/// Whether the letters may be created: nobody needs to be asked when there are none.
async fn approved(args: &Args, plans: &[&Plan], place: &str) -> anyhow::Result<bool> {
    let creates = plans.iter().map(|plan| plan.summary().create).sum();
    let warnings = || text::warnings_of_creates(plans.iter().copied());
    if creates == 0 || args.auto_approve || asked(creates, place, &warnings()).await? {
        return Ok(true);
    }
    tell!("Nothing was created.");
    Ok(false)
}

async fn asked(creates: usize, place: &str, warnings: &str) -> anyhow::Result<bool> {
    let letters = counted(creates, "letter");
    stderr::write(format_args!(
        "{warnings}Create {letters} {place}? A letter can't be changed or deleted afterwards. Type {} to go on: ",
        paint(style::STRONG, "yes")
    ));
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    match answer.await?.context("the answer can't be read")? {
        Some(line) => Ok(line.trim() == "yes"),
        None => bail!("no answer on standard input; use --auto-approve to skip the question"),
    }
}
