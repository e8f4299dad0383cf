//! A shell in a folder of its own, asked one command after the other.

use std::{
    fs,
    io::{BufRead as _, BufReader, PipeReader, Write as _, pipe},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, ChildStdin, Command, Stdio},
};

use assert_cmd::cargo::cargo_bin;
use tempfile::TempDir;

/// What a shell prints once a command has ended. No page says such a thing.
const MARK: &str = "--- the command has ended ---";

/// What the shell of a reader has: Cargo, as far as it runs the program.
const PRELUDE: &str = r#"
cargo() {
    case "$1 $2 $3" in
    "run -q --") shift 3 && letterform "$@" ;;
    *) echo "this page may not run cargo $*" && false ;;
    esac
}
"#;

/// A shell with nothing of this machine's environment, on 24 November 2026.
pub(crate) struct Session {
    folder: TempDir,
    /// The home of the reader, with no configuration in it. Pages call it `/home/you`.
    home: TempDir,
    shell: Child,
    input: ChildStdin,
    output: BufReader<PipeReader>,
}

impl Session {
    /// In a folder with nothing in it, and a clone of the project in the reader's home.
    pub(crate) fn in_an_empty_folder() -> Self {
        let session = Self::start(tempfile::tempdir().unwrap());
        copy(&crate::docs::root().join("examples"), &session.home.path().join("letterform/examples"));
        session
    }

    /// In a folder with what the project gives its users to copy.
    pub(crate) fn with_the_examples() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["examples", "ci", "schema"] {
            copy(&crate::docs::root().join(name), &folder.path().join(name));
        }
        Self::start(folder)
    }

    fn start(folder: TempDir) -> Self {
        let home = tempfile::tempdir().unwrap();
        let program = cargo_bin!("letterform").parent().expect("it lies in a folder").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(program).chain(std::env::split_paths(&path))).unwrap();
        let (reader, writer) = pipe().unwrap();
        let mut shell = Command::new("sh")
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", home.path())
            .env("LC_ALL", "C.UTF-8")
            .env("LETTERFORM_NOW", "2026-11-24T04:00:00Z")
            .env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(writer.try_clone().unwrap())
            .stderr(writer)
            .process_group(0)
            .spawn()
            .expect("there is a shell");
        let mut input = shell.stdin.take().unwrap();
        input.write_all(PRELUDE.as_bytes()).unwrap();
        Self { folder, home, shell, input, output: BufReader::new(reader) }
    }

    /// Runs a command, with the exit status of the one before in `$?`, and tells what it printed on
    /// both streams.
    pub(crate) fn run(&mut self, command: &str) -> String {
        let script =
            format!("{{ (exit \"${{status:-0}}\")\n{command}\n}} </dev/null\nstatus=$?\nprintf '\\n{MARK}\\n'\n");
        self.input.write_all(script.as_bytes()).unwrap_or_else(|error| panic!("{command}: {error}"));
        let mut printed = String::new();
        loop {
            let mut line = String::new();
            let read = self.output.read_line(&mut line).unwrap();
            assert!(read > 0, "the shell ended within `{command}`; it printed:\n{printed}");
            if line.trim_end() == MARK {
                // The line break before the mark is the mark's own.
                printed.pop();
                // CSV has a mark for Excel, and its lines end as its standard has it; those of a
                // page as git has it.
                let printed = printed.replace("\r\n", "\n").replace('\u{feff}', "");
                return printed.replace(self.home.path().to_str().expect("UTF-8"), "/home/you");
            }
            printed.push_str(&line);
        }
    }

    /// The exit status of the last command, which stays in `$?`.
    pub(crate) fn status(&mut self) -> String {
        self.run("last=$?; echo $last; (exit $last)").trim().to_owned()
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes a file as a diff says: the lines that stay and go must stand there once.
    pub(crate) fn change(&self, name: &str, diff: &str) {
        let lines = |sign: char| -> String {
            let kept = diff.lines().filter(|line| line.starts_with([' ', sign]));
            kept.flat_map(|line| [&line[1..], "\n"]).collect()
        };
        let (old, new) = (lines('-'), lines('+'));
        let text = fs::read_to_string(self.path(name)).unwrap();
        assert_eq!(text.matches(&old).count(), 1, "in {name}, this must stand once:\n{old}\nit is:\n{text}");
        fs::write(self.path(name), text.replace(&old, &new)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        assert!(Path::new(name).is_relative() && !name.contains(".."), "{name} lies outside the folder");
        self.folder.path().join(name)
    }
}

impl Drop for Session {
    /// Ends the shell with what it started: an emulator in the background outlives a shell that is
    /// gone.
    fn drop(&mut self) {
        let group = format!("-{}", self.shell.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.shell.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        // What somebody tried in the examples' own folders stays there.
        if entry.path().components().any(|part| part.as_os_str() == ".letterform") {
            continue;
        }
        if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
