//! PATH arguments → files of declarations.

use std::{
    collections::HashSet,
    fs,
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use walkdir::WalkDir;

use super::{Code, Diagnostic, source::MAX_FILE_BYTES};

/// A file that is to be read.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DeclarationFile {
    /// How it is called in all that people and programs read.
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// The files that the arguments lead to, each once, sorted by name; and what is wrong with the
/// arguments.
pub(super) fn discover(paths: &[PathBuf]) -> (Vec<DeclarationFile>, Vec<Diagnostic>) {
    let current = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &current } else { paths };
    let mut found = Vec::new();
    let mut problems = Vec::new();
    for path in paths {
        match fs::metadata(path) {
            Err(error) => problems.push(missing(path, &error)),
            Ok(metadata) if metadata.is_dir() => below(path, &mut found, &mut problems),
            Ok(_) => found.push(DeclarationFile { name: name(path), path: path.clone() }),
        }
    }
    // Names are kept as text: a path that is none would lead nowhere once it is read from a plan.
    found.retain(|file| {
        let is_text = file.path.to_str().is_some();
        if !is_text {
            problems.push(not_text(&file.path));
        }
        is_text
    });
    // Sorted first: which of a file's names is kept does not depend on the order of a folder.
    found.sort();
    let mut seen = HashSet::new();
    found.retain(|file| seen.insert(fs::canonicalize(&file.path).unwrap_or_else(|_| file.path.clone())));
    (found, problems)
}

/// Whether a file in a folder is one of declarations.
pub(super) fn is_declaration(name: &str) -> bool {
    ["yaml", "yml"].into_iter().any(|extension| {
        name.strip_suffix(extension)
            .and_then(|name| name.strip_suffix(".letters.").or(name.strip_suffix("letters.").filter(|n| n.is_empty())))
            .is_some()
    })
}

fn below(folder: &Path, found: &mut Vec<DeclarationFile>, problems: &mut Vec<Diagnostic>) {
    let before = (found.len(), problems.len());
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_type().is_dir() && entry.file_name().to_string_lossy().starts_with('.')
    };
    let root = fs::canonicalize(folder);
    for entry in WalkDir::new(folder).into_iter().filter_entry(|entry| !hidden(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                problems.push(unreadable(&path, &io::Error::from(error)));
                continue;
            }
        };
        if !is_declaration(&entry.file_name().to_string_lossy()) || entry.file_type().is_dir() {
            continue;
        }
        // A symbolic link may lead to a file of the same folder, and to nothing else.
        let inside = |root: &PathBuf| fs::canonicalize(entry.path()).is_ok_and(|path| path.starts_with(root));
        let is_file = fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_file());
        if is_file && root.as_ref().is_ok_and(inside) {
            found.push(DeclarationFile { name: name(entry.path()), path: entry.into_path() });
        } else {
            let message = format!("{} is not a file of this folder", name(entry.path()));
            let help = "put a file in the place of the symbolic link, device or pipe";
            problems.push(Diagnostic::new(Code::FileUnreadable, message).about(name(entry.path())).help(help));
        }
    }
    if before == (found.len(), problems.len()) {
        let message = format!("no declarations in {}", folder_name(folder));
        let help = "files named letters.yaml, letters.yml, *.letters.yaml or *.letters.yml were looked for, in its folders \
                    too; give a file itself if it has another name";
        // Where a file of them would be expected.
        let expected = name(&folder.join("letters.yaml"));
        problems.push(Diagnostic::new(Code::NoDeclarations, message).about(expected).help(help));
    }
}

fn folder_name(folder: &Path) -> String {
    match name(folder) {
        name if name.is_empty() => "the current folder".to_owned(),
        name => name,
    }
}

/// A path as it is shown: with `/` between its parts, and without `./`.
pub(super) fn name(path: &Path) -> String {
    let mut shown = String::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::RootDir => shown.push('/'),
            other => {
                if !shown.is_empty() && !shown.ends_with('/') {
                    shown.push('/');
                }
                shown.push_str(&other.as_os_str().to_string_lossy());
            }
        }
    }
    shown
}

