//! `letterform validate`

use clap::ValueEnum;

use super::{Exit, clock, declarations::DeclarationArgs, files};
use crate::{
    declaration::{self, Code, Deny, LoadOptions, UnknownCode},
    render::diagnostics,
};

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    declarations: DeclarationArgs,
    /// Make a warning an error: a rule's name, such as LF-validity-long, or `warnings` for all of them
    #[arg(long, value_name = "CODE|warnings", value_parser = parse_denied)]
    deny: Vec<Denied>,
    /// The form of what is printed
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Debug, Clone, Copy)]
enum Denied {
    Warnings,
    Code(Code),
}

fn parse_denied(text: &str) -> Result<Denied, UnknownCode> {
    if text == "warnings" { Ok(Denied::Warnings) } else { text.parse().map(Denied::Code) }
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
    let DeclarationArgs { paths, expiring_days, .. } = &args.declarations;
    let today = args.declarations.today(&clock()?);
    let mut deny = Deny::default();
    for denied in &args.deny {
        match denied {
            Denied::Warnings => deny.warnings = true,
            Denied::Code(code) => deny.codes.extend([*code]),
        }
    }
    let loaded = declaration::load(paths, &LoadOptions { today, expiring_days: *expiring_days, deny });
    let text = match args.format {
        Format::Text => diagnostics::text(&loaded) + &diagnostics::summary(&loaded),
        Format::Json => diagnostics::json(&loaded),
        Format::Github => diagnostics::github(&loaded) + &diagnostics::summary(&loaded),
        Format::Sarif => diagnostics::sarif(&loaded),
    };
    files::print_styled(&text)?;
    Ok(if loaded.has_errors() { Exit::Failed } else { Exit::Done })
}
