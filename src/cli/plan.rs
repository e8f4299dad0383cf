//! `letterform plan`

use std::path::PathBuf;

use clap::ValueEnum;

use super::{
    Exit, block_on, clock,
    connection::{Connection, ServiceArgs},
    declarations::DeclarationArgs,
    files, interrupt,
};
use crate::{
    calls::{Caller, RetryPolicy, Silent, Stop},
    plan::Plan,
    render::{json, markdown, text},
    service::LetterFilter,
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

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let clock = clock()?;
    let today = args.declarations.today(&clock);
    let Some(loaded) = args.declarations.load_good(&clock) else { return Ok(Exit::Failed) };
    let plan = block_on(async {
        let connection = Connection::open(&args.service, clock).await?;
        let stop = Stop::new();
        interrupt::listen(&stop)?;
        let caller = Caller::new(&connection.client, RetryPolicy::brief(), rand::random(), &Silent, &stop);
        let answer = caller.query(None, &LetterFilter::default()).await;
        let endpoint = connection.endpoint.clone();
        connection.close().await?;
        let existing = answer?.value;
        Ok(Plan::new(endpoint, loaded.letters, &existing, today, args.declarations.expiring_days))
    })?;
    if let Some(path) = &args.out {
        files::write_atomically(path, json::pretty(&plan.to_saved_document()).as_bytes())?;
    }
    print(&plan, args.format)?;
    if let Some(path) = &args.out {
        anstream::eprintln!("Saved. To apply it, and nothing else: letterform apply --plan {}", path.display());
    }
    let summary = plan.summary();
    Ok(match (args.detailed_exitcode, summary.conflict, summary.create) {
        (true, 1.., _) => Exit::Conflict,
        (true, 0, 1..) => Exit::Creates,
        _ => Exit::Done,
    })
}

fn print(plan: &Plan, format: Format) -> anyhow::Result<()> {
    match format {
        Format::Text => files::print_styled(&text::plan(plan)),
        Format::Json => files::print(json::pretty(&plan.to_document()).as_bytes()),
        Format::Markdown => files::print(markdown::plan(plan).as_bytes()),
    }
}
