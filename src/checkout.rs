//! A checkout of a repository, as a forge sees it: files are named from its root, and each line has
//! an address.

use std::path::{Component, Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The characters of a path that stay as they are in a URL.
const KEPT: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// The folder in which the program runs, and where it lies in a repository. Pure: paths are
/// compared as they are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checkout {
    /// The folder in which the program runs, from the root of the file system.
    folder: PathBuf,
    /// The root of the repository, when there is one.
    root: Option<PathBuf>,
    /// What stands before a path from the root in the address of a file.
    address: Option<String>,
}

impl Checkout {
    /// A folder, and the root of the repository in which it lies.
    pub fn new(folder: PathBuf, root: Option<PathBuf>) -> Self {
        let root = root.filter(|root| folder.starts_with(root));
        Self { folder, root, address: None }
    }

    /// The same with the address of a commit, such as
    /// `https://github.com/example/letters/blob/4ead`.
    #[must_use]
    pub fn at_address(self, address: &str) -> Self {
        let is_safe = |c: char| c.is_ascii_graphic() && !"<>()[]\"'`|\\*{}^".contains(c);
        let is_address = address.starts_with("https://") || address.starts_with("http://");
        let address = (is_address && address.chars().all(is_safe)).then(|| address.trim_end_matches('/').to_owned());
        Self { address, ..self }
    }

    /// A file's path from the root of the repository, with `/` between its parts, when it lies
    /// there. `name` is the path by which the program was given it or found it.
    pub fn path(&self, name: &str) -> Option<String> {
        below(self.root.as_ref()?, &self.whole(name))
    }

    /// How a file is called where a forge looks for it: from the root of the repository, or as it
    /// was given.
    pub fn name(&self, name: &str) -> String {
        self.path(name).unwrap_or_else(|| name.to_owned())
    }

    /// The address of a file at the commit, or of a line of it, when the forge has one.
    pub fn link(&self, name: &str, line: Option<usize>) -> Option<String> {
        let address = self.address.as_ref()?;
        let path = self.path(name)?;
        let line = line.map(|line| format!("#L{line}")).unwrap_or_default();
        Some(format!("{address}/{}{line}", encoded(&path)))
    }

    /// The same with a root that all of these files lie below, whether there is a repository or
    /// not.
    #[must_use]
    pub fn rooted<'n>(&self, names: impl Iterator<Item = &'n str>) -> Self {
        if self.root.is_some() {
            return self.clone();
        }
        let mut root = self.folder.clone();
        for name in names {
            let path = self.whole(name);
            while !path.starts_with(&root) && root.pop() {}
        }
        Self { root: Some(root), ..self.clone() }
    }

    /// A path from the root of the file system, without `.` and `..`.
    fn whole(&self, name: &str) -> PathBuf {
        let mut whole = PathBuf::new();
        for component in self.folder.join(name).components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir => {
                    whole.pop();
                }
                other => whole.push(other),
            }
        }
        whole
    }
}

fn below(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components().map(|part| part.as_os_str().to_string_lossy());
    let path = parts.collect::<Vec<_>>().join("/");
    (!path.is_empty()).then_some(path)
}

/// A path as a part of a URL.
pub fn encoded(path: &str) -> String {
    utf8_percent_encode(path, &KEPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkout() -> Checkout {
        Checkout::new("/repo/sub".into(), Some("/repo".into())).at_address("https://forge.example/o/r/blob/4ead")
    }

    #[test]
    fn files_are_named_from_the_root_of_the_repository() {
        for (name, path) in [
            ("letters.yaml", Some("sub/letters.yaml")),
            ("../letters.yaml", Some("letters.yaml")),
            ("./a/../客户/letters.yaml", Some("sub/客户/letters.yaml")),
            ("/repo/sub/letters.yaml", Some("sub/letters.yaml")),
            ("../../letters.yaml", None),
            ("/elsewhere/letters.yaml", None),
            ("..", None),
        ] {
            assert_eq!(checkout().path(name).as_deref(), path, "{name}");
        }
        assert_eq!(Checkout::default().name("../a.yaml"), "../a.yaml");
        // A root that the folder does not lie in is another repository's.
        assert_eq!(Checkout::new("/a".into(), Some("/b".into())).path("/b/c"), None);
    }

    #[test]
    fn lines_have_addresses_and_a_path_can_add_nothing_to_them() {
        let link = |name| checkout().link(name, Some(9));
        assert_eq!(link("letters.yaml").as_deref(), Some("https://forge.example/o/r/blob/4ead/sub/letters.yaml#L9"));
        assert_eq!(
            link("a)<b> #?.png").as_deref(),
            Some("https://forge.example/o/r/blob/4ead/sub/a%29%3Cb%3E%20%23%3F.png#L9")
        );
        assert_eq!(link("../../letters.yaml"), None);
        assert_eq!(checkout().at_address("javascript:alert(1)").link("a", None), None);
        assert_eq!(checkout().at_address("https://a.cn/)x").link("a", None), None);
    }

    #[test]
    fn without_a_repository_the_folder_that_holds_all_is_the_root() {
        let names = ["../letters.yaml", "/repo/more/b.yaml"];
        let rooted = Checkout::new("/repo/a/b".into(), None).rooted(names.into_iter());
        assert_eq!(names.map(|name| rooted.path(name)), [Some("a/letters.yaml".into()), Some("more/b.yaml".into())]);
    }
}
