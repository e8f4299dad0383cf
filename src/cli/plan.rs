//! `letterform plan`

use std::{path::PathBuf, sync::Arc};

use clap::ValueEnum;
use futures::{StreamExt as _, stream};
use tracing::Instrument as _;

use super::{
    Exit, block_on, clock,
    connection::{ServiceArgs, shell_word},
    declarations::{DeclarationArgs, check_creates},
    existing, failure, files, logging,
    stderr::{self, tell},
    step_summary,
    workspace::{Target, WorkspaceArgs},
};
use crate::{
    accounts::{AccountResult, Accounts},
    clock::Clock,
    escape::visible,
    plan::{Plan, PlanSummary},
    render::{
        json, markdown,
        style::{self, paint},
        text,
    },
    retry::Shutdown,
};

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Save the plan, for `apply --plan FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 2 when letters would be created, with 3 when there is a conflict
    #[arg(long)]
    detailed_exitcode: bool,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
    #[command(flatten)]
    service: ServiceArgs,
}

/// The forms of plans and reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For a person at a terminal
    #[default]
    Text,
    /// For programs
    Json,
    /// For a comment on a pull request
    Markdown,
}

/// How many accounts are worked on at once.
pub(super) const SIDE_BY_SIDE: usize = 8;

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let selection = args.workspace.select(&args.declarations.paths)?;
    let targets = selection.targets(&args.declarations, &args.service, &clock)?;
    if selection.is_whole() {
        run_whole(args, &targets, &clock)
    } else {
        run_one(args, &selection.only(targets)?, &clock)
    }
}

fn run_one(args: &Args, target: &Target, clock: &Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let plan = block_on(async {
        let stop = Shutdown::new();
        plan(target, clock, &stop).await
    })?;
    save(args, || json::pretty(&plan.to_saved_document()))?;
    match args.format {
        Format::Text => args.show(&text::plan(&plan))?,
        // What is saved is JSON too: one of the two is enough there.
        Format::Json if args.saves_to_stdout() => {}
        Format::Json => files::print(json::pretty(&plan.to_document()).as_bytes())?,
        Format::Markdown => args.show(&markdown::plan(&plan))?,
    }
    step_summary::append(|| markdown::plan(&plan));
    told_how_to_apply(args, plan.summary());
    Ok(args.exit(plan.summary()))
}

fn run_whole(args: &Args, targets: &[Target], clock: &Arc<dyn Clock>) -> anyhow::Result<Exit> {
    let plans = block_on(async {
        let stop = Shutdown::new();
        Ok(plan_all(targets, clock, &stop).await)
    })?;
    save(args, || json::pretty(&plans.to_saved_document()))?;
    match args.format {
        Format::Text => args.show(&text::plans(&plans))?,
        // What is saved is JSON too: one of the two is enough there.
        Format::Json if args.saves_to_stdout() => {}
        Format::Json => files::print(json::pretty(&plans.to_document()).as_bytes())?,
        Format::Markdown => args.show(&markdown::plans(&plans))?,
    }
    step_summary::append(|| markdown::plans(&plans));
    told_how_to_apply(args, plans.summary());
    if plans.failed().next().is_some() {
        return Ok(Exit::Failed);
    }
    Ok(args.exit(plans.summary()))
}

/// The plan for one account.
async fn plan(target: &Target, clock: &Arc<dyn Clock>, stop: &Shutdown) -> anyhow::Result<Plan> {
    let declarations = &target.declarations;
    let mut loaded = tokio::task::block_in_place(|| declarations.load_good())?;
    let span = logging::span(target.account.as_ref());
    let existing =
        existing::ask(&target.service, Arc::clone(clock), stop, existing::Whose::Asked).instrument(span).await?;
    let (today, expiring_days) = (declarations.today(), declarations.expiring_days());
    let letters = std::mem::take(&mut loaded.letters);
    let plan = Plan::new(existing.endpoint, letters, &existing.letters, today, expiring_days);
    check_creates(&plan, loaded)?;
    Ok(plan.of_account(target.account.clone()).of_caller(existing.account_id))
}

/// The plans for all accounts, made side by side. Why one has none is shown at once.
async fn plan_all(targets: &[Target], clock: &Arc<dyn Clock>, stop: &Shutdown) -> Accounts<Plan> {
    let plans = stream::iter(targets.iter().filter_map(|target| Some((target.account.clone()?, target)))).map(
        |(account, target)| async move {
            let result = plan(target, clock, stop).await.map_err(|error| failure::of_account(&account, &error));
            AccountResult { account, result }
        },
    );
    Accounts(plans.buffered(SIDE_BY_SIDE).collect().await)
}

fn save(args: &Args, document: impl FnOnce() -> String) -> anyhow::Result<()> {
    args.out.as_ref().map_or(Ok(()), |path| files::write(path, document().as_bytes()))
}

/// How to apply what was saved, with the options that are needed; nothing when there is nothing to create.
fn told_how_to_apply(args: &Args, summary: PlanSummary) {
    let Some(path) = args.out.as_deref().filter(|path| !files::is_stdout(path)) else { return };
    if summary.create == 0 {
        return;
    }
    let options = format!("{}{}", args.workspace.to_repeat(), args.service.to_repeat());
    tell!(
        "Saved. To apply it: letterform apply --plan={}{}",
        visible(&shell_word(&path.display().to_string())),
        visible(&options)
    );
}

impl Args {
    fn saves_to_stdout(&self) -> bool {
        self.out.as_deref().is_some_and(files::is_stdout)
    }

    /// Shows the plan; on standard error when the saved plan takes standard output.
    fn show(&self, text: &str) -> anyhow::Result<()> {
        if self.saves_to_stdout() {
            stderr::write(format_args!("{text}"));
            return Ok(());
        }
        files::print_styled(text)
    }

    fn exit(&self, summary: PlanSummary) -> Exit {
        if summary.unreadable > 0 {
            let letters = if summary.unreadable == 1 { "letter" } else { "letters" };
            tell!(
                "{} {} declared {letters} can't be planned: the service's answer can't be read in full",
                paint(style::ERROR, "error:"),
                summary.unreadable
            );
            return Exit::Failed;
        }
        match (self.detailed_exitcode, summary.conflict, summary.create) {
            (true, 1.., _) => Exit::Conflict,
            (true, 0, 1..) => Exit::Creates,
            _ => Exit::Done,
        }
    }
}
