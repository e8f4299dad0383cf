//! What a person sees while letters are created: a bar on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal as _,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
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
#[derive(Default)]
pub(super) struct Progress {
    total: AtomicUsize,
    done: AtomicUsize,
    bar: OnceLock<ProgressBar>,
}

/// The part of one account in it.
pub(super) struct AccountProgress {
    all: Arc<Progress>,
    account: Option<AccountName>,
}

impl Progress {
    /// Before letters are created.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Begins a run over this many letters.
    pub(super) fn begin(&self, total: usize) {
        self.total.store(total, Ordering::Relaxed);
        if total > 0 && std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} letters, {eta} left  {wide_msg}")
                .expect("the template is well formed");
            let _ = self.bar.set(ProgressBar::new(total as u64).with_style(style));
        }
    }

    /// What is done for one account of a workspace, or without one.
    pub(super) fn of(self: &Arc<Self>, account: Option<&AccountName>) -> AccountProgress {
        AccountProgress { all: Arc::clone(self), account: account.cloned() }
    }

    /// Shows a line above the bar, or alone.
    fn tell(&self, line: &str) {
        match self.bar.get() {
            Some(bar) => bar.println(line),
            None => tell!("{line}"),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

fn waiting(account: &str, wait: &Wait<'_>) -> String {
    let reason = wait.error.code().map_or_else(|| wait.error.to_string(), str::to_owned);
    format!("{account}waiting {} s before {}: {}", wait.duration.as_secs(), wait.operation, visible(&reason))
}

impl Observer for AccountProgress {
    fn event(&self, event: &Event<'_>) {
        let account = self.account.as_ref().map(|account| format!("{account}: ")).unwrap_or_default();
        let (letter, outcome) = match event {
            Event::Settled { letter, outcome, .. } => (letter, outcome),
            Event::Waiting(wait) if wait.duration >= LONG => return self.all.tell(&waiting(&account, wait)),
            _ => return,
        };
        if let Some(bar) = self.all.bar.get() {
            bar.set_message(format!("{account}{}", visible(letter)));
            bar.inc(1);
        } else {
            let done = self.all.done.fetch_add(1, Ordering::Relaxed) + 1;
            let total = self.all.total.load(Ordering::Relaxed);
            tell!("[{done}/{total}] {account}{outcome} {}", visible(letter));
        }
    }
}
