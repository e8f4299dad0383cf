//! `letterform validate`

use clap::ValueEnum;

use super::{Exit, clock, declarations::DeclarationArgs, files};
use crate::render::diagnostics;

/// Check declarations against every rule that is known offline
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    declarations: DeclarationArgs,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
    /// GitHub workflow annotations
    Github,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let loaded = args.declarations.load(&clock()?);
    let shown = match args.format {
        Format::Text => diagnostics::text(&loaded.diagnostics, &loaded.files) + &diagnostics::summary(&loaded) + "\n",
        Format::Json => diagnostics::json(&loaded),
        Format::Github => {
            diagnostics::github(&loaded.diagnostics, &loaded.files) + &diagnostics::summary(&loaded) + "\n"
        }
        Format::Sarif => diagnostics::sarif(&loaded),
    };
    files::print_styled(&shown)?;
    Ok(if loaded.has_errors() { Exit::Failed } else { Exit::Done })
}
