//! What git tracks in the folder of this process.

use std::{path::PathBuf, process::Command};

use anyhow::{Context as _, bail};

use crate::{declaration::Tracked, escape::visible};

/// The files that are in git's index: what the next commit will have.
pub(super) fn find() -> anyhow::Result<Tracked> {
    let root = PathBuf::from(text(git(&["rev-parse", "--show-toplevel"])?)?.trim_end_matches(['\r', '\n']));
    let root = root.canonicalize().with_context(|| format!("can't find the repository {}", root.display()))?;
    let listed = git(&["ls-files", "-z", "--full-name", "--", ":/"])?;
    let paths = listed.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    let paths: anyhow::Result<Vec<PathBuf>> = paths.map(|path| Ok(root.join(text(path.to_vec())?))).collect();
    Ok(Tracked::new(paths?))
}

/// What git prints.
fn git(arguments: &[&str]) -> anyhow::Result<Vec<u8>> {
    let output = Command::new("git").args(arguments).output().context("--tracked asks git, which can't be run")?;
    if !output.status.success() {
        let told = String::from_utf8_lossy(&output.stderr);
        bail!("--tracked asks git, which says: {}", visible(told.trim()));
    }
    Ok(output.stdout)
}

fn text(bytes: Vec<u8>) -> anyhow::Result<String> {
    String::from_utf8(bytes).context("git tracks a path that is not UTF-8")
}
