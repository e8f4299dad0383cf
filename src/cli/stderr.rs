//! Standard error, where progress and problems are told.
//!
//! What can't be written there is dropped: a reader that has gone, or a full disk, must not end a
//! run. No line begins with what a CI runner obeys.
//!
//! With `--quiet`, notes and progress are dropped. Errors, warnings and questions are told always:
//! warnings are few here, and say what nobody can take back afterwards.

use std::{
    fmt,
    io::{self, IsTerminal as _, Write as _},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    escape,
    render::style::{self, paint},
};

/// Whether only what must be told is. The stream is the process's, and so is this.
static QUIET: AtomicBool = AtomicBool::new(false);

/// Writes a line that must be read: an error, a warning, an answer to a signal.
macro_rules! tell {
    ($($arg:tt)*) => {
        $crate::cli::stderr::write(format_args!("{}\n", format_args!($($arg)*)))
    };
}
pub(super) use tell;

/// Writes an error in one line.
macro_rules! error {
    ($($arg:tt)*) => {
        $crate::cli::stderr::labelled($crate::render::style::ERROR, "error:", format_args!($($arg)*))
    };
}
pub(super) use error;

/// Writes a warning in one line.
macro_rules! warning {
    ($($arg:tt)*) => {
        $crate::cli::stderr::labelled($crate::render::style::WARNING, "warning:", format_args!($($arg)*))
    };
}
pub(super) use warning;

/// Writes a line with a label before it.
pub(super) fn labelled(style: anstyle::Style, label: &str, text: fmt::Arguments<'_>) {
    tell!("{} {text}", paint(style, label));
}

/// Writes a line that can be done without: how far it has come, what was written, what to do next.
macro_rules! note {
    ($($arg:tt)*) => {
        if !$crate::cli::stderr::is_quiet() {
            $crate::cli::stderr::tell!($($arg)*);
        }
    };
}
pub(super) use note;

/// Drops notes and progress from now on.
pub(super) fn be_quiet() {
    QUIET.store(true, Ordering::Relaxed);
}

/// Whether notes and progress are dropped.
pub(super) fn is_quiet() -> bool {
    QUIET.load(Ordering::Relaxed)
}

/// Writes a text with its styles, where they are wanted.
pub(super) fn write(text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let mut stream = anstream::stderr().lock();
    clear(&mut stream);
    let _ = stream.write_all(escape::disarmed(&text).as_bytes()).and_then(|()| stream.flush());
}

/// Whether there may be a line that goes away: on a terminal, with nothing else that writes to it.
static HAS_LINE: AtomicBool = AtomicBool::new(false);
/// The line that is shown, empty without one. It is locked after the stream.
static LINE: Mutex<String> = Mutex::new(String::new());

/// Allows a line that goes away from now on, if standard error is a terminal that can take it away.
pub(super) fn allow_line() {
    let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    HAS_LINE.store(std::io::stderr().is_terminal() && !is_dumb && !is_quiet(), Ordering::Relaxed);
}

/// Whether there may be a line that goes away.
pub(super) fn has_line() -> bool {
    HAS_LINE.load(Ordering::Relaxed)
}

/// Shows a line in the place of the one that is shown. Everything that is written afterwards takes
/// it away.
pub(super) fn show_line(text: &str) {
    let mut stream = anstream::stderr().lock();
    if *line() == text {
        return;
    }
    clear(&mut stream);
    let _ = write!(stream, "{}", paint(style::DIM, &escape::visible(text))).and_then(|()| stream.flush());
    text.clone_into(&mut line());
}

/// Takes the line away.
pub(super) fn clear_line() {
    let mut stream = anstream::stderr().lock();
    clear(&mut stream);
    let _ = stream.flush();
}

fn line() -> MutexGuard<'static, String> {
    LINE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn clear(stream: &mut impl io::Write) {
    if !std::mem::take(&mut *line()).is_empty() {
        let _ = stream.write_all(b"\r\x1b[2K");
    }
}
