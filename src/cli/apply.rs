//! `letterform apply`

mod task;

use std::{io::BufRead as _, path::PathBuf, sync::Arc};

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, stream};
use tracing::Instrument as _;

use self::task::{Prepared, Task, tasks};
use super::{
    Exit, block_on, clock,
    connection::ServiceArgs,
    declarations::DeclarationArgs,
    failure, files, interrupt, logging,
    plan::{Format, SIDE_BY_SIDE},
    progress::Progress,
    stderr::{self, tell},
    step_summary,
    workspace::WorkspaceArgs,
};
use crate::{
    accounts::{AccountResult, Accounts},
    apply::Report,
    clock::Clock,
    escape::visible,
    letter::AccountName,
    render::{json, markdown, style, style::paint, text},
    retry::Shutdown,
};

/// Arguments of `apply`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Apply this saved plan, and nothing else
    #[arg(long, value_name = "FILE", conflicts_with = "paths")]
    plan: Option<PathBuf>,
    /// Do not ask
    #[arg(long)]
    auto_approve: bool,
    /// Append every request and what became of every letter to this file, one line of JSON each, as it happens
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
    #[command(flatten)]
    service: ServiceArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let tasks = tasks(args, &clock)?;
    block_on(run_tasks(args, tasks, &clock))
}

async fn run_tasks(args: &Args, tasks: task::Tasks, clock: &Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let stop = Shutdown::new();
    match tasks {
        task::Tasks::One(task) => {
            let work = task.prepare(args, clock, &stop).await?;
            let result = run_one(args, &work, &stop).await;
            work.connection.close().await?;
            result
        }
        task::Tasks::Several(tasks) => {
            let works = prepare_all(args, tasks, clock, &stop).await;
            let result = run_several(args, &works, &stop).await;
            for work in works.into_iter().filter_map(|(_, work)| work.ok()) {
                work.connection.close().await?;
            }
            result
        }
    }
}

async fn run_one(args: &Args, work: &Prepared, stop: &Shutdown) -> anyhow::Result<Exit> {
    let creates = work.plan.summary().create;
    show_plan(&text::plan(&work.plan), args.format)?;
    if !approved(args, creates, &format!("at {}", visible(&work.connection.endpoint))).await? {
        return Ok(Exit::Failed);
    }
    interrupt::listen(stop);
    let progress = Progress::new(creates);
    let report = work.apply(&progress.of(None), stop).await;
    progress.finish();
    match args.format {
        Format::Text => files::print_styled(&text::report(&report))?,
        Format::Markdown => files::print_styled(&markdown::report(&report))?,
        Format::Json => files::print(json::pretty(&report.to_document()).as_bytes())?,
    }
    step_summary::append(|| markdown::report(&report));
    Ok(exit([&report], false))
}

/// The accounts of a workspace, each with what is to be done for it, or why nothing can be.
type Works = Vec<(AccountName, Result<Prepared, crate::accounts::AccountFailure>)>;

async fn prepare_all(
    args: &Args,
    tasks: Vec<(AccountName, anyhow::Result<Task>)>,
    clock: &Arc<dyn Clock>,
    stop: &Shutdown,
) -> Works {
    let prepared = stream::iter(tasks).map(|(account, task)| async move {
        let span = logging::span(Some(&account));
        let prepare = async { task?.prepare(args, clock, stop).await }.instrument(span);
        let work = prepare.await.map_err(|error| failure::of_account(&account, &error));
        (account, work)
    });
    prepared.buffered(SIDE_BY_SIDE).collect().await
}

async fn run_several(args: &Args, works: &Works, stop: &Shutdown) -> anyhow::Result<Exit> {
    let plans = of_each(works, |work| work.plan.clone());
    let creates = plans.summary().create;
    show_plan(&text::plans(&plans), args.format)?;
    let accounts = plans.good().filter(|plan| plan.summary().create > 0).count();
    let place = if accounts == 1 { "in 1 account".to_owned() } else { format!("in {accounts} accounts") };
    if !approved(args, creates, &place).await? {
        return Ok(Exit::Failed);
    }
    interrupt::listen(stop);
    let progress = Progress::new(creates);
    let applied = works.iter().map(|(account, work)| {
        let progress = &progress;
        async move {
            let result = match work {
                Ok(work) => {
                    let progress = progress.of(Some(account));
                    Ok(work.apply(&progress, stop).instrument(logging::span(Some(account))).await)
                }
                Err(failure) => Err(failure.clone()),
            };
            AccountResult { account: account.clone(), result }
        }
    });
    let reports = Accounts(stream::iter(applied).buffered(SIDE_BY_SIDE).collect().await);
    progress.finish();
    match args.format {
        Format::Text => files::print_styled(&text::reports(&reports))?,
        Format::Markdown => files::print_styled(&markdown::reports(&reports))?,
        Format::Json => files::print(json::pretty(&reports.to_document()).as_bytes())?,
    }
    step_summary::append(|| markdown::reports(&reports));
    Ok(exit(reports.good(), reports.failed().next().is_some()))
}

fn of_each<T>(works: &Works, get: impl Fn(&Prepared) -> T) -> Accounts<T> {
    let result = |work: &Result<Prepared, _>| work.as_ref().map(&get).map_err(Clone::clone);
    let results = works.iter().map(|(account, work)| AccountResult { account: account.clone(), result: result(work) });
    Accounts(results.collect())
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

/// Shows the plan where it does not get in the way of the report.
fn show_plan(text: &str, format: Format) -> anyhow::Result<()> {
    if format == Format::Text {
        return files::print_styled(text);
    }
    stderr::write(format_args!("{text}"));
    Ok(())
}

/// Whether the letters may be created: nobody needs to be asked when there are none.
async fn approved(args: &Args, creates: usize, place: &str) -> anyhow::Result<bool> {
    if creates == 0 || args.auto_approve || asked(creates, place).await? {
        return Ok(true);
    }
    tell!("Nothing was created.");
    Ok(false)
}

async fn asked(creates: usize, place: &str) -> anyhow::Result<bool> {
    let letters = if creates == 1 { "letter" } else { "letters" };
    stderr::write(format_args!(
        "Create {creates} {letters} {place}? A letter can't be changed or deleted afterwards. Type {} to go on: ",
        paint(style::STRONG, "yes")
    ));
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    match answer.await?.context("the answer can't be read")? {
        Some(line) => Ok(line.trim() == "yes"),
        None => bail!("nobody is there to answer; to apply without being asked, add --auto-approve"),
    }
}
