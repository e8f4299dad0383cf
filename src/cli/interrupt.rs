//! Ctrl-C and SIGTERM.

use crate::{
    render::style::{self, paint},
    retry::Shutdown,
};

/// Turns the signals that end a process into the wish to stop: the first begins nothing new, the second ends at once.
pub(super) fn listen(stop: &Shutdown) -> anyhow::Result<()> {
    let stop = stop.clone();
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        stop.request();
        anstream::eprintln!(
            "{} finishing what is under way; once more to end at once",
            paint(style::WARNING, "stopping:")
        );
        signals.next().await;
        stop.request();
    });
    Ok(())
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> anyhow::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> anyhow::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        // Without a way to hear the signal, nothing is stopped.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
