//! `letterform schema`

use clap::ValueEnum;
use schemars::{
    Schema, schema_for,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::Value;

use super::{Exit, accounts::Matrix, files, journal};
use crate::{accounts, apply, declaration, doctor, inventory, plan, proofread, render::diagnostics, status};

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
    /// What `list --format json` and `show --format json` print
    List,
    /// What `list` prints for a whole workspace
    WorkspaceList,
    /// What `validate --format json` prints
    Diagnostics,
    /// What `doctor --format json` prints
    Doctor,
    /// What `accounts --format json` prints
    Accounts,
    /// A line of what `apply --journal` writes
    Journal,
    /// What `proofread --format json` prints
    Proofread,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let mut schema = match args.kind {
        SchemaKind::Letters => declaration::schema::letters(),
        SchemaKind::Plan => schema_for!(plan::PlanDocument),
        SchemaKind::Report => schema_for!(apply::ReportDocument),
        SchemaKind::Workspace => declaration::workspace::schema::workspace(),
        SchemaKind::WorkspacePlan => schema_for!(accounts::PlansDocument),
        SchemaKind::WorkspaceReport => schema_for!(accounts::ReportsDocument),
        SchemaKind::Status => schema_for!(status::StatusDocument),
        SchemaKind::WorkspaceStatus => schema_for!(status::StatusesDocument),
        SchemaKind::List => schema_for!(inventory::InventoryDocument<'_>),
        SchemaKind::WorkspaceList => schema_for!(accounts::InventoriesDocument<'_>),
        SchemaKind::Diagnostics => diagnostics::schema(),
        SchemaKind::Doctor => schema_for!(doctor::DoctorDocument),
        SchemaKind::Accounts => schema_for!(Matrix<'_>),
        SchemaKind::Journal => schema_for!(journal::Line<'_>),
        SchemaKind::Proofread => schema_for!(proofread::ProofDocument),
    };
    RecursiveTransform(unwrapped).transform(&mut schema);
    files::print_json(&schema)?;
    Ok(Exit::Done)
}

/// Descriptions are comments of the code, wrapped as such: each paragraph becomes one line.
fn unwrapped(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.as_object_mut().and_then(|schema| schema.get_mut("description")) {
        *text = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
    }
}
