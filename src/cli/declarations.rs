//! The declarations that a command was given.

use std::{path::PathBuf, sync::Arc};

use jiff::civil::Date;

use super::stderr::note;
use crate::{
    clock::{Clock, day_in_china},
    declaration::{
        self, Asked, Code, FixedFile, LintLevel, LintLevels, LoadOptions, Loaded, Severity, Tracked,
        workspace::{Account, Settings},
    },
    letter::DesiredLetter,
    render::{style, style::paint},
    run::InvalidDeclarations,
    wording::counted,
};

/// Options of every command that reads declarations.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Declarations")]
pub(crate) struct DeclarationArgs {
    /// Files, or folders with letters.yaml, letters.yml, *.letters.yaml or *.letters.yml [default:
    /// the accounts of the workspace, or the current folder]
    #[arg(value_name = "PATH", help_heading = None)]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) rules: RuleArgs,
}

/// Options of everything that judges declarations.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Declarations")]
pub(crate) struct RuleArgs {
    /// Treat a warning as an error: a rule such as LF-validity-long, or `warnings` for all
    #[arg(long, value_name = "CODE|warnings", value_parser = parse_denied)]
    deny: Vec<Denied>,
    /// Warn of letters that end within this many days [default: 60]
    #[arg(long, value_name = "DAYS")]
    expiring_days: Option<u32>,
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
    /// What is declared at these paths, by rules and a day as they are without options.
    pub(crate) fn at(paths: Vec<PathBuf>) -> Self {
        Self { paths, rules: RuleArgs::default() }
    }

    /// The day by which validities are judged.
    pub(crate) fn today(&self, clock: &Arc<dyn Clock>) -> Date {
        self.rules.today.unwrap_or_else(|| day_in_china(clock.now()))
    }

    /// The declarations of an account, or of the arguments alone. What the arguments say outranks
    /// what the workspace sets.
    pub(crate) fn resolve(
        &self,
        settings: &Settings,
        account: Option<&Account>,
        clock: &Arc<dyn Clock>,
    ) -> Declarations {
        Declarations {
            paths: account.map_or_else(|| self.paths.clone(), |account| account.letters.clone()),
            options: self.rules.asked().options(settings, self.today(clock)),
        }
    }
}

impl RuleArgs {
    /// The day that is asked for.
    pub(crate) fn today(&self) -> Option<Date> {
        self.today
    }

    /// What is asked of the rules.
    pub(crate) fn asked(&self) -> Asked {
        let mut lints = LintLevels::default();
        for denied in &self.deny {
            match denied {
                Denied::Warnings => lints.deny_warnings = true,
                Denied::Code(code) => {
                    lints.levels.insert(*code, LintLevel::Error);
                }
            }
        }
        Asked { lints, expiring_days: self.expiring_days }
    }
}

/// Where declarations are, and how they are judged.
pub(crate) struct Declarations {
    paths: Vec<PathBuf>,
    options: LoadOptions,
}

impl Declarations {
    /// The day by which validities are judged.
    pub(crate) fn today(&self) -> Date {
        self.options.today
    }

    /// Warn of letters that end within this many days.
    pub(crate) fn expiring_days(&self) -> u32 {
        self.options.expiring_days
    }

    /// The same, of the files alone that version control knows.
    pub(crate) fn of_tracked(mut self, tracked: Option<Tracked>) -> Self {
        self.options.tracked = tracked;
        self
    }

    /// The files in which safe fixes change something.
    pub(crate) fn fixed_files(&self) -> Vec<FixedFile> {
        declaration::fixed_files(&self.paths, &self.options)
    }

    /// Loads the declarations, good and bad.
    pub(crate) fn load(&self) -> Loaded {
        declaration::load(&self.paths, &self.options)
    }

    /// Loads the letters for a command that can do without: no declarations in the current folder
    /// are none, and no error.
    pub(crate) fn load_if_any(&self) -> Result<Vec<DesiredLetter>, InvalidDeclarations> {
        let loaded = self.load();
        let none = !loaded.diagnostics.is_empty()
            && loaded.diagnostics.iter().all(|diagnostic| diagnostic.code == Code::NoDeclarations);
        if self.paths.is_empty() && none {
            return Ok(Vec::new());
        }
        let loaded = good(loaded)?;
        note(loaded.count(Severity::Warning));
        Ok(loaded.letters)
    }

    /// Loads the declarations for a command that needs them to be good.
    pub(crate) fn load_good(&self) -> Result<Loaded, InvalidDeclarations> {
        good(self.load())
    }
}

/// Says that there are warnings, for those who do not see them.
fn note(warnings: usize) {
    if warnings > 0 {
        let what = counted(warnings, "warning");
        note!("{} {what} in the declarations; `letterform validate` shows them", paint(style::WARNING, "note:"));
    }
}

fn good(loaded: Loaded) -> Result<Loaded, InvalidDeclarations> {
    if loaded.is_unusable() {
        return Err(InvalidDeclarations::new(loaded));
    }
    Ok(loaded)
}
