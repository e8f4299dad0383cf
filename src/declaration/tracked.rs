use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The files that version control knows: what a clone of the repository will have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked(Arc<HashSet<PathBuf>>);

impl Tracked {
    /// These paths, from the root of the file system and with no symbolic link in their folders.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(Arc::new(paths.into_iter().collect()))
    }

    /// Whether a file is one of them. A link is one itself, whatever it leads to.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let (Ok(folder), Some(name)) = (folder.canonicalize(), path.file_name()) else { return false };
        self.0.contains(&folder.join(name))
    }
}
