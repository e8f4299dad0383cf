//! Ctrl-C, SIGTERM and SIGHUP.
//!
//! A signal ends a command at once, whatever it waits for, unless the command has begun what must
//! be finished. Then the first signal begins nothing new, the second gives up what is under way,
//! and the command has a moment to tell of it.

use std::{
    process,
    sync::{Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::Context as _;

use super::stderr::tell;
use crate::{
    render::style::{self, paint},
    retry::Shutdown,
};

/// How long a command may take to tell what became of its work, once that has been given up.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The work that a signal stops rather than ends. Signals are the process's, and so is this.
static WORK: Mutex<Option<Work>> = Mutex::new(None);

#[derive(Clone)]
struct Work {
    shutdown: Shutdown,
    told: &'static str,
}

/// Hands signals to this work from now on.
pub(super) fn listen(shutdown: &Shutdown) {
    hand_over(shutdown, "finishing requests under way; press Ctrl-C again to exit now");
}

/// The same, with other words for what happens at the first signal.
pub(super) fn hand_over(shutdown: &Shutdown, told: &'static str) {
    let work = Work { shutdown: shutdown.clone(), told };
    *WORK.lock().unwrap_or_else(PoisonError::into_inner) = Some(work);
}

/// Lets a signal end the process again.
pub(super) fn release() {
    *WORK.lock().unwrap_or_else(PoisonError::into_inner) = None;
}

fn work() -> Option<Work> {
    WORK.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Watches for signals on a thread of its own: a command that computes or waits ends as well.
pub(super) fn watch() -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("can't watch for signals")?;
    let mut signals = {
        let _context = runtime.enter();
        Signals::new().context("can't watch for signals")?
    };
    let watch = move || {
        runtime.block_on(async {
            let first = signals.next().await;
            let Some(work) = work() else { exit(&first) };
            work.shutdown.request();
            tell!("{} {}", paint(style::WARNING, "stopping:"), work.told);
            let signal = signals.next_but_echo(&first).await;
            work.shutdown.request();
            tokio::select! {
                () = tokio::time::sleep(LAST_WORDS) => exit(&signal),
                signal = signals.next() => exit(&signal),
            }
        });
    };
    thread::Builder::new().name("signals".to_owned()).spawn(watch).context("can't watch for signals")?;
    Ok(())
}

/// Ends the process as a shell tells of a signal.
#[expect(clippy::disallowed_methods, reason = "whatever the command waits for, it ends now")]
fn exit(signal: &Caught) -> ! {
    tell!("{} by {}", paint(style::WARNING, "stopped"), signal.name);
    process::exit(128 + signal.number);
}

/// How soon after a signal another kind of signal is the same request.
const ECHO: Duration = Duration::from_secs(1);

impl Signals {
    /// The next signal. A CI system that signals all processes of a job reaches this one twice when
    /// a script passes the signal on, as `ci/letterform-ci.sh` does in another kind: that counts
    /// once. Two Ctrl-C are always two.
    async fn next_but_echo(&mut self, first: &Caught) -> Caught {
        let echo = tokio::time::Instant::now() + ECHO;
        loop {
            let signal = self.next().await;
            if signal.number == first.number || tokio::time::Instant::now() >= echo {
                return signal;
            }
        }
    }
}

/// A signal that was caught.
struct Caught {
    name: &'static str,
    number: i32,
}

const INTERRUPT: (&str, i32) = ("SIGINT", 2);

impl Caught {
    const fn new((name, number): (&'static str, i32)) -> Self {
        Self { name, number }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    /// `None` where a closed terminal is to be survived (`nohup`).
    hangup: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    fn new() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let hangup = if ignores_hangup() { None } else { Some(signal(SignalKind::hangup())?) };
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())?, hangup })
    }

    async fn next(&mut self) -> Caught {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => Caught::new(INTERRUPT),
            _ = self.terminate.recv() => Caught::new(("SIGTERM", 15)),
            _ = hangup => Caught::new(("SIGHUP", 1)),
        }
    }
}

/// Whether the process was started with SIGHUP ignored, as `nohup` does. Only Linux tells without
/// unsafe code.
#[cfg(unix)]
fn ignores_hangup() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| is_hangup_ignored(&status))
}

#[cfg(unix)]
fn is_hangup_ignored(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> Caught {
        // Without a way to hear the signal, nothing is stopped.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Caught::new(INTERRUPT)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_hangup_that_is_ignored_is_seen_in_the_mask() {
        assert!(is_hangup_ignored("Name:\tx\nSigIgn:\t0000000000001001\n"));
        assert!(!is_hangup_ignored("Name:\tx\nSigIgn:\t0000000000001000\n"));
        assert!(!is_hangup_ignored("nothing of the kind"));
    }
}
