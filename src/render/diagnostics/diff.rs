use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};

use crate::{
    declaration::FixedFile,
    escape::visible,
    render::style::{ADDED, REMOVED, paint},
};

/// What safe fixes change in a file, as a unified diff, coloured: print it through `anstream`.
pub fn diff(file: &FixedFile) -> String {
    let name = visible(&file.name);
    let mut out = format!("--- {name}\n+++ {name}\n");
    let diff = TextDiff::from_lines(file.old.as_str(), file.new.as_str());
    for hunk in diff.unified_diff().iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let line = visible(change.value().trim_end_matches(['\r', '\n'])).into_owned();
            let _ = match change.tag() {
                ChangeTag::Delete => writeln!(out, "{}", paint(REMOVED, &format!("-{line}"))),
                ChangeTag::Insert => writeln!(out, "{}", paint(ADDED, &format!("+{line}"))),
                ChangeTag::Equal => writeln!(out, " {line}"),
            };
            if change.missing_newline() {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}
