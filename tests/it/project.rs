//! The small vocabulary of the end-to-end tests: a project folder, and the built program run in it.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

use crate::declarations::{self, Letter};
use crate::papers::paper;

/// A folder with declarations and scans, and a sandbox of its own.
pub(crate) struct Project {
    folder: TempDir,
}

/// What a run of the program printed, and how it ended.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Project {
    /// A folder with one good scan, `scan.png`.
    pub(crate) fn new() -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        project.file("scan.png", paper())
    }

    /// A folder with these letters in `letters.yaml`.
    pub(crate) fn with_letters<L: Clone + Into<Letter>>(letters: &[L]) -> Self {
        Self::new().letters("letters.yaml", letters)
    }

    /// The example of that name.
    pub(crate) fn example(name: &str) -> Self {
        let project = Self::new();
        copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name), project.path());
        project
    }

    /// Writes a file.
    #[must_use]
    pub(crate) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.write(name, content);
        self
    }

    /// Writes a file of declarations with these letters.
    #[must_use]
    pub(crate) fn letters<L: Clone + Into<Letter>>(self, name: &str, letters: &[L]) -> Self {
        self.file(name, declarations::file(letters))
    }

    /// Makes a folder with these letters and their scan.
    #[must_use]
    pub(crate) fn folder<L: Clone + Into<Letter>>(self, name: &str, letters: &[L]) -> Self {
        self.letters(&format!("{name}/letters.yaml"), letters).file(&format!("{name}/scan.png"), paper())
    }

    /// Writes `letters.yaml` with these letters in the place of those that it has.
    pub(crate) fn declare<L: Clone + Into<Letter>>(&self, letters: &[L]) {
        self.write("letters.yaml", declarations::file(letters));
    }

    /// Writes a file, in a folder that is made when it is missing.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The text of a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command that runs the program in the folder, on 24 November 2026, with nothing of this
    /// machine's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("letterform"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .env("LETTERFORM_NOW", "2026-11-24T04:00:00Z")
            .env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).output().unwrap())
    }

    /// Runs the program in a folder below.
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).current_dir(self.path().join(folder)).output().unwrap())
    }

    /// A command that asks a service at this endpoint, with a key of no account.
    pub(crate) fn asking(&self, endpoint: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(&[arguments, &["--endpoint", endpoint]].concat());
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush");
        command
    }

    /// Runs the program on the folder's sandbox.
    pub(crate) fn sandbox(&self, arguments: &[&str]) -> Run {
        self.run(&[arguments, &["--sandbox"]].concat())
    }
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            status: output.status.code().expect("it was not killed"),
        }
    }

    /// The run, once its exit status is seen to be this one.
    #[track_caller]
    #[must_use]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// An emulator in a process of its own, ended when dropped.
pub(crate) struct Emulator {
    child: Child,
    pub(crate) endpoint: String,
}

impl Emulator {
    pub(crate) const KEY: (&str, &str) = ("letterform-emulator", "letterform-emulator-secret");

    /// With these faults.
    pub(crate) fn start(project: &Project, faults: &[&str]) -> Self {
        let faults: Vec<&str> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
        Self::with(project, &faults)
    }

    /// With the letters of the project's sandbox, as a test changes them.
    pub(crate) fn holding(project: &Project, change: impl FnOnce(&mut Vec<Value>)) -> Self {
        let mut state = project.run(&["emulator", "export", "--state=.letterform/sandbox"]).exits(0).json();
        change(state["accounts"][0]["letters"].as_array_mut().unwrap());
        project.write("state.json", state.to_string());
        Self::with(project, &["--import=state.json"])
    }

    /// With these arguments.
    pub(crate) fn with(project: &Project, arguments: &[&str]) -> Self {
        let arguments = [&["emulator", "--listen=127.0.0.1:0", "--state=:memory:"], arguments].concat();
        let mut child = project.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let endpoint = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        Self { child, endpoint }
    }

    /// A command of the program that asks this emulator, with the key that it takes unless told
    /// otherwise.
    pub(crate) fn command(&self, project: &Project, arguments: &[&str]) -> Command {
        let mut command = project.asking(&self.endpoint, arguments);
        let (id, secret) = Self::KEY;
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", id).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret);
        command
    }

    /// Starts such a command.
    pub(crate) fn spawn(&self, project: &Project, arguments: &[&str]) -> Child {
        self.command(project, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Runs such a command to its end.
    pub(crate) fn run(&self, project: &Project, arguments: &[&str]) -> Run {
        Run::of(self.command(project, arguments).output().unwrap())
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry: PathBuf = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            fs::copy(&entry, &target).unwrap();
        }
    }
}
