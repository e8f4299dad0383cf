//! What a person sees while letters are created: a bar on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    escape::visible,
    letter::AccountName,
    retry::{Event, Observer},
};

/// Shows how far a run has come, on standard error.
pub(super) struct Progress {
    total: usize,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
}

/// The part of one account in it.
pub(super) struct AccountProgress<'a> {
    all: &'a Progress,
    account: Option<&'a AccountName>,
}

impl Progress {
    /// For a run over this many letters.
    pub(super) fn new(total: usize) -> Self {
        let bar = (total > 0 && std::io::stderr().is_terminal()).then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} letters, {eta} left  {wide_msg}")
                .expect("the template is well formed");
            ProgressBar::new(total as u64).with_style(style)
        });
        Self { total, done: AtomicUsize::new(0), bar }
    }

    /// What is done for one account of a workspace, or without one.
    pub(super) fn of<'a>(&'a self, account: Option<&'a AccountName>) -> AccountProgress<'a> {
        AccountProgress { all: self, account }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observer for AccountProgress<'_> {
    fn event(&self, event: &Event<'_>) {
        let Event::Settled { letter, outcome } = event else { return };
        let account = self.account.map(|account| format!("{account}: ")).unwrap_or_default();
        if let Some(bar) = &self.all.bar {
            bar.set_message(format!("{account}{}", visible(letter)));
            bar.inc(1);
        } else {
            let done = self.all.done.fetch_add(1, Ordering::Relaxed) + 1;
            eprintln!("[{done}/{}] {account}{outcome} {}", self.all.total, visible(letter));
        }
    }
}
