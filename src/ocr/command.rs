//! Any program that prints what stands on a picture.

use std::{
    env,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::process::Command;

use super::{Engine, EngineError, Grey, process, tesseract::put};
use crate::proofread::Reading;

/// The longer side of the picture that it reads, in pixels, at most: A4 at 300 dpi.
const SIZE: usize = 3508;
/// What stands for the path of the picture.
const PICTURE: &str = "{}";

/// A program that the user names.
///
/// It is run without a shell, once a scan, with the path of a PNG in the place of `{}`, or as its
/// last argument. It prints the text of the page, or a table as Tesseract does
/// (`tesseract PICTURE - tsv`), in UTF-8.
#[derive(Debug)]
pub struct OcrCommand {
    identity: String,
    program: PathBuf,
    arguments: Vec<String>,
    time: Duration,
}

impl OcrCommand {
    /// The program of a command line. It may take so much `time` for one scan.
    ///
    /// # Errors
    /// When the line can't be split, is empty, or its program is not there.
    pub fn find(line: &str, time: Duration) -> Result<Self, EngineError> {
        let invalid = |problem| EngineError::Command(line.to_owned(), problem);
        let words = shlex::split(line).ok_or_else(|| invalid("unclosed quotation mark"))?;
        let [program, arguments @ ..] = words.as_slice() else { return Err(invalid("it is empty")) };
        let found = located(program).ok_or_else(|| EngineError::Missing { program: program.clone() })?;
        let identity = format!("command {}", words.join(" "));
        Ok(Self { identity, program: found, arguments: arguments.to_vec(), time })
    }

    fn command(&self, picture: &Path) -> Command {
        let picture = picture.to_string_lossy();
        let mut command = Command::new(&self.program);
        command.args(self.arguments.iter().map(|argument| argument.replace(PICTURE, &picture)));
        if !self.arguments.iter().any(|argument| argument.contains(PICTURE)) {
            command.arg(&*picture);
        }
        command
    }
}

/// Where a program is, as a shell finds it.
fn located(program: &str) -> Option<PathBuf> {
    if program.contains(std::path::is_separator) {
        return std::path::absolute(program).ok().filter(|path| path.is_file());
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)))
        .find(|path| path.is_file())
}

impl Engine for OcrCommand {
    fn identity(&self) -> &str {
        &self.identity
    }

    async fn read(&self, page: &Grey) -> Result<Vec<Reading>, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the OCR command failed: {error}");
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let picture = folder.path().join("page.png");
        let page = page.resized(SIZE.min(page.long_side())).evened();
        put(&picture, &page.to_png()).map_err(|error| failed(&error))?;
        let printed = process::run(self.command(&picture), self.time).await.map_err(|error| failed(&error))?;
        Ok(Reading::of_output(&printed.output))
    }
}
