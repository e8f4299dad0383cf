//! Diagnostics as text, JSON, workflow annotations and SARIF.

mod diff;
mod github;
mod json;
mod sarif;
mod shown;
mod snippet;
mod text;

pub use diff::diff;
pub use github::github;
pub use json::{json, schema};
pub use sarif::sarif;
pub use shown::Show;
pub use text::{rule, rules, summary, text};
