use std::path::PathBuf;

use clap::ValueEnum;
use jiff::civil::Date;

use super::{Exit, Global};
use crate::{
    clock::{Clock, SystemClock, day_in_china},
    declaration::{self, Code, Deny, LoadOptions},
    render::diagnostics,
};

/// Check declarations against every rule that is known offline
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Files, or folders with letters.yaml, letters.yml, *.letters.yaml or *.letters.yml [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    rules: Rules,
}

/// How strict the rules are.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Rules {
    /// Make warnings errors: a rule's name, such as LF-validity-long, or `warnings` for all of them
    #[arg(long, value_name = "CODE|warnings", value_parser = parse_denied)]
    deny: Vec<Denied>,
    /// Warn of letters that end within this many days
    #[arg(long, value_name = "DAYS", default_value_t = LoadOptions::EXPIRING_DAYS)]
    expiring_days: u32,
    /// Judge validity as on this day [default: today in China]
    #[arg(long, value_name = "YYYY-MM-DD")]
    today: Option<Date>,
}

#[derive(Debug, Clone, Copy)]
enum Denied {
    Warnings,
    Code(Code),
}

fn parse_denied(text: &str) -> Result<Denied, declaration::UnknownCode> {
    if text == "warnings" { Ok(Denied::Warnings) } else { text.parse().map(Denied::Code) }
}

impl Rules {
    /// The rules as the options ask for them.
    pub(crate) fn load_options(&self) -> LoadOptions {
        let mut deny = Deny::default();
        for denied in &self.deny {
            match denied {
                Denied::Warnings => deny.warnings = true,
                Denied::Code(code) => deny.codes.extend([*code]),
            }
        }
        let today = self.today.unwrap_or_else(|| day_in_china(SystemClock.now()));
        LoadOptions { deny, expiring_days: self.expiring_days, ..LoadOptions::new(today) }
    }
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

pub(crate) fn run(args: &Args, _global: &Global) -> anyhow::Result<Exit> {
    let loaded = declaration::load(&args.paths, &args.rules.load_options());
    let shown = match args.format {
        Format::Text => diagnostics::text(&loaded.diagnostics, &loaded.files) + &diagnostics::summary(&loaded) + "\n",
        Format::Json => diagnostics::json(&loaded),
        Format::Github => {
            diagnostics::github(&loaded.diagnostics, &loaded.files) + &diagnostics::summary(&loaded) + "\n"
        }
        Format::Sarif => diagnostics::sarif(&loaded),
    };
    super::print(&shown)?;
    Ok(if loaded.has_errors() { Exit::Failed } else { Exit::Done })
}
