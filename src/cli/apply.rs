//! `letterform apply`

use std::{
    io::{BufRead as _, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context as _;

use super::{
    Exit, block_on, clock,
    connection::{Connection, ServiceArgs},
    declarations::DeclarationArgs,
    files, interrupt,
    journal::Journal,
    plan::Format,
    progress::Progress,
    scans::{self, FileScans},
};
use crate::{
    apply::{self, Report},
    calls::{Both, Caller, Observe, RetryPolicy, Silent, Stop},
    clock::Clock,
    escape::visible,
    letter::{DesiredLetter, Picture},
    plan::{Plan, Staleness, staleness},
    render::{json, markdown, style, style::paint, text},
    service::{Client, LetterFilter},
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
    service: ServiceArgs,
}

/// What to apply: declarations to compare, or a plan that was compared before.
enum Task {
    Declared(Vec<DesiredLetter>),
    Saved(Plan),
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let (task, roots) = match &args.plan {
        Some(path) => {
            let plan = read_plan(path)?;
            let roots = scans::roots_of_plan(&plan);
            (Task::Saved(plan), roots)
        }
        None => match args.declarations.load_good(&clock) {
            Some(loaded) => (Task::Declared(loaded.letters), loaded.roots),
            None => return Ok(Exit::Failed),
        },
    };
    let scans = FileScans(Arc::new(roots));
    let stop = Stop::new();
    block_on(async {
        let connection = Connection::open(&args.service, Arc::clone(&clock)).await?;
        let result = converge(args, &clock, task, &scans, &connection, &stop).await;
        connection.close().await?;
        result
    })
}

fn read_plan(path: &Path) -> anyhow::Result<Plan> {
    let json = std::fs::read(path).with_context(|| format!("the plan {} can't be read", path.display()))?;
    Plan::from_saved(&json).with_context(|| format!("the plan {} can't be applied", path.display()))
}

async fn converge(
    args: &Args,
    clock: &Arc<dyn Clock>,
    task: Task,
    scans: &FileScans,
    connection: &Connection,
    stop: &Stop,
) -> anyhow::Result<Exit> {
    let journal = args.journal.as_deref().map(|path| Journal::open(path, clock, &connection.endpoint)).transpose()?;
    let journal: &dyn Observe = journal.as_ref().map_or(&Silent, |journal| journal);
    let caller = Caller::new(&connection.client, RetryPolicy::brief(), rand::random(), journal, stop);
    let Some(plan) = make_plan(args, clock, task, scans, connection, &caller).await? else { return Ok(Exit::Failed) };
    let creates = plan.summary().create;
    show_plan(&plan, args.format)?;
    if creates > 0 && !args.auto_approve && !approved(creates, &connection.endpoint).await? {
        anstream::eprintln!("Nothing was created.");
        return Ok(Exit::Failed);
    }
    interrupt::listen(stop)?;
    let progress = Progress::new(creates);
    let report = {
        let observer = Both(&progress, journal);
        let caller = Caller::new(&connection.client, RetryPolicy::default(), rand::random(), &observer, stop);
        apply::apply(plan, &caller, scans, stop, connection.parallelism).await
    };
    progress.finish();
    print(&report, args.format)?;
    let summary = report.summary();
    Ok(if summary.failed > 0 || report.was_interrupted() {
        Exit::Failed
    } else if summary.conflict > 0 {
        Exit::Conflict
    } else {
        Exit::Done
    })
}

/// The plan to apply. `None` says that a saved plan is stale, which is shown by now.
async fn make_plan(
    args: &Args,
    clock: &Arc<dyn Clock>,
    task: Task,
    scans: &FileScans,
    connection: &Connection,
    caller: &Caller<'_, Client>,
) -> anyhow::Result<Option<Plan>> {
    let existing = caller.query(None, &LetterFilter::default()).await?.value;
    let plan = match task {
        Task::Declared(desired) => {
            let today = args.declarations.today(clock);
            let endpoint = connection.endpoint.clone();
            return Ok(Some(Plan::new(endpoint, desired, &existing, today, args.declarations.expiring_days)));
        }
        Task::Saved(plan) => plan,
    };
    let mut reasons = staleness(&plan, &connection.endpoint, &existing);
    reasons.extend(tokio::task::block_in_place(|| changed_scans(&plan, scans)));
    if reasons.is_empty() {
        return Ok(Some(plan));
    }
    anstream::eprintln!("{} the plan is stale, and nothing was created:", paint(style::ERROR, "error:"));
    for reason in &reasons {
        anstream::eprintln!("  - {}", visible(&reason.to_string()));
    }
    anstream::eprintln!("  {} make it anew with `letterform plan --out FILE`", paint(style::STRONG, "help:"));
    Ok(None)
}

fn changed_scans(plan: &Plan, scans: &FileScans) -> Vec<Staleness> {
    let mut reasons = Vec::new();
    for desired in plan.creates() {
        if let Picture::Scan(scan) = &desired.letter.picture
            && let Err(problem) = scans::read(&desired.source, scan, &scans.0)
        {
            reasons.push(Staleness::ScanChanged { name: desired.letter.name.to_string(), problem: problem.0 });
        }
    }
    reasons
}

/// Shows the plan where it does not get in the way of the report.
fn show_plan(plan: &Plan, format: Format) -> anyhow::Result<()> {
    let text = text::plan(plan);
    if format == Format::Text {
        return files::print_styled(&text);
    }
    anstream::eprint!("{text}");
    Ok(())
}

async fn approved(creates: usize, endpoint: &str) -> anyhow::Result<bool> {
    let letters = if creates == 1 { "letter" } else { "letters" };
    anstream::eprint!(
        "Create {creates} {letters} at {}? A letter can't be changed or deleted afterwards. Type {} to go on: ",
        visible(endpoint),
        paint(style::STRONG, "yes")
    );
    std::io::stderr().flush()?;
    let answer = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    match answer.await?.context("the answer can't be read")? {
        Some(line) => Ok(line.trim() == "yes"),
        None => anyhow::bail!("nobody is there to answer; to apply without being asked, add --auto-approve"),
    }
}

fn print(report: &Report, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Text => files::print_styled(&text::report(report)),
        Format::Markdown => files::print(markdown::report(report).as_bytes()),
        Format::Json => files::print(json::pretty(&report.to_document()).as_bytes()),
    }
}
