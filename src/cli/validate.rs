//! `letterform validate`

use clap::ValueEnum;

use super::{Exit, checkout, clock, declarations::DeclarationArgs, files, tracked, workspace::WorkspaceArgs};
use crate::{
    declaration::Loaded,
    render::diagnostics::{self, Show},
    run::InvalidDeclarations,
};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Show all problems, not the first 1,000 (text and github)
    #[arg(long)]
    all: bool,
    /// Look only at what git tracks, for a hook: a scan that is not added is missing, a draft that is not added is ignored
    #[arg(long)]
    tracked: bool,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

/// The forms of diagnostics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// GitHub workflow annotations
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let loaded = load(args)?;
    let show = if args.all { Show::All } else { Show::USUAL };
    let text = match args.format {
        Format::Text => diagnostics::text(&loaded, show) + &diagnostics::summary(&loaded),
        Format::Json => diagnostics::json(&loaded),
        Format::Github => diagnostics::github(&loaded, &checkout::find(), show) + &diagnostics::summary(&loaded),
        Format::Sarif => diagnostics::sarif(&loaded, &checkout::find()),
    };
    match args.format {
        Format::Github => files::print_commands(&text)?,
        Format::Text => files::print_styled(&text)?,
        Format::Json | Format::Sarif => files::print(text.as_bytes())?,
    }
    Ok(if loaded.has_errors() { Exit::Failed } else { Exit::Done })
}

/// The problems of all declarations, or of the workspace file when it has some itself.
fn load(args: &Args) -> anyhow::Result<Loaded> {
    let clock = clock()?;
    let selection = match args.workspace.select(&args.declarations.paths) {
        Ok(selection) => selection,
        Err(error) => return error.downcast().map(InvalidDeclarations::into_loaded),
    };
    let tracked = args.tracked.then(tracked::find).transpose()?;
    let all = selection.declarations(&args.declarations, &clock).into_good().into_iter();
    let loaded = all.map(|declarations| declarations.of_tracked(tracked.clone()).load()).reduce(Loaded::and);
    loaded.ok_or_else(|| anyhow::anyhow!("the workspace has no accounts"))
}