fn missing(path: &Path, error: &io::Error) -> Diagnostic {
    if error.kind() == io::ErrorKind::NotFound {
        let message = format!("no such file or folder: {}", name(path));
        Diagnostic::new(Code::PathMissing, message)
            .about(name(path))
            .help("check the spelling, and the folder in which the program runs")
    } else {
        unreadable(path, error)
    }
}

fn not_text(path: &Path) -> Diagnostic {
    Diagnostic::new(Code::FileUnreadable, format!("the path {} is not valid UTF-8", name(path)))
        .about(name(path))
        .help("rename the file, or the folder that it is in")
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    Diagnostic::new(Code::FileUnreadable, format!("{} cannot be read: {error}", name(path)))
        .about(name(path))
        .help("check that it is a file that this user may read")
}

/// The bytes of a file of declarations.
pub(super) fn read(found: &DeclarationFile) -> Result<Vec<u8>, Box<Diagnostic>> {
    let refused = |error: io::Error| Box::new(unreadable(&found.path, &error));
    let file = fs::File::open(&found.path).map_err(refused)?;
    let length = file.metadata().map_or(0, |metadata| metadata.len().min(MAX_FILE_BYTES));
    // One byte more tells whether there is more, even where a file does not tell its length.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
    file.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(refused)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let message = format!("{} is larger than {} MiB", found.name, MAX_FILE_BYTES / 1024 / 1024);
        let help = "spread the letters over several files";
        return Err(Box::new(Diagnostic::new(Code::FileTooLarge, message).about(&found.name).help(help)));
    }
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test's folder is its own")]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            fs::write(path, "version: 1\nletters: []\n").expect("written");
        }
        folder
    }

    #[test]
    fn names_of_declarations_are_told_from_others() {
        for yes in ["letters.yaml", "letters.yml", "a.letters.yaml", "客户.letters.yml", ".letters.yaml"] {
            assert!(is_declaration(yes), "{yes}");
        }
        for no in ["letter.yaml", "lettersyaml", "myletters.yaml", "letters.yaml.bak", "a.letters.json"] {
            assert!(!is_declaration(no), "{no}");
        }
    }

    #[test]
    fn a_folder_is_read_in_order_without_hidden_folders_and_each_file_once() {
        let folder = folder(&["z/letters.yaml", "a.letters.yml", ".git/letters.yaml", "other.yaml", "b/c/letters.yml"]);
        let root = folder.path().to_owned();
        let arguments = [root.clone(), root.join("z"), root.join("./z/letters.yaml"), root.join("other.yaml")];
        let (found, problems) = discover(&arguments);
        assert_eq!(problems, []);
        let names: Vec<_> =
            found.iter().map(|file| file.name.strip_prefix(&name(&root)).expect("below").to_owned()).collect();
        assert_eq!(names, ["/a.letters.yml", "/b/c/letters.yml", "/other.yaml", "/z/letters.yaml"]);
    }

    #[test]
    fn finding_nothing_is_an_error_that_says_what_was_looked_for() {
        let empty = folder(&["letters.txt"]);
        let (found, problems) = discover(&[empty.path().to_owned(), empty.path().join("none")]);
        assert_eq!(found, []);
        let codes: Vec<_> = problems.iter().map(|problem| problem.code).collect();
        assert_eq!(codes, [Code::NoDeclarations, Code::PathMissing]);
        assert!(problems[0].help.as_ref().expect("help").contains("*.letters.yaml"));
    }

    #[test]
    fn names_have_slashes_and_no_dots() {
        for (path, shown) in [("./a/./b", "a/b"), ("/a/b", "/a/b"), ("../a", "../a"), (".", "")] {
            assert_eq!(name(Path::new(path)), shown);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_folder_is_not_read() {
        let (inside, outside) = (folder(&["letters.yaml"]), folder(&["letters.yaml"]));
        let link = inside.path().join("b.letters.yaml");
        std::os::unix::fs::symlink(outside.path().join("letters.yaml"), link).expect("linked");
        let (found, problems) = discover(&[inside.path().to_owned()]);
        assert_eq!((found.len(), problems.len()), (1, 1));
        assert_eq!(problems[0].code, Code::FileUnreadable);
    }
}
