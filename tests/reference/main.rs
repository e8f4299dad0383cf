//! The pages of the reference are what the code says.
#![allow(clippy::unwrap_used, reason = "a test that can't go on should stop")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/generated.rs"]
mod generated;

mod commands;
mod environment;
mod json;
mod rules;
mod schema;

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
