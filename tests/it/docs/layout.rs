//! Pages and code in the width and the length in which they are read: prose of at most 100 columns,
//! and no file of code that has 1,000 lines.

use std::fs;

use letterform::escape::width;

use crate::docs::{files, pages, root};

/// The most columns of a line of prose. A character of Chinese takes two.
const COLUMNS: usize = 100;
/// The most lines of a file of code, and one more.
const LINES: usize = 1_000;

/// Lines that are too wide, unless they are one word, as addresses are.
fn wide<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let too_wide = |line: &str| width(line) > COLUMNS && line.trim_start_matches(['-', '/', '!', ' ']).contains(' ');
    lines.enumerate().filter(|(_, line)| too_wide(line)).map(|(index, _)| index + 1).collect()
}

/// The lines of a page, without those of tables and of blocks of code.
fn prose(source: &str) -> impl Iterator<Item = &str> {
    let mut in_block = false;
    source.lines().map(move |line| {
        let fence = line.trim_start().starts_with("```");
        in_block ^= fence;
        if in_block || fence || line.trim_start().starts_with('|') { "" } else { line }
    })
}

#[test]
fn prose_keeps_to_100_columns() {
    let mut found = Vec::new();
    for page in pages() {
        found.extend(wide(prose(&page.source)).into_iter().map(|line| format!("{}:{line}", page.path.display())));
    }
    for path in files("rs") {
        let source = fs::read_to_string(root().join(&path)).unwrap();
        let comments = source.lines().map(|line| if line.trim_start().starts_with("//") { line } else { "" });
        found.extend(wide(comments).into_iter().map(|line| format!("{}:{line}", path.display())));
    }
    assert!(found.is_empty(), "wrap these lines at {COLUMNS} columns:\n{}", found.join("\n"));
}

#[test]
fn no_file_of_code_has_1000_lines() {
    let sources = files("rs");
    assert!(sources.len() > 300, "files were found: {}", sources.len());
    for path in sources {
        let lines = fs::read_to_string(root().join(&path)).unwrap().lines().count();
        assert!(lines < LINES, "{} has {lines} lines: split it", path.display());
    }
}
