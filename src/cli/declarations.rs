//! The declarations that a command was given.

use std::{path::PathBuf, sync::Arc};

use jiff::civil::Date;

use crate::{
    clock::{Clock, day_in_china},
    declaration::{self, Code, LintLevel, LintLevels, LoadOptions, Loaded, Severity},
    letter::DesiredLetter,
    render::{diagnostics, style, style::paint},
};

/// Options of every command that reads declarations.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Declarations")]
pub(crate) struct DeclarationArgs {
    /// Files, or folders with letters.yaml, letters.yml, *.letters.yaml or *.letters.yml [default: the current folder]
    #[arg(value_name = "PATH", help_heading = None)]
    pub(crate) paths: Vec<PathBuf>,
    /// Make warnings errors: a rule's name, such as LF-validity-long, or `warnings` for all of them
    #[arg(long, value_name = "CODE|warnings", value_parser = parse_denied)]
    deny: Vec<Denied>,
    /// Warn of letters that end within this many days
    #[arg(long, value_name = "DAYS", default_value_t = LoadOptions::EXPIRING_DAYS)]
    pub(crate) expiring_days: u32,
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

impl DeclarationArgs {
    /// The day by which validities are judged.
    pub(crate) fn today(&self, clock: &Arc<dyn Clock>) -> Date {
        self.today.unwrap_or_else(|| day_in_china(clock.now()))
    }

    /// Loads the declarations, good and bad.
    pub(crate) fn load(&self, clock: &Arc<dyn Clock>) -> Loaded {
        let mut lints = LintLevels::default();
        for denied in &self.deny {
            match denied {
                Denied::Warnings => lints.deny_warnings = true,
                Denied::Code(code) => {
                    lints.levels.insert(*code, LintLevel::Error);
                }
            }
        }
        let options = LoadOptions { lints, expiring_days: self.expiring_days, ..LoadOptions::new(self.today(clock)) };
        declaration::load(&self.paths, &options)
    }

    /// Loads the letters for a command that can do without: no declarations in the current folder are none, and no error.
    pub(crate) fn load_if_any(&self, clock: &Arc<dyn Clock>) -> Option<Vec<DesiredLetter>> {
        let loaded = self.load(clock);
        let none = !loaded.diagnostics.is_empty()
            && loaded.diagnostics.iter().all(|diagnostic| diagnostic.code == Code::NoDeclarations);
        if self.paths.is_empty() && none {
            return Some(Vec::new());
        }
        Self::good(loaded).map(|loaded| loaded.letters)
    }

    /// Loads the declarations for a command that needs them to be good. `None` says that they are not, which is shown by now.
    pub(crate) fn load_good(&self, clock: &Arc<dyn Clock>) -> Option<Loaded> {
        Self::good(self.load(clock))
    }

    fn good(loaded: Loaded) -> Option<Loaded> {
        if loaded.has_errors() {
            anstream::eprint!("{}{}", diagnostics::text(&loaded), diagnostics::summary(&loaded));
            return None;
        }
        let warnings = loaded.count(Severity::Warning);
        if warnings > 0 {
            let what = if warnings == 1 { "1 warning".to_owned() } else { format!("{warnings} warnings") };
            anstream::eprintln!(
                "{} {what} in the declarations; `letterform validate` shows them",
                paint(style::WARNING, "note:")
            );
        }
        Some(loaded)
    }
}
