//! The pages of the reference are what the code says.
mod commands;
mod environment;
mod json;
mod rules;
mod schema;

use letterform::escape::width;

use crate::generated::generated;

/// The most columns of a line of prose.
const COLUMNS: usize = 100;

/// Compares a page of the reference with what it must be, or writes it, its paragraphs wrapped.
#[track_caller]
fn generated_page(name: &str, page: &str) {
    let mut in_block = false;
    let wrapped = page.lines().map(|line| {
        let fence = line.starts_with("```");
        in_block ^= fence;
        if in_block || fence || line.starts_with(['|', '#']) { format!("{line}\n") } else { wrapped(line) }
    });
    generated(name, &wrapped.collect::<String>());
}

/// A paragraph, or an item of a list with what is below it indented.
fn wrapped(paragraph: &str) -> String {
    let indent = if paragraph.starts_with("- ") { "  " } else { "" };
    let (mut lines, mut column) = (String::new(), 0);
    for word in words(paragraph) {
        let here = width(&word);
        if column == 0 {
            lines.push_str(&word);
            column = here;
        } else if column + 1 + here <= COLUMNS {
            lines.extend([" ", &word]);
            column += 1 + here;
        } else {
            lines.extend(["\n", indent, &word]);
            column = indent.len() + here;
        }
    }
    lines + "\n"
}

/// The words of a paragraph, of which code is one.
fn words(paragraph: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in paragraph.split(' ') {
        match words.last_mut() {
            Some(code) if code.matches('`').count() % 2 == 1 => code.extend([" ", word]),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// A text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
