//! Diagnostics as text, JSON, workflow annotations and SARIF.

mod github;
mod json;
mod sarif;
mod shown;
mod snippet;
mod text;

pub use github::github;
pub use json::json;
pub use sarif::sarif;
pub use shown::Show;
pub use text::{rule, rules, summary, text};
