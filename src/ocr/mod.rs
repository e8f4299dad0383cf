//! Reading scans with an engine for optical character recognition, which is another program.
//!
//! [`Engine`] is the seam: a page in grey goes in, readings come out. [`Tesseract`] is the usual
//! one, [`OcrCommand`] runs whatever program the user names. A scan comes from anybody's pull
//! request, so no engine decodes its file: it is decoded here, under the limits of every scan, and
//! an engine gets a plain picture of bounded size that was written by us. Its time and its output
//! are bounded too, and it ends with this process.

mod cache;
mod command;
mod grey;
mod orientation;
mod process;
mod scans;
mod tesseract;

#[cfg(all(test, unix))]
mod tests;

use std::{future::Future, time::Duration};

pub use self::{
    cache::Cache,
    command::OcrCommand,
    grey::Grey,
    scans::{proofread, with_problems},
    tesseract::Tesseract,
};
use crate::proofread::Reading;

/// What reads pages.
pub trait Engine: Sync {
    /// Its name, its version and its language: readings of another one are no readings of this one.
    fn identity(&self) -> &str;

    /// Reads a page, as often as it is of use.
    ///
    /// # Errors
    /// Why it can't, in words.
    fn read(&self, page: &Grey) -> impl Future<Output = Result<Vec<Reading>, String>> + Send;
}

/// Why there is no engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The program is not installed.
    #[error("can't find {program}")]
    Missing {
        /// The program as it was looked for.
        program: String,
    },
    /// Its data for Chinese is missing.
    #[error("{program} can't read Chinese: it has no language `{language}`")]
    Language {
        /// The program.
        program: String,
        /// The language as the program names it.
        language: &'static str,
    },
    /// It does not run.
    #[error("can't run {program}: {problem}")]
    Failed {
        /// The program.
        program: String,
        /// What it said, or what became of it.
        problem: String,
    },
    /// The command line is none.
    #[error("invalid OCR command `{0}`: {1}")]
    Command(String, &'static str),
}

impl EngineError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Missing { program } if program != tesseract::PROGRAM => {
                "install the program, or name it with its path in --ocr-command"
            }
            Self::Missing { .. } | Self::Language { .. } => {
                "install Tesseract with Chinese: `apt-get install tesseract-ocr tesseract-ocr-chi-sim` (Debian, Ubuntu), \
                 `dnf install tesseract tesseract-langpack-chi_sim` (Fedora), `brew install tesseract tesseract-lang` (macOS); \
                 or name another engine with --ocr-command"
            }
            Self::Failed { .. } => "run it in a terminal to see its messages",
            Self::Command(..) => {
                "write the program and its arguments as in a shell, such as --ocr-command 'my-ocr --lang zh {}'"
            }
        }
    }
}

/// How long an engine may take for one scan, unless the user says otherwise.
pub const TIME: Duration = Duration::from_secs(60);
