//! The page on statuses and variables names what the code names.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

fn names(text: &str, pattern: &str) -> BTreeSet<String> {
    let pattern = Regex::new(pattern).expect("a pattern");
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}

#[test]
fn the_page_has_the_variables_that_the_program_and_the_recipes_read() {
    let mut code = String::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in walkdir::WalkDir::new(&src) {
        let entry = entry.expect("an entry");
        let within = entry.path().strip_prefix(&src).expect("it lies in the folder");
        let tests = within.components().any(|part| part.as_os_str() == "tests");
        if entry.file_type().is_file() && !tests {
            code.push_str(&fs::read_to_string(entry.path()).expect("text"));
        }
    }
    let mut read_by_code = names(
        &code,
        r#""((?:ALIBABA_CLOUD|LETTERFORM)_[A-Z_]+|(?:GITHUB|CI)_[A-Z_]+|NO_COLOR|RUST_LOG|LC_[A-Z]+|LANG)""#,
    );
    read_by_code.extend(names(&read("ci/letterform-ci.sh"), r"\$\{(LETTERFORM_[A-Z]+)"));
    let page = names(
        &read("docs/reference/environment.md"),
        r"`((?:ALIBABA_CLOUD|LETTERFORM)_[A-Z_]+|(?:GITHUB|CI)_[A-Z_]+|NO_COLOR|RUST_LOG|LC_[A-Z]+|LANG)`",
    );
    assert!(read_by_code.len() > 20, "{read_by_code:?}");
    assert_eq!(page, read_by_code, "left: on the page; right: in the code");
}

#[test]
fn the_page_and_the_readme_have_the_same_statuses() {
    let statuses = |path: &str| -> Vec<String> {
        let page = read(path);
        let rows = page.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
        rows.map(str::to_owned).collect()
    };
    assert_eq!(statuses("README.md").len(), 4);
    assert_eq!(statuses("README.md"), statuses("docs/reference/environment.md"));
}
