//! The engine that reads scans, by the command line and the environment.

use std::{path::PathBuf, time::Duration};

use anyhow::bail;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::interrupt;
use crate::{
    declaration::ScanRoots,
    letter::{DesiredLetter, Picture},
    ocr::{self, Cache, Engine as _, EngineError, OcrCommand, Tesseract},
    plan::Plan,
    proofread::LetterProof,
    retry::Shutdown,
};

/// Options of every command that reads scans.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Proofreading")]
pub(crate) struct EngineArgs {
    /// Read scans with this program in the place of Tesseract: it gets the path of a PNG in the
    /// place of {}, or as its last argument, and prints text or a table as Tesseract does
    #[arg(long, value_name = "COMMAND")]
    ocr_command: Option<String>,
    /// How long the engine may take for one scan, in seconds [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    ocr_timeout: Option<u32>,
    /// Read every scan again, and keep nothing
    #[arg(long)]
    no_cache: bool,
}

/// The option of commands that can proofread the letters that they create.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ProofreadArgs {
    /// Read the scans of letters to create, and warn where a paper says something else than its
    /// declaration
    #[arg(long)]
    proofread: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

/// An engine, and where its readings are kept.
pub(super) struct Reader {
    engine: Ocr,
    cache: Option<Cache>,
}

enum Ocr {
    Tesseract(Tesseract),
    Command(OcrCommand),
}

impl EngineArgs {
    /// The engine, which must be there.
    pub(super) async fn reader(&self) -> Result<Reader, EngineError> {
        let time = self.ocr_timeout.map_or(ocr::TIME, |seconds| Duration::from_secs(seconds.into()));
        let engine = match &self.ocr_command {
            Some(line) => Ocr::Command(OcrCommand::find(line, time)?),
            None => Ocr::Tesseract(Tesseract::find(time).await?),
        };
        let cache = if self.no_cache { None } else { cache_folder().map(Cache::new) };
        Ok(Reader { engine, cache })
    }
}

impl ProofreadArgs {
    /// Adds to a plan what the papers of the letters to create say.
    pub(super) async fn add_to<'p>(
        &self,
        plans: impl IntoIterator<Item = (&'p mut Plan, &'p ScanRoots)>,
    ) -> anyhow::Result<()> {
        let creates = |(plan, _): &(&mut Plan, &ScanRoots)| plan.creates().next().is_some();
        let plans: Vec<_> = plans.into_iter().filter(|plan| self.proofread && creates(plan)).collect();
        if plans.is_empty() {
            return Ok(());
        }
        let reader = self.engine.reader().await?;
        for (plan, roots) in plans {
            let proofs = until_stopped(reader.proofread(plan.creates(), roots)).await?;
            plan.warnings.extend(proofs.iter().flat_map(LetterProof::warnings));
        }
        Ok(())
    }
}

impl Reader {
    /// The engine, its version and its language.
    pub(super) fn identity(&self) -> &str {
        match &self.engine {
            Ocr::Tesseract(engine) => engine.identity(),
            Ocr::Command(engine) => engine.identity(),
        }
    }

    /// Proofreads the letters that have a scan. All cores are busy meanwhile: accounts take turns.
    pub(super) async fn proofread(
        &self,
        letters: impl IntoIterator<Item = &DesiredLetter>,
        roots: &ScanRoots,
    ) -> Vec<LetterProof> {
        let letters: Vec<&DesiredLetter> = letters.into_iter().collect();
        let scans = letters.iter().filter(|desired| matches!(desired.letter.picture, Picture::Scan(_))).count();
        let bar = bar(scans);
        let (cache, told) = (self.cache.as_ref(), |letters: usize| bar.inc(letters as u64));
        let proofs = match &self.engine {
            Ocr::Tesseract(engine) => ocr::proofread(letters, roots, engine, cache, told).await,
            Ocr::Command(engine) => ocr::proofread(letters, roots, engine, cache, told).await,
        };
        bar.finish_and_clear();
        proofs
    }
}

/// A bar on a terminal, and nothing elsewhere.
fn bar(scans: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} scans read, {eta} left");
    let target = ProgressDrawTarget::stderr_with_hz(5);
    ProgressBar::with_draw_target(Some(scans as u64), target).with_style(style.expect("the template is well formed"))
}

/// Does work that a signal ends, with the programs that it runs.
pub(super) async fn until_stopped<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let shutdown = Shutdown::new();
    interrupt::hand_over(&shutdown, "ending the OCR engine");
    let result = tokio::select! {
        result = work => Some(result),
        () = shutdown.requested() => None,
    };
    interrupt::release();
    match result {
        Some(result) => Ok(result),
        None => bail!("stopped before every scan was read"),
    }
}

/// The folder for what was read: `letterform/proofread` in the user's folder for caches.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = variable("XDG_CACHE_HOME")
        .or_else(|| if cfg!(windows) { variable("LOCALAPPDATA") } else { None })
        .or_else(|| {
            variable("HOME").map(|home| home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
        });
    caches.map(|caches| caches.join("letterform").join("proofread"))
}
