//! Files of the repository that the tests write.

use std::{fs, path::Path};

/// Compares a file of the repository with what it must be, or writes it when `UPDATE_GENERATED` is
/// set.
#[track_caller]
pub(crate) fn generated(name: &str, content: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("created");
        fs::write(&path, content).expect("written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == content, "{name} is out of date: run `UPDATE_GENERATED=1 cargo test generated`");
}
