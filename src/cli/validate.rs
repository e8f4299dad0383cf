//! `letterform validate`

use std::{collections::HashSet, fs};

use anyhow::bail;
use clap::ValueEnum;

use super::{
    Exit, checkout, clock,
    declarations::{DeclarationArgs, Declarations},
    files,
    stderr::note,
    tracked,
    workspace::WorkspaceArgs,
};
use crate::{
    declaration::Loaded,
    render::{
        diagnostics::{self, Show},
        style::{self, paint},
    },
    run::InvalidDeclarations,
    wording::counted,
};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is an option of its own on the command line")]
pub(crate) struct Args {
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Show all problems, not the first 1,000 (text and github)
    #[arg(long)]
    all: bool,
    /// Look only at what git tracks, for a hook: a scan that is not added is missing, a draft that
    /// is not added is ignored
    #[arg(long)]
    tracked: bool,
    /// Apply safe fixes, and report what is left
    #[arg(long, conflicts_with = "diff")]
    fix: bool,
    /// Show what --fix would change, and write nothing; exit status 1 if it would change anything
    #[arg(long, conflicts_with = "format")]
    diff: bool,
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
    let clock = clock()?;
    let loaded = match args.workspace.select(&args.declarations.paths) {
        Ok(selection) => {
            let tracked = args.tracked.then(tracked::find).transpose()?;
            let all = selection.declarations(&args.declarations, &clock).into_good().into_iter();
            let all: Vec<Declarations> = all.map(|declarations| declarations.of_tracked(tracked.clone())).collect();
            if args.diff {
                return show_fixes(&all);
            }
            if args.fix {
                fix(&all)?;
            }
            let loaded = all.iter().map(Declarations::load).reduce(Loaded::and);
            loaded.ok_or_else(|| anyhow::anyhow!("the workspace has no accounts"))?
        }
        // The workspace file has problems itself.
        Err(error) => error.downcast().map(InvalidDeclarations::into_loaded)?,
    };
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

/// Writes what safe fixes change.
fn fix(all: &[Declarations]) -> anyhow::Result<()> {
    let (mut problems, mut count) = (0, 0);
    for declarations in all {
        for file in declarations.fixed_files() {
            if fs::read(&file.path).is_ok_and(|now| now != file.before) {
                bail!("{} was changed by another program at the same time; run the command again", file.name);
            }
            files::write(&file.path, &file.after())?;
            problems += file.fixed;
            count += 1;
        }
    }
    note!("{} {} in {}", paint(style::CREATE, "fixed:"), counted(problems, "problem"), counted(count, "file"));
    Ok(())
}

/// Shows what safe fixes would change. A file of several accounts is shown once.
fn show_fixes(all: &[Declarations]) -> anyhow::Result<Exit> {
    let mut shown = HashSet::new();
    let files = all.iter().flat_map(Declarations::fixed_files);
    let files: Vec<_> = files.filter(|file| shown.insert(file.path.clone())).collect();
    files::print_styled(&files.iter().map(diagnostics::diff).collect::<String>())?;
    let problems = files.iter().map(|file| file.fixed).sum();
    note!(
        "{} {} in {}",
        paint(style::CREATE, "would fix:"),
        counted(problems, "problem"),
        counted(files.len(), "file")
    );
    Ok(if files.is_empty() { Exit::Done } else { Exit::Failed })
}
