//! The pages for people: what they say of the program is what it does, and what they link to is
//! there.
//!
//! - A `console` block is run, in one shell from the top of a page to its end, and what it prints
//!   must stand below each command. `UPDATE_GENERATED=1` rewrites the outputs.
//! - A block with `file=PATH` after its language is written to that file; with the language `diff`
//!   it changes the file.
//! - Prose keeps to the width in which it is read, in pages and in comments.
//! - A `sh` block is not run, as it needs an account or a network: its syntax and the arguments of
//!   `letterform` are checked.

mod layout;
mod links;
mod markdown;
mod samples;
mod session;
mod transcript;
mod translation;

use std::{
    fs,
    path::{Path, PathBuf},
};

use markdown::Page;
use session::Session;

/// The folder of the project.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page of the project, in order.
fn pages() -> Vec<Page> {
    files("md").iter().map(|path| Page::read(path)).collect()
}

/// Every file of the project with this extension, in order and from its folder.
fn files(extension: &str) -> Vec<PathBuf> {
    let hidden = |entry: &walkdir::DirEntry| entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.');
    let foreign = |entry: &walkdir::DirEntry| ["target", "node_modules"].iter().any(|name| entry.file_name() == *name);
    let walk = walkdir::WalkDir::new(root()).sort_by_file_name().into_iter();
    let files = walk.filter_entry(|entry| !hidden(entry) && !foreign(entry)).map(Result::unwrap);
    let files = files.filter(|entry| entry.path().extension().is_some_and(|own| own == extension));
    files.map(|entry| entry.path().strip_prefix(root()).unwrap().to_owned()).collect()
}

/// The page at this path.
fn page(path: &str) -> Page {
    Page::read(Path::new(path))
}

/// Runs a page, and rewrites it when that is asked for.
#[track_caller]
fn holds(page: &Page, session: Session) {
    let played = transcript::play(page, session);
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        fs::write(root().join(&page.path), &played.page).unwrap();
    } else {
        assert!(
            played.differences.is_empty(),
            "{}\nwhen it is right, run `UPDATE_GENERATED=1 cargo test docs`",
            played.differences.join("\n")
        );
    }
}

#[test]
fn the_tutorial_leads_from_an_empty_folder_to_its_end() {
    holds(&page("docs/tutorial.md"), Session::in_an_empty_folder());
}

#[test]
fn what_the_other_pages_show_is_what_the_program_prints() {
    let with_commands = |page: &Page| page.blocks.iter().any(|block| block.language == "console");
    let pages: Vec<Page> =
        pages().into_iter().filter(|page| with_commands(page) && page.path != Path::new("docs/tutorial.md")).collect();
    let paths: Vec<&PathBuf> = pages.iter().map(|page| &page.path).collect();
    assert!(paths.contains(&&PathBuf::from("README.md")), "{paths:?}");
    for page in pages {
        holds(&page, Session::with_the_examples());
    }
}
