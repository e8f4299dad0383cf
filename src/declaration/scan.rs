//! Scans: where they may lie, what they may be, and their bytes.

mod appearance;
mod exif;
mod jpeg;
mod kind;
mod nearby;
mod preview;
mod raster;
mod thumbnail;

use std::{
    fs,
    io::{self, Read},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Component, Path, PathBuf},
};

pub(crate) use appearance::{Appearance, Flaw};
pub use kind::OtherKind;
pub use preview::{MAX_PREVIEW_BYTES, preview};
pub(crate) use thumbnail::Thumbnail;

use super::Code;
use crate::letter::{PictureFormat, ScanDigest};

/// The largest scan that the service takes, in bytes.
pub const MAX_SCAN_BYTES: u64 = 5 * 1024 * 1024;
/// Pixels that a run decodes whatever the sizes of its files: a few large pictures of one colour.
const FREE_PIXELS: u64 = 100_000_000;
/// Pixels that a run decodes for each byte of its scans. A clean page in black and white has about
/// 300.
const PIXELS_PER_BYTE: u64 = 500;

/// The folders in which scans may lie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScanRoots(Vec<Root>);

/// The folder of one PATH argument.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Root {
    /// The folder, all symbolic links followed.
    folder: PathBuf,
    /// The only file that this root is for, when the argument was a file.
    file: Option<PathBuf>,
}

impl ScanRoots {
    /// The folders of PATH arguments: a folder itself, or the folder that a file is in; the current
    /// folder when there is no argument. Arguments whose folder cannot be read give none.
    pub fn of(paths: &[PathBuf]) -> Self {
        let current = [PathBuf::from(".")];
        let paths = if paths.is_empty() { &current } else { paths };
        Self(paths.iter().filter_map(|path| Root::of(path).ok()).collect())
    }

    /// The folders in which the scans of one file of declarations may lie.
    fn leading_to<'a>(&'a self, file: &'a Path) -> impl Iterator<Item = &'a Path> {
        self.0.iter().filter_map(move |root| {
            let leads = root.file.as_ref().map_or_else(|| file.starts_with(&root.folder), |only| only == file);
            leads.then_some(root.folder.as_path())
        })
    }
}

impl Root {
    fn of(path: &Path) -> io::Result<Self> {
        if path.is_dir() {
            return Ok(Self { folder: fs::canonicalize(path)?, file: None });
        }
        let file = in_real_folder(path)?;
        let folder = file.parent().unwrap_or(Path::new("/")).to_owned();
        Ok(Self { folder, file: Some(file) })
    }
}

/// A file's path with the symbolic links of its folder followed, and its own not.
fn in_real_folder(file: &Path) -> io::Result<PathBuf> {
    let folder = match file.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    Ok(fs::canonicalize(folder)?.join(file.file_name().unwrap_or_default()))
}

/// Why a scan cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// It lies outside the folders that were given.
    #[error("the scan lies outside the folders that were given")]
    Outside,
    /// There is no such file.
    #[error("the scan does not exist")]
    Missing,
    /// It is there, and a clone of the repository will not have it.
    #[error("git does not track the scan, so that the commit does not have it")]
    Untracked,
    /// It is a folder, a device, a pipe.
    #[error("the scan is no file")]
    NotAFile,
    /// The operating system refused.
    #[error("the scan cannot be read: {0}")]
    Unreadable(#[source] io::Error),
    /// It has more bytes than the service takes.
    #[error("the scan has {0} bytes; at most {MAX_SCAN_BYTES} (5 MB) are allowed")]
    TooLarge(u64),
    /// It is no picture of a format that the service takes.
    #[error("the scan is {}; expected a JPEG, PNG or GIF picture", .0.map_or("of an unknown format", |kind| kind.name))]
    Format(Option<OtherKind>),
    /// It is a picture of a kind that few programs read.
    #[error("the scan uses {0}, which few programs can read")]
    Unsupported(&'static str),
    /// It is larger than a scan can be.
    #[error("the scan has {width} × {height} pixels; at most {} million are allowed", thumbnail::MAX_PIXELS / 1_000_000)]
    TooManyPixels {
        /// Its width in pixels.
        width: usize,
        /// Its height in pixels.
        height: usize,
    },
    /// The scans before it have used up what one run decodes.
    #[error("the scan was not checked: the pictures before it unpack to too many pixels for their size")]
    OverBudget,
    /// It begins as a picture and cannot be decoded.
    #[error("the scan is damaged: {0}")]
    Broken(String),
}

impl ScanError {
    /// The rule that it breaks.
    pub fn code(&self) -> Code {
        match self {
            Self::Outside => Code::ScanOutside,
            Self::Missing | Self::Untracked => Code::ScanMissing,
            Self::NotAFile | Self::Unreadable(_) => Code::ScanUnreadable,
            Self::TooLarge(_) | Self::TooManyPixels { .. } | Self::OverBudget => Code::ScanTooLarge,
            Self::Format(_) | Self::Unsupported(_) => Code::ScanFormat,
            Self::Broken(_) => Code::ScanBroken,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Outside => "move the picture below the folder that is given, or give a folder that holds both",
            Self::Missing => "the path is looked up from the folder of the file that declares it; check its spelling",
            Self::Untracked => "add it with `git add`, and with --force if .gitignore names it",
            Self::NotAFile => "give the path of a picture file",
            Self::Unreadable(_) => "check that this user may read it",
            Self::TooLarge(_) => "scan in grey at 200 to 300 dpi, or save as JPEG of a lower quality",
            Self::TooManyPixels { .. } => "scan at 200 to 300 dpi",
            Self::OverBudget => "replace the pictures that are almost empty, or check fewer files at once",
            Self::Format(kind) => {
                kind.map_or("convert it to JPEG or PNG; the file's name does not count", |kind| kind.help)
            }
            Self::Unsupported(_) => "save it again as an ordinary JPEG or PNG",
            Self::Broken(_) => "copy the file again, or scan the paper again",
        }
    }
}

impl From<io::Error> for ScanError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Self::Missing,
            _ => Self::Unreadable(error),
        }
    }
}

