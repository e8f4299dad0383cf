//! The folder of a state.

use std::{ffi::OsStr, fs, io, path::Path};

/// The database in it.
pub(super) const FILE: &str = "state.redb";
/// Files that operating systems and this store put into any folder.
const CLUTTER: [&str; 5] = [".DS_Store", ".localized", "Thumbs.db", "desktop.ini", ".gitignore"];

/// Makes the folder, and keeps what is uploaded to it out of version control. A folder that holds
/// something else is left as it is: what is in it is not ours to hide.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let ignore = folder.join(".gitignore");
    let is_ours = fs::read_dir(folder)?.all(|entry| entry.is_ok_and(|entry| is_clutter(&entry.file_name())));
    if is_ours && !ignore.exists() {
        #[expect(clippy::disallowed_methods, reason = "the folder is the store's own, and the file is not there yet")]
        fs::write(ignore, "*\n")?;
    }
    Ok(())
}

/// Whether a folder can hold the state of a sandbox: it holds one, it holds those of a workspace's
/// accounts, or it is empty or missing. What follows `--sandbox` may have been meant as a path of
/// declarations.
pub fn may_hold_state(folder: &Path) -> bool {
    let is_state = |folder: &Path| folder.join(FILE).exists();
    match fs::read_dir(folder) {
        Ok(mut entries) => {
            is_state(folder)
                || entries
                    .all(|entry| entry.is_ok_and(|entry| is_clutter(&entry.file_name()) || is_state(&entry.path())))
        }
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

fn is_clutter(name: &OsStr) -> bool {
    CLUTTER.iter().any(|clutter| name == *clutter)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use super::*;

    fn put(folder: &Path, name: &str) {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, "").expect("written");
    }

    #[test]
    fn recognises_a_sandbox_among_files_of_the_operating_system() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        assert!(may_hold_state(folder) && may_hold_state(&folder.join("new")));
        for name in CLUTTER {
            put(folder, name);
        }
        assert!(may_hold_state(folder));
        put(folder, "retail/state.redb");
        assert!(may_hold_state(folder));
        put(folder, "letters.yaml");
        assert!(!may_hold_state(folder));
    }

    #[test]
    fn hides_from_version_control_only_what_is_its_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let (own, users) = (folder.path().join("a/b"), folder.path().join("users"));
        make(&own).expect("made");
        assert_eq!(fs::read_to_string(own.join(".gitignore")).expect("written"), "*\n");
        put(&users, "letters.yaml");
        make(&users).expect("is there");
        assert!(!users.join(".gitignore").exists(), "a user's folder would be hidden");
        let seen = folder.path().join("seen");
        put(&seen, ".DS_Store");
        make(&seen).expect("is there");
        assert!(seen.join(".gitignore").exists());
        put(&own, "state.redb");
        fs::remove_file(own.join(".gitignore")).expect("removed by the user");
        make(&own).expect("is there");
        assert!(!own.join(".gitignore").exists(), "who removed it wants the state in version control");
    }
}
