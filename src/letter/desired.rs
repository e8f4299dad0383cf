use std::{fmt, path::Path, sync::Arc};

use super::{FileKey, Letter, PictureFormat, ScanDigest, ScanObject};
use crate::escape::visible;

/// A letter that is declared, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredLetter {
    /// What is wanted.
    pub letter: Letter<Picture>,
    /// Where it is declared.
    pub source: Source,
    /// The rules for new letters that it breaks. An existing letter may break them; a missing one
    /// can't be created.
    pub faults: Vec<Arc<Finding>>,
    /// What is probably wrong with it, which can't be changed any more once it is created.
    pub warnings: Vec<Arc<Finding>>,
}

impl DesiredLetter {
    /// A declared letter about which there is nothing to say.
    pub const fn new(letter: Letter<Picture>, source: Source) -> Self {
        Self { letter, source, faults: Vec::new(), warnings: Vec::new() }
    }

    /// What is probably wrong with it, each with the file that declares it.
    pub fn warnings(&self) -> impl Iterator<Item = (&str, &Finding)> {
        self.warnings.iter().map(|finding| (&*self.source.file, &**finding))
    }
}

/// What a rule says of a declared letter, and where.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The rule's code.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// The line, in the file that declares the letter, counted from 1.
    pub line: usize,
    /// The column, in characters, counted from 1.
    pub column: usize,
}

/// The place of a declaration.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
pub struct Source {
    /// The file, as it was given or found below a folder that was given, with `/` between its
    /// parts.
    pub file: Arc<str>,
    /// The line of the letter's first field, counted from 1.
    pub line: usize,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", visible(&self.file), self.line)
    }
}

impl Source {
    /// The folder of the file.
    pub fn folder(&self) -> Option<&Path> {
        Path::new(&*self.file).parent()
    }
}

/// The picture of a declared letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// A local picture that `apply` uploads.
    Scan(Scan),
    /// A picture that is already uploaded.
    FileKey(FileKey),
}

/// A local picture: read once, when the declarations were loaded, and again when it is uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The path as declared: relative to the folder of the declaring file.
    pub path: String,
    /// What it held when the declarations were loaded.
    pub digest: ScanDigest,
    /// The format of the picture.
    pub format: PictureFormat,
}

impl Scan {
    /// The name under which the picture is uploaded.
    pub fn object(&self) -> ScanObject {
        ScanObject::new(self.digest, self.format)
    }
}
