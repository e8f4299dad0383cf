//! What a person sees while letters are created: a bar on a terminal, plain lines elsewhere.

use std::{
    io::IsTerminal as _,
    sync::atomic::{AtomicUsize, Ordering},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    calls::{Event, Observe},
    escape::visible,
};

/// Shows how far a run has come, on standard error.
pub(super) struct Progress {
    total: usize,
    done: AtomicUsize,
    bar: Option<ProgressBar>,
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

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Observe for Progress {
    fn event(&self, event: &Event<'_>) {
        match (event, &self.bar) {
            (Event::Settled { letter, .. }, Some(bar)) => {
                bar.set_message(visible(letter).into_owned());
                bar.inc(1);
            }
            (Event::Settled { letter, outcome }, None) => {
                let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
                eprintln!("[{done}/{}] {outcome} {}", self.total, visible(letter));
            }
            _ => {}
        }
    }
}
