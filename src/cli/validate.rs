//! `letterform validate`

use clap::ValueEnum;

use super::{Exit, clock, declarations::DeclarationArgs, files};
use crate::render::diagnostics;

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    #[command(flatten)]
    declarations: DeclarationArgs,
}

/// The forms of diagnostics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For a person at a terminal
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
    let loaded = args.declarations.load(&clock()?);
    let text = match args.format {
        Format::Text => diagnostics::text(&loaded) + &diagnostics::summary(&loaded),
        Format::Json => diagnostics::json(&loaded),
        Format::Github => diagnostics::github(&loaded) + &diagnostics::summary(&loaded),
        Format::Sarif => diagnostics::sarif(&loaded),
    };
    files::print_styled(&text)?;
    Ok(if loaded.has_errors() { Exit::Failed } else { Exit::Done })
}
