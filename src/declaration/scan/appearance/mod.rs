//! How a scan looks, as far as its thumbnail tells: what a reviewer would send back at a glance.
//!
//! The thresholds lie in gaps between good and bad papers, which `tests/papers/run` measures and
//! docs/explanation/benchmarks.md shows. In doubt nothing is said.

mod picture;

use std::path::Path;

use self::picture::Picture;
use super::Thumbnail;
use crate::{declaration::Code, escape::visible};

/// The least pixels of the shorter side of a scan: A4 at 80 dpi, of which OCR reads half of the
/// fields.
const MIN_SIDE: usize = 660;
/// The least brightness of paper, of 255. Photos in bad light have more than 100, and what can't be
/// read less than 65.
const MIN_PAPER: u8 = 80;
/// The least share of ink. A heading and a few lines have more than 0.04.
const MIN_INK: f32 = 0.005;
/// The least contrast. Photos have more than 0.15, and what can hardly be read less than 0.06.
const MIN_CONTRAST: f32 = 0.09;
/// The least share of red ink. A faint seal has more than 0.001, and a copy none.
const MIN_RED: f32 = 0.0003;
/// The least balance of a scan that is not on its side. Upright ones have more than 2, and those on
/// their sides less than −2.
const MIN_BALANCE: f32 = -1.0;

/// What is wrong with the looks of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Flaw {
    #[error("the scan has only {0} × {1} pixels, too few to read its text")]
    TooSmall(usize, usize),
    #[error("the scan shows blank paper")]
    Blank,
    #[error("the scan is too dark")]
    Dark,
    #[error("the scan is too light")]
    Light,
    #[error("the scan shows no red seal")]
    NoRed,
    #[error("the scan lies on its side")]
    Sideways,
}

impl Flaw {
    /// The rule that it breaks.
    pub(crate) fn code(self) -> Code {
        match self {
            Self::TooSmall(..) => Code::ScanTooSmall,
            Self::Blank => Code::ScanBlank,
            Self::Dark => Code::ScanDark,
            Self::Light => Code::ScanLight,
            Self::NoRed => Code::ScanNoRed,
            Self::Sideways => Code::ScanSideways,
        }
    }

    /// What to do about it.
    pub(crate) fn help(self) -> &'static str {
        match self {
            Self::TooSmall(..) => "scan the paper at 200 to 300 dpi, and don't use a preview or a screenshot of it",
            Self::Blank => "scan the side of the paper that has the text",
            Self::Dark => "scan it with a higher brightness, or take the photo in better light",
            Self::Light => "scan it with a lower brightness or a higher contrast",
            Self::NoRed => {
                "scan the sealed paper itself, in colour; letters are refused for a grey copy or a missing seal"
            }
            Self::Sideways => "turn the picture upright, and save it",
        }
    }
}

/// What is kept of a scan's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Appearance {
    /// Width and height in pixels.
    full: (usize, usize),
    /// How bright most of the paper is, of 255.
    paper: u8,
    /// The share of the picture that is ink.
    ink: f32,
    /// By how much the darkest hundredth is darker than the paper around it, as a share of the
    /// paper's brightness.
    contrast: f32,
    /// The share of the picture that is red ink.
    red: f32,
    /// How much more the picture changes from row to row than from column to column, as a power of
    /// 2: positive where lines of text are horizontal.
    balance: f32,
    /// Viewers turn the picture by a quarter. Whether the service does is not known.
    quarter_turn: bool,
}

impl Appearance {
    pub(crate) fn of(thumbnail: &Thumbnail) -> Self {
        let picture = Picture::of(thumbnail);
        Self {
            full: thumbnail.full,
            paper: picture.paper(),
            ink: picture.ink(),
            contrast: picture.contrast(),
            red: picture.red(),
            balance: picture.balance(),
            quarter_turn: thumbnail.quarter_turn,
        }
    }

    /// Logs the measures of the scan at `path`.
    pub(crate) fn log(&self, path: &Path) {
        let Self { full: (width, height), paper, ink, contrast, red, balance, quarter_turn } = *self;
        let path = path.display().to_string();
        let scan = visible(&path);
        tracing::trace!(%scan, width, height, paper, ink, contrast, red, balance, quarter_turn, "a scan was looked at");
    }

    /// What is wrong with the scan. Where hardly anything can be seen, the rest is not judged.
    pub(crate) fn flaws(&self) -> impl Iterator<Item = Flaw> {
        let (width, height) = self.full;
        let illegible = if width.min(height) < MIN_SIDE {
            Some(Flaw::TooSmall(width, height))
        } else if self.paper < MIN_PAPER {
            Some(Flaw::Dark)
        } else if self.ink < MIN_INK {
            Some(Flaw::Blank)
        } else {
            (self.contrast < MIN_CONTRAST).then_some(Flaw::Light)
        };
        let legible = illegible.is_none();
        let no_red = (legible && self.red < MIN_RED).then_some(Flaw::NoRed);
        let sideways = (legible && self.balance < MIN_BALANCE && !self.quarter_turn).then_some(Flaw::Sideways);
        [illegible, no_red, sideways].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests;