/// A scan in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Their digest.
    pub digest: ScanDigest,
    /// The format of the picture.
    pub format: PictureFormat,
}

/// Reads the scan that the file `source_file` declares as `scan_path`, as it is now.
///
/// The picture is not decoded: that is for the time when it is declared.
///
/// # Errors
/// When the scan lies outside `roots`, is no file, is too large, or is no picture by its first
/// bytes.
pub fn read(source_file: &str, scan_path: &str, roots: &ScanRoots) -> Result<ScanFile, ScanError> {
    read_file(&resolve(Path::new(source_file), scan_path, roots)?)
}

/// The real path of a scan, once it is known to lie inside `roots`.
pub(super) fn resolve(source_file: &Path, scan_path: &str, roots: &ScanRoots) -> Result<PathBuf, ScanError> {
    let scan = Path::new(scan_path);
    if scan.has_root() || matches!(scan.components().next(), Some(Component::Prefix(_))) {
        return Err(ScanError::Outside);
    }
    let declaring = in_real_folder(source_file)?;
    let folder = declaring.parent().ok_or(ScanError::Outside)?;
    // Paths that lead outside by their parts alone are not even looked up: not even whether such a
    // file exists is told.
    let lexical = lexically(&folder.join(scan));
    if !roots.leading_to(&declaring).any(|root| lexical.starts_with(root)) {
        return Err(ScanError::Outside);
    }
    let real = fs::canonicalize(folder.join(scan))?;
    if roots.leading_to(&declaring).any(|root| real.starts_with(root)) { Ok(real) } else { Err(ScanError::Outside) }
}

/// An absolute path without `.` and `..`, as its parts alone tell.
fn lexically(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// Reads a file that [`resolve`] has found.
pub(crate) fn read_file(path: &Path) -> Result<ScanFile, ScanError> {
    // Looked at before it is opened, since opening a pipe would wait for its other end.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(ScanError::NotAFile);
    }
    if metadata.len() > MAX_SCAN_BYTES {
        return Err(ScanError::TooLarge(metadata.len()));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    fs::File::open(path)?.take(MAX_SCAN_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SCAN_BYTES {
        return Err(ScanError::TooLarge(bytes.len() as u64));
    }
    let format = PictureFormat::sniff(&bytes).ok_or_else(|| ScanError::Format(kind::of(&bytes)))?;
    Ok(ScanFile { digest: ScanDigest::of(&bytes), format, bytes })
}

/// Decodes a scan to its last byte, so that no damaged one is uploaded.
pub(super) fn check_pixels(scan: &ScanFile) -> Result<Thumbnail, ScanError> {
    contained(|| match scan.format {
        PictureFormat::Jpeg => jpeg::read(&scan.bytes),
        PictureFormat::Png => raster::png(&scan.bytes),
        PictureFormat::Gif => raster::gif(&scan.bytes),
    })
}

/// Runs a decoder. One that panics has met a picture that it cannot read, and the run goes on.
fn contained<T>(decode: impl FnOnce() -> Result<T, ScanError>) -> Result<T, ScanError> {
    catch_unwind(AssertUnwindSafe(decode))
        .unwrap_or_else(|_| Err(ScanError::Broken("the decoder cannot read it".to_owned())))
}

/// What one run may decode, so that a folder of bombs ends early.
///
/// It is spent in the order of the files, before any is decoded: the same files get the same answer
/// on any machine.
pub(super) struct Budget {
    left: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: FREE_PIXELS }
    }
}

impl Budget {
    /// Whether this file may be decoded. A JPEG costs nothing here, since its length bounds what is
    /// read of it.
    pub(super) fn admits(&mut self, path: &Path) -> bool {
        let Some((length, pixels)) = cost(path) else { return true };
        if pixels > thumbnail::MAX_PIXELS {
            return true; // Refused by itself, before it is decoded.
        }
        let excess = pixels.saturating_sub(length.min(MAX_SCAN_BYTES) * PIXELS_PER_BYTE);
        let left = self.left.checked_sub(excess);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// The length of a PNG or GIF in bytes, and its pixels. Anything else is `None`.
fn cost(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    let mut start = Vec::with_capacity(32);
    fs::File::open(path).ok()?.take(32).read_to_end(&mut start).ok()?;
    Some((metadata.len(), raster::pixels(&start)?))
}

/// The path that was meant by one that does not exist, as it would be declared.
pub(super) fn did_you_mean(source_file: &Path, scan_path: &str, roots: &ScanRoots) -> Option<String> {
    let declaring = in_real_folder(source_file).ok()?;
    let near = nearby::near(&lexically(&declaring.parent()?.join(scan_path)), scan_path)?;
    // Whether a file outside exists is not told.
    resolve(source_file, &near, roots).ok().map(|_| near)
}

#[cfg(test)]
mod tests;
