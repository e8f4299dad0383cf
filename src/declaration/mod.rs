//! Text → letters: from the files that PATH arguments lead to, to letters that are held to every
//! rule that is known offline.
//!
//! ```text
//! discover ─ source ─ yaml ─ document ─ letter ─ pictures ─ lint ─ allow ─ Loaded
//! paths      text     trees  fields     values   scans      the whole
//!            └──────── reading: one file, on any core ┘
//! ```
//!
//! [`write`] is the way back: letters as text that reads as the same letters.
//!
//! Nothing here stops at the first problem: every step puts what it finds into a collector as a
//! [`Diagnostic`] with its place and goes on with what is left.

mod allow;
mod asked;
mod blanks;
mod bounded;
mod characters;
mod collector;
mod dates;
mod declared;
mod diagnostic;
mod discover;
mod document;
mod edit;
mod fields;
mod findings;
mod fix;
mod letter;
mod lint;
mod live;
mod load;
mod outline;
mod parallel;
mod pictures;
mod reading;
mod refusal;
mod rules;
pub mod scan;
pub mod schema;
mod source;
mod surrogates;
mod tracked;
mod tree;
mod typing;
pub mod workspace;
pub(crate) mod write;
mod yaml;
#[cfg(test)]
mod yaml_suite;

pub use asked::Asked;
pub use collector::{LintLevel, LintLevels};
pub use diagnostic::{Diagnostic, Related, Severity};
pub(crate) use edit::apart;
pub use edit::{Edit, Fix, Safety};
pub use fix::{FixedFile, fixed_files};
pub use live::{DecodedPictures, LetterView, LiveDeclarations, Place, Placed, decode_pictures};
pub use load::{LoadOptions, Loaded, load, load_text, load_text_in};
pub use rules::{Code, Origin, Rule, UnknownCode};
pub use scan::{ScanError, ScanFile, ScanRoots};
pub use source::{FileId, Location, MAX_FILE_BYTES, Position, SourceFile, Span};
pub use tracked::Tracked;
