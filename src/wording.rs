//! Words that many messages have.

/// `1 letter`, `2 letters`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {}", plural(count, what))
}

/// The word in the form that goes with a number: `letter`, `letters`.
pub(crate) fn plural(count: usize, what: &str) -> String {
    if count == 1 { what.to_owned() } else { format!("{what}s") }
}
