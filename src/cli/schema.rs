//! `letterform schema`

use clap::ValueEnum;

use super::{Exit, files};
use crate::{accounts, apply, declaration, plan, render::json, status};

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the schema describes
    #[arg(value_enum, default_value_t)]
    kind: SchemaKind,
}

/// What there are schemas of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum SchemaKind {
    /// Declarations, as people write them
    #[default]
    Letters,
    /// What `plan --format json` prints and `plan --out` saves
    Plan,
    /// What `apply --format json` prints
    Report,
    /// The workspace file, as people write it
    Workspace,
    /// What `plan` prints and saves for a whole workspace
    WorkspacePlan,
    /// What `apply` prints for a whole workspace
    WorkspaceReport,
    /// What `status --format json` prints
    Status,
    /// What `status` prints for a whole workspace
    WorkspaceStatus,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let schema = match args.kind {
        SchemaKind::Letters => declaration::schema::letters(),
        SchemaKind::Plan => plan::schema(),
        SchemaKind::Report => apply::schema(),
        SchemaKind::Workspace => declaration::workspace::schema::workspace(),
        SchemaKind::WorkspacePlan => accounts::plans_schema(),
        SchemaKind::WorkspaceReport => accounts::reports_schema(),
        SchemaKind::Status => status::schema(),
        SchemaKind::WorkspaceStatus => status::statuses_schema(),
    };
    files::print(json::pretty(&schema).as_bytes())?;
    Ok(Exit::Done)
}
