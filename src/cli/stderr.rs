//! Standard error, where progress and problems are told.
//!
//! What can't be written there is dropped: a reader that has gone, or a full disk, must not end a run. No line begins with
//! what a CI runner obeys.

use std::{fmt, io::Write as _};

use crate::escape;

/// Writes a line.
macro_rules! tell {
    ($($arg:tt)*) => {
        $crate::cli::stderr::write(format_args!("{}\n", format_args!($($arg)*)))
    };
}
pub(super) use tell;

/// Writes a text with its styles, where they are wanted.
pub(super) fn write(text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let mut stream = anstream::stderr().lock();
    let _ = stream.write_all(escape::disarmed(&text).as_bytes()).and_then(|()| stream.flush());
}
