//! Which rules hold where, and which letters are compared with each other: what workspace files
//! say.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use jiff::civil::Date;

use super::super::{
    Asked, LoadOptions,
    workspace::{Settings, Workspace},
};

/// The rules for some files.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rules {
    pub(super) options: LoadOptions,
    /// The account of their letters, by a number: letters of several accounts have nothing to do
    /// with each other.
    pub(super) account: usize,
}

/// The rules for all files.
#[derive(Debug)]
pub(super) struct Areas {
    asked: Asked,
    pub(super) today: Date,
    /// What workspace files set for the files at a path, each with the number of its account.
    set: Vec<(PathBuf, Settings, usize)>,
}

impl Areas {
    pub(super) fn new(asked: Asked, today: Date) -> Self {
        Self { asked, today, set: Vec::new() }
    }

    /// Takes over what the workspaces in some folders set. `false` when that is what they did
    /// before.
    pub(super) fn take<'w>(&mut self, workspaces: impl Iterator<Item = (&'w Path, &'w Workspace)>) -> bool {
        let mut set = Vec::new();
        let mut account = 0;
        for (folder, Workspace { settings, accounts }) in workspaces {
            account += 1;
            set.push((folder.to_owned(), settings.clone(), account));
            for known in accounts {
                account += 1;
                set.extend(known.letters.iter().map(|path| (path.clone(), settings.clone(), account)));
            }
        }
        let changed = set != self.set;
        self.set = set;
        changed
    }

    /// The rules for a file: those that are set for the longest part of its path.
    pub(super) fn rules(&self, file: &Path) -> Arc<Rules> {
        let around = self.set.iter().filter(|(path, ..)| file.starts_with(path));
        let nearest = around.max_by_key(|(path, ..)| path.components().count());
        let (settings, account) =
            nearest.map(|(_, settings, account)| (settings.clone(), *account)).unwrap_or_default();
        Arc::new(Rules { options: self.asked.options(&settings, self.today), account })
    }
}
