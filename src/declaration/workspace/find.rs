//! Where the workspace file is: in the folder in which the program runs, or in one above it.

use std::path::{Path, PathBuf};

use super::{super::discover::is_declaration, Account, FILE_NAME};
use crate::escape::visible;

/// What marks the root of a repository: above it, files are of something else.
const REPOSITORIES: [&str; 4] = [".git", ".hg", ".jj", ".svn"];

/// A workspace file in a folder above that another user may have put there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file} is the workspace file above this folder, and {what} belongs to another user; to use it, say --workspace={file}; \
     to leave it alone, say which PATH to read, such as `.`",
    file = visible(&.file.display().to_string())
)]
pub struct ForeignWorkspace {
    file: PathBuf,
    what: &'static str,
}

/// Who may have put a workspace file where it is found: root, and the owners of the current folder
/// and of the home folder. The owner of the current folder could have put one there, too.
#[derive(Debug, Clone, Default)]
struct Trusted(Vec<u32>);

/// Looks for the workspace file in the current folder, and in those above it up to the root of the
/// repository or the home folder. The path is from the current folder, such as
/// `../letterform.yaml`.
///
/// # Errors
/// When the file, or the folder in which it lies, belongs to another user: it decides with which
/// credentials which letters are created, and in a folder such as `/tmp` anybody can put one.
pub fn find() -> Result<Option<PathBuf>, ForeignWorkspace> {
    let Ok(current) = std::env::current_dir() else { return Ok(None) };
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let home = home.and_then(|home| std::fs::canonicalize(home).ok());
    let owners = [Some(current.as_path()), home.as_deref()].into_iter().flatten();
    let trusted = Trusted(owners.filter_map(owner).chain([0]).collect());
    find_above(&current, home.as_deref(), |folder, file| trusted.check(folder, file))
}

/// A file of declarations in the current folder that is in none of these accounts.
#[must_use]
pub fn passed_over(accounts: &[Account]) -> Option<String> {
    let paths = accounts.iter().flat_map(|account| &account.letters);
    let known: Vec<PathBuf> = paths.filter_map(|path| std::fs::canonicalize(path).ok()).collect();
    let is_known = |name: &String| {
        // A link may lead into the folder of an account.
        std::fs::canonicalize(name).is_ok_and(|path| known.iter().any(|known| path.starts_with(known)))
    };
    let names = std::fs::read_dir(".").ok()?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.filter(|name| is_declaration(name)).filter(|name| !is_known(name)).min()
}

fn find_above(
    current: &Path,
    home: Option<&Path>,
    check: impl Fn(&Path, &Path) -> Result<(), &'static str>,
) -> Result<Option<PathBuf>, ForeignWorkspace> {
    let mut path = PathBuf::from(FILE_NAME);
    for folder in current.ancestors() {
        let file = folder.join(FILE_NAME);
        if file.is_file() {
            // Who runs the program in a folder means what lies in it.
            let checked = if folder == current { Ok(()) } else { check(folder, &file) };
            return checked.map(|()| Some(path.clone())).map_err(|what| ForeignWorkspace { file: path, what });
        }
        let is_root = home == Some(folder) || REPOSITORIES.iter().any(|mark| folder.join(mark).exists());
        if is_root {
            break;
        }
        path = Path::new("..").join(path);
    }
    Ok(None)
}

impl Trusted {
    /// Says what belongs to somebody else.
    fn check(&self, folder: &Path, file: &Path) -> Result<(), &'static str> {
        let is_foreign = |path: &Path| owner(path).is_some_and(|owner| !self.0.contains(&owner));
        // A link to a file of this user could have been put there by another.
        let link_is_foreign = owner_of_link(file).is_some_and(|owner| !self.0.contains(&owner));
        if link_is_foreign || is_foreign(file) {
            return Err("it");
        }
        if is_foreign(folder) { Err("its folder") } else { Ok(()) }
    }
}

#[cfg(unix)]
fn owner(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|about| std::os::unix::fs::MetadataExt::uid(&about))
}

#[cfg(unix)]
fn owner_of_link(path: &Path) -> Option<u32> {
    std::fs::symlink_metadata(path).ok().map(|about| std::os::unix::fs::MetadataExt::uid(&about))
}

/// No owner is known, and none is foreign: folders that everybody can write to are no habit there.
#[cfg(not(unix))]
fn owner(_: &Path) -> Option<u32> {
    None
}

#[cfg(not(unix))]
fn owner_of_link(_: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use std::fs;

    use super::*;

    /// A folder `repository/retail/deep` with a workspace file in `repository`.
    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(tree.path().join("repository/retail/deep")).expect("created");
        fs::write(tree.path().join("repository").join(FILE_NAME), "version: 1\n").expect("written");
        tree
    }

    fn found(tree: &Path, from: &str, home: Option<&str>) -> Option<String> {
        let home = home.map(|home| tree.join(home));
        let found = find_above(&tree.join(from), home.as_deref(), |_, _| Ok(())).expect("nothing foreign");
        found.map(|path| path.to_string_lossy().replace('\\', "/"))
    }

    #[test]
    fn the_nearest_file_above_is_found() {
        let tree = tree();
        assert_eq!(found(tree.path(), "repository", None).as_deref(), Some("letterform.yaml"));
        assert_eq!(found(tree.path(), "repository/retail/deep", None).as_deref(), Some("../../letterform.yaml"));
        fs::write(tree.path().join("repository/retail").join(FILE_NAME), "").expect("written");
        assert_eq!(found(tree.path(), "repository/retail/deep", None).as_deref(), Some("../letterform.yaml"));
    }

    #[test]
    fn the_search_ends_at_a_repository_and_at_home() {
        let tree = tree();
        assert_eq!(found(tree.path(), "repository/retail/deep", Some("repository/retail")), None);
        assert!(found(tree.path(), "repository/retail/deep", Some("repository")).is_some());
        // A worktree and a submodule have a file there.
        fs::write(tree.path().join("repository/retail/.git"), "gitdir: x").expect("written");
        assert_eq!(found(tree.path(), "repository/retail/deep", None), None);
    }

    #[test]
    fn a_file_of_another_user_is_an_error_unless_it_lies_in_the_current_folder() {
        let tree = tree();
        let foreign = |from: &str| find_above(&tree.path().join(from), None, |_, _| Err("it"));
        let error = foreign("repository/retail").expect_err("foreign").to_string();
        assert!(error.contains("it belongs to another user") && error.contains("--workspace=../letterform"), "{error}");
        assert!(foreign("repository").is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn owners_of_the_file_and_of_its_folder_are_looked_at() {
        let tree = tree();
        let (folder, file) = (tree.path().join("repository"), tree.path().join("repository").join(FILE_NAME));
        let own = owner(&file).expect("an owner");
        assert_eq!(Trusted(vec![own]).check(&folder, &file), Ok(()));
        assert_eq!(Trusted(vec![own + 1]).check(&folder, &file), Err("it"));
    }
}
