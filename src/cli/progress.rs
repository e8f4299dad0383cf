//! What a person sees while letters are created: a bar on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal as _,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use super::stderr::tell;
use crate::{
    escape::visible,
    letter::AccountName,
    retry::{Event, Observer, Wait},
};

/// Waits that are shorter are not shown.
const LONG: Duration = Duration::from_secs(5);

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

    /// Shows a line above the bar, or alone.
    fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.println(line),
            None => tell!("{line}"),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn waiting(account: &str, wait: &Wait<'_>) -> String {
    let reason = wait.error.code().map_or_else(|| wait.error.to_string(), str::to_owned);
    format!("{account}waiting {} s before {}: {}", wait.duration.as_secs(), wait.operation, visible(&reason))
}

impl Observer for AccountProgress<'_> {
    fn event(&self, event: &Event<'_>) {
        let account = self.account.map(|account| format!("{account}: ")).unwrap_or_default();
        let (letter, outcome) = match event {
            Event::Settled { letter, outcome, .. } => (letter, outcome),
            Event::Waiting(wait) if wait.duration >= LONG => return self.all.tell(&waiting(&account, wait)),
            _ => return,
        };
        if let Some(bar) = &self.all.bar {
            bar.set_message(format!("{account}{}", visible(letter)));
            bar.inc(1);
        } else {
            let done = self.all.done.fetch_add(1, Ordering::Relaxed) + 1;
            tell!("[{done}/{}] {account}{outcome} {}", self.all.total, visible(letter));
        }
    }
}
