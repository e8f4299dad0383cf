//! What a person sees while requests are under way: a bar or a line that goes away on a terminal,
//! plain lines elsewhere.

mod under_way;

use std::{
    io::IsTerminal as _,
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};

use tokio::time::{Instant, sleep};

use self::under_way::UnderWay;
use super::stderr::{self, note};
use crate::{
    escape::visible,
    letter::AccountName,
    render::style::{self, paint},
    retry::{Event, Observer, Wait},
};

/// Waits that are shorter are not shown.
const LONG: Duration = Duration::from_secs(5);

/// How often what takes long is looked at.
const TICK: Duration = Duration::from_millis(250);

/// Shows how far a run has come, on standard error.
#[derive(Default)]
pub(super) struct Progress {
    under_way: Mutex<UnderWay>,
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
        if total > 0 && !stderr::is_quiet() && std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} letters, {eta} left  {wide_msg}")
                .expect("the template is well formed");
            let _ = self.bar.set(ProgressBar::new(total as u64).with_style(style));
        }
    }

    /// Does something, and shows which of its requests take long.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        let watch = async {
            loop {
                sleep(TICK).await;
                self.show_what_takes_long(Instant::now());
            }
        };
        let result = tokio::select! {
            biased;
            result = work => result,
            () = watch => unreachable!("it never ends"),
        };
        stderr::clear_line();
        result
    }

    fn show_what_takes_long(&self, now: Instant) {
        let mut under_way = self.under_way();
        if let Some(bar) = self.bar.get() {
            if let Some(line) = under_way.line(now) {
                bar.set_message(line);
            }
        } else if stderr::has_line() {
            match under_way.line(now) {
                Some(line) => stderr::show_line(&line),
                None => stderr::clear_line(),
            }
        } else if let Some(line) = under_way.note(now) {
            note!("{} {line}", paint(style::STRONG, "note:"));
        }
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is done for one account of a workspace, or without one.
    pub(super) fn of(self: &Arc<Self>, account: Option<&AccountName>) -> AccountProgress {
        AccountProgress { all: Arc::clone(self), account: account.cloned() }
    }

    /// Shows a line above the bar, or alone.
    fn tell(&self, line: &str) {
        match self.bar.get() {
            Some(bar) => bar.println(line),
            None => note!("{line}"),
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
    let reason = wait.error.code().map_or_else(|| wait.error.to_string(), ToString::to_string);
    format!("{account}waiting {} s before {}: {}", wait.duration.as_secs(), wait.operation, reason)
}

impl Observer for AccountProgress {
    fn event(&self, event: &Event<'_>) {
        let account = self.account.as_ref().map(|account| format!("{account}: ")).unwrap_or_default();
        let own = self.account.as_ref();
        let (letter, outcome) = match event {
            Event::Sent { operation, letter } => {
                return self.all.under_way().sent(own, *operation, *letter, Instant::now());
            }
            Event::Returned { operation, letter } => {
                self.all.under_way().returned(own, *operation, *letter);
                // What follows may be written at once, and elsewhere than here.
                return stderr::clear_line();
            }
            Event::Finished { letter, outcome, .. } => (letter, outcome),
            Event::Waiting(wait) if wait.duration >= LONG => return self.all.tell(&waiting(&account, wait)),
            _ => return,
        };
        if let Some(bar) = self.all.bar.get() {
            bar.set_message(format!("{account}{}", visible(letter)));
            bar.inc(1);
        } else {
            let done = self.all.done.fetch_add(1, Ordering::Relaxed) + 1;
            let total = self.all.total.load(Ordering::Relaxed);
            note!("[{done}/{total}] {account}{outcome} {}", visible(letter));
        }
    }
}
