//! The pages of the reference are what the code says.
mod commands;
mod environment;
mod json;
mod rules;
mod schema;

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
