//! `letterform plan`

use std::path::PathBuf;

use super::{
    Exit, block_on, files,
    ocr::ProofreadArgs,
    only::OnlyArgs,
    output::{Format, OutputArgs},
    stderr::{self, error, note, tell},
    step_summary,
    targets::{SignaturesArg, TargetArgs},
};
use crate::{
    accounts::Accounts,
    declaration::ScanRoots,
    escape::{shell_word, visible},
    plan::{Plan, PlanSummary},
    render::{json, markdown, text},
    run::FileScans,
    wording::plural,
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
    #[command(flatten)]
    output: OutputArgs,
    #[command(flatten)]
    signatures: SignaturesArg,
    #[command(flatten)]
    only: OnlyArgs,
    #[command(flatten)]
    proofread: ProofreadArgs,
    #[command(flatten)]
    targets: TargetArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let planned = args.targets.resolve()?.run(async |run, scopes| {
        let mut works = run.each(scopes, async |scope| Ok((scope.work()?, scope))).await?;
        let chosen = args.only.chosen(works.good().map(|((work, _), _)| work))?;
        works.retain(|((work, _), _)| work.narrow(&chosen));
        Box::pin(run.each(works, async |((work, scans), scope)| {
            let looks_ahead = args.signatures.signatures || scope.signatures;
            let roots = scans.roots().clone();
            let declared = if looks_ahead { work.declared().to_vec() } else { Vec::new() };
            let mut prepared = run.prepare(scope.target(), work, scans).await?;
            if looks_ahead {
                run.preflight(&mut prepared, &declared).await;
            }
            Ok((prepared.close().await?, roots))
        }))
        .await
    })?;
    let plans = proofread(args, planned)?;
    save(args, || json::pretty(&plans.to_saved_document()))?;
    match args.output.format {
        Format::Text => args.show(&text::plan(&plans))?,
        // What is saved is JSON too: one of the two is enough there.
        Format::Json if args.saves_to_stdout() => {}
        Format::Json => files::print_json(&plans.to_document())?,
        Format::Markdown => args.show(&markdown::plan(&plans, &args.output.comment_options()))?,
    }
    step_summary::append(|comment| markdown::plan(&plans, comment));
    told_how_to_apply(args, &plans)?;
    Ok(if plans.any_failed() { Exit::Failed } else { args.exit(plans.summary()) })
}

/// The plans with what the papers say, where that is asked for.
fn proofread(args: &Args, mut planned: Accounts<(Plan, ScanRoots)>) -> anyhow::Result<Accounts<Plan>> {
    let plans = planned.good_mut().map(|(plan, roots)| (plan, &*roots));
    block_on(args.proofread.add_to(plans))?;
    Ok(planned.map(|(plan, _)| plan))
}

fn save(args: &Args, document: impl FnOnce() -> String) -> anyhow::Result<()> {
    args.out.as_ref().map_or(Ok(()), |path| files::write(path, document().as_bytes()))
}

/// How to apply what was saved, with the options that are needed; nothing when there is nothing to
/// create.
fn told_how_to_apply(args: &Args, plans: &Accounts<Plan>) -> anyhow::Result<()> {
    let Some(path) = args.out.as_deref().filter(|path| !files::is_stdout(path)) else { return Ok(()) };
    if plans.summary().create == 0 {
        return Ok(());
    }
    let folder = args.targets.workspace.folder_of_scans(plans)?;
    if let Some(file) = plans.good().find_map(|plan| FileScans::file_outside(plan, &folder)) {
        tell!(
            "Saved, but it can't be applied: {} is outside the current folder. Run plan and apply in a folder that holds it.",
            visible(file)
        );
        return Ok(());
    }
    let options = format!("{}{}", args.targets.workspace.to_repeat(), args.targets.service()?.to_repeat());
    note!(
        "Saved. To apply it: letterform apply --plan={}{}",
        visible(&shell_word(&path.display().to_string())),
        visible(&options)
    );
    Ok(())
}

impl Args {
    fn saves_to_stdout(&self) -> bool {
        self.out.as_deref().is_some_and(files::is_stdout)
    }

    /// Shows the plan; on standard error when the saved plan takes standard output.
    fn show(&self, text: &str) -> anyhow::Result<()> {
        if self.saves_to_stdout() {
            if !stderr::is_quiet() {
                stderr::write(format_args!("{text}"));
            }
            return Ok(());
        }
        files::print_styled(text)
    }

    fn exit(&self, summary: PlanSummary) -> Exit {
        if summary.unreadable > 0 {
            let letters = plural(summary.unreadable, "letter");
            error!(
                "{} declared {letters} can't be planned: the service's answer can't be read in full",
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
