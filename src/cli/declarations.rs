//! The declarations that a command was given.

use std::{path::PathBuf, sync::Arc};

use jiff::civil::Date;

use crate::{
    clock::{Clock, day_in_china},
    declaration::{self, LoadOptions, Loaded},
};

/// Options of every command that reads declarations.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Declarations")]
pub(crate) struct DeclarationArgs {
    /// Files, and folders to search for letters.yaml and *.letters.yaml [default: the current folder]
    #[arg(value_name = "PATH", help_heading = None)]
    pub(crate) paths: Vec<PathBuf>,
    /// Warn of letters that expire within this many days
    #[arg(long, value_name = "DAYS", default_value_t = 60)]
    pub(crate) expiring_days: u32,
    /// The day by which validities are judged [default: today, in China]
    #[arg(long, value_name = "DATE")]
    pub(crate) today: Option<Date>,
}

impl DeclarationArgs {
    /// The day by which validities are judged.
    pub(crate) fn today(&self, clock: &Arc<dyn Clock>) -> Date {
        self.today.unwrap_or_else(|| day_in_china(clock.now()))
    }

    /// Loads the declarations. `None` says that they have errors, which are shown by now.
    pub(crate) fn load(&self, today: Date) -> Option<Loaded> {
        let options = LoadOptions { expiring_days: self.expiring_days, ..LoadOptions::new(today) };
        let loaded = declaration::load(&self.paths, &options);
        if loaded.has_errors() {
            anstream::eprint!("{:?}", loaded.diagnostics);
            return None;
        }
        Some(loaded)
    }
}
