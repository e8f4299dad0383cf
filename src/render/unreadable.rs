//! The letters of the service's answer that can't be read, for people.

use crate::{letter::UnreadableLetter, wording::counted};

/// The most that are listed.
const SHOWN: usize = 20;

/// What to do about them.
pub(crate) const ADVICE: &str = "Declared letters that may be among these are neither compared nor created. Look for them in the console, or report the answer to the service's support.";

/// How many there are, in words.
pub(crate) fn count(unreadable: &[UnreadableLetter]) -> String {
    format!("{} of the service's answer can't be read", counted(unreadable.len(), "letter"))
}

/// A line for each of the first of them, and one with the number of the others.
pub(crate) fn lines(unreadable: &[UnreadableLetter]) -> Vec<String> {
    let mut lines: Vec<String> = unreadable.iter().take(SHOWN).map(ToString::to_string).collect();
    if unreadable.len() > SHOWN {
        lines.push(format!("and {} more", unreadable.len() - SHOWN));
    }
    lines
}
