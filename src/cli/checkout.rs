//! The checkout in which this process runs: where its repository begins, and the address of its
//! commit.

use std::path::{Path, PathBuf};

use crate::{
    checkout::Checkout,
    render::markdown::{CommentOptions, LIMIT},
};

/// Options of commands that write a comment.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct CommentArgs {
    /// Maximum number of characters of the markdown, as GitHub counts them; what does not fit is
    /// counted [default: 65536]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(2_000..))]
    comment_limit: Option<u32>,
}

impl CommentArgs {
    /// How a comment of this process is written.
    pub(super) fn options(&self) -> CommentOptions {
        let limit = self.comment_limit.and_then(|limit| usize::try_from(limit).ok());
        CommentOptions { checkout: find(), limit: limit.unwrap_or(LIMIT) }
    }
}

/// The checkout of this process, by what its CI system says, or by git's folder.
pub(super) fn find() -> Checkout {
    let Ok(folder) = std::env::current_dir() else { return Checkout::default() };
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let root = root(&folder, &variable);
    let checkout = Checkout::new(folder, root);
    match address(&variable) {
        Some(address) => checkout.at_address(&address),
        None => checkout,
    }
}

/// The root of the repository. Inside the folder of a CI system's job there may be several
/// checkouts, each with its `.git`.
fn root(folder: &Path, variable: &impl Fn(&str) -> Option<String>) -> Option<PathBuf> {
    let named = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"].into_iter().find_map(variable);
    // The folder of this process has no symbolic links in it.
    let workspace = named.and_then(|path| std::fs::canonicalize(path).ok()).filter(|path| folder.starts_with(path));
    let has_git = |folder: &&Path| folder.join(".git").exists();
    match workspace {
        Some(workspace) if workspace.join(".git").exists() => Some(workspace),
        Some(workspace) => {
            let inside = folder.ancestors().take_while(|folder| *folder != workspace).find(has_git);
            Some(inside.map_or(workspace.clone(), Path::to_owned))
        }
        None => folder.ancestors().find(has_git).map(Path::to_owned),
    }
}

/// The address of the commit that is checked out, when the CI system tells all parts of it.
fn address(variable: &impl Fn(&str) -> Option<String>) -> Option<String> {
    if let (Some(server), Some(repository), Some(commit)) =
        (variable("GITHUB_SERVER_URL"), variable("GITHUB_REPOSITORY"), variable("GITHUB_SHA"))
    {
        return Some(format!("{server}/{repository}/blob/{commit}"));
    }
    Some(format!("{}/-/blob/{}", variable("CI_PROJECT_URL")?, variable("CI_COMMIT_SHA")?))
}
