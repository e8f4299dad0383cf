//! Tesseract with its data for simplified Chinese.

use std::{fmt::Write as _, path::Path, time::Duration};

use tokio::process::Command;

use super::{
    Engine, EngineError, Grey,
    process::{self, ProcessError},
};
use crate::proofread::Reading;

/// The data for simplified Chinese, as Tesseract names it.
const LANGUAGE: &str = "chi_sim";
/// The program, as it is looked for.
pub(super) const PROGRAM: &str = "tesseract";

/// The longer sides of the pictures that it reads, in pixels: A4 at about 90, 130 and 190 dpi.
///
/// It misreads single characters, and others at another size. Small prints are read best: its
/// networks were trained with them.
const SIZES: [usize; 3] = [2200, 1500, 1050];

/// What it may know of the environment: where its data and its libraries are. Credentials are not
/// for it.
const ENVIRONMENT: [&str; 8] =
    ["PATH", "HOME", "TMPDIR", "TEMP", "SYSTEMROOT", "TESSDATA_PREFIX", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"];

/// The program `tesseract`.
#[derive(Debug)]
pub struct Tesseract {
    identity: String,
    time: Duration,
}

impl Tesseract {
    /// The program that is installed. It may take so much `time` for one scan.
    ///
    /// # Errors
    /// When it is not installed, can't read Chinese, or does not run.
    pub async fn find(time: Duration) -> Result<Self, EngineError> {
        let languages = Self::ask("--list-langs", time).await?;
        if !languages.lines().any(|line| line.trim() == LANGUAGE) {
            return Err(EngineError::Language { program: PROGRAM.to_owned(), language: LANGUAGE });
        }
        let version = Self::ask("--version", time).await?;
        let version = version.lines().next().unwrap_or_default().trim();
        let version = version.strip_prefix(PROGRAM).unwrap_or(version).trim();
        Ok(Self { identity: format!("{PROGRAM} {version} {LANGUAGE}"), time })
    }

    async fn ask(question: &str, time: Duration) -> Result<String, EngineError> {
        let mut command = command();
        command.arg(question);
        match process::run(command, time).await {
            // Some versions answer on standard error.
            Ok(printed) => Ok(printed.output + &printed.messages),
            Err(ProcessError::Start(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(EngineError::Missing { program: PROGRAM.to_owned() })
            }
            Err(error) => Err(EngineError::Failed { program: PROGRAM.to_owned(), problem: error.to_string() }),
        }
    }
}

fn command() -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().envs(std::env::vars_os().filter(|(name, _)| ENVIRONMENT.iter().any(|known| name == known)));
    // One process a core is faster than one process on all of them.
    command.env("OMP_THREAD_LIMIT", "1");
    command
}

/// Writes the pictures and their list, as one run reads several.
fn write(page: &Grey, folder: &Path) -> std::io::Result<()> {
    let mut list = String::new();
    let mut smaller = page.resized(SIZES[0]).evened();
    for size in SIZES {
        smaller = smaller.resized(size);
        let _ = writeln!(list, "{size}.png");
        put(&folder.join(format!("{size}.png")), &smaller.to_png())?;
    }
    put(&folder.join(LIST), list.as_bytes())
}

const LIST: &str = "pages.txt";

/// Writes a file of a folder that is ours alone.
pub(super) fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    std::fs::File::options().write(true).create_new(true).open(path)?.write_all(bytes)
}

impl Engine for Tesseract {
    fn identity(&self) -> &str {
        &self.identity
    }

    async fn read(&self, page: &Grey) -> Result<Vec<Reading>, String> {
        let failed = |error: &dyn std::fmt::Display| format!("{PROGRAM} failed: {error}");
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let (page, path) = (page.clone(), folder.path().to_owned());
        let written = tokio::task::spawn_blocking(move || write(&page, &path)).await;
        written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
        let mut command = command();
        command.current_dir(folder.path()).args([LIST, "-", "-l", LANGUAGE, "--psm", "3", "tsv"]);
        let printed = process::run(command, self.time).await.map_err(|error| failed(&error))?;
        Ok(Reading::of_output(&printed.output))
    }
}
