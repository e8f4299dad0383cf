use jiff::civil::Date;

use super::{LintLevels, LoadOptions, workspace::Settings};

/// What somebody asks of the rules, as on a command line. It outranks what a workspace file sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Warnings that are taken for errors.
    pub lints: LintLevels,
    /// Warn of letters that end within this many days.
    pub expiring_days: Option<u32>,
}

impl Asked {
    /// The rules on a day where a workspace file has these settings.
    #[must_use]
    pub fn options(&self, settings: &Settings, today: Date) -> LoadOptions {
        let mut lints = settings.lints.clone();
        lints.deny_warnings |= self.lints.deny_warnings;
        lints.levels.extend(&self.lints.levels);
        let days = self.expiring_days.or(settings.expiring_days).unwrap_or(LoadOptions::EXPIRING_DAYS);
        LoadOptions { expiring_days: days, lints, ..LoadOptions::new(today) }
    }
}
