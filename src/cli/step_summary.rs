//! The summary of a step of a GitHub workflow: what a plan or report says, where people look at a
//! run.

use std::{io::Write as _, path::Path};

use super::{checkout::CommentArgs, files, stderr::warning};
use crate::{escape::visible, render::markdown::CommentOptions};

/// The variable that names the file to append to.
const VARIABLE: &str = "GITHUB_STEP_SUMMARY";

/// Appends to the summary, if this is a step of a workflow. That it can't be written is no reason
/// to fail.
pub(super) fn append(markdown: impl FnOnce(&CommentOptions) -> String) {
    let Some(path) = std::env::var_os(VARIABLE).filter(|path| !path.is_empty()) else { return };
    let written = files::append(Path::new(&path)).and_then(|mut file| {
        file.write_all(markdown(&CommentArgs::default().options()).as_bytes())?;
        // What another command appends is a paragraph of its own.
        file.write_all(b"\n")
    });
    if let Err(problem) = written {
        let path = path.to_string_lossy();
        warning!("the summary of the step can't be written to {}: {problem}", visible(&path));
    }
}
