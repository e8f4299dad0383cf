//! Whatever a page links to is there.

use std::{collections::BTreeSet, fs, path::Path};

use regex::Regex;

use crate::docs::{markdown::Page, page, pages, root};

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    let mut broken = Vec::new();
    for page in pages() {
        for link in &page.links {
            if link.target.contains("://") || link.target.starts_with("mailto:") {
                continue;
            }
            links += 1;
            if let Err(problem) = follow(&page, &link.target) {
                broken.push(format!("{}:{}: {}: {problem}", page.path.display(), link.line, link.target));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(links > 100, "links were found: {links}");
}

fn follow(from: &Page, target: &str) -> Result<(), &'static str> {
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let folder = from.path.parent().expect("a page lies in a folder");
    let there = if path.is_empty() { root().join(&from.path) } else { root().join(folder).join(path) };
    if path.starts_with('/') {
        return Err("a link begins at the page, not at a root");
    }
    let there = there.canonicalize().map_err(|_| "there is no such file")?;
    let within = there.strip_prefix(root().canonicalize().unwrap()).map_err(|_| "it lies outside the project")?;
    match anchor {
        None => Ok(()),
        Some(anchor) if Page::read(within).has(anchor) => Ok(()),
        Some(_) => Err("the page has no such heading"),
    }
}

#[test]
fn the_index_has_every_page() {
    let index = page("docs/README.md");
    let linked: BTreeSet<&str> = index.links.iter().map(|link| link.target.as_str()).collect();
    for page in pages() {
        let Ok(path) = page.path.strip_prefix("docs") else { continue };
        let path = path.to_str().unwrap();
        // The page of the rules is the index of the rules' own pages.
        let indexed = path == "README.md" || path.starts_with("reference/rules/");
        assert!(indexed || linked.contains(path), "docs/README.md does not link to {path}");
    }
}

#[test]
fn pages_that_the_code_names_are_there() {
    let named = Regex::new(r"\bdocs/[a-z][a-z0-9/-]*\.md").unwrap();
    let mut found = 0;
    for folder in ["src", "tests", "benches", "ci", "examples", ".ci"] {
        for entry in walkdir::WalkDir::new(root().join(folder)).into_iter().map(Result::unwrap) {
            let skipped = entry.path().components().any(|part| part.as_os_str() == "node_modules");
            let Ok(text) = fs::read_to_string(entry.path()) else { continue };
            for name in named.find_iter(&text).filter(|_| !skipped) {
                found += 1;
                assert!(
                    Path::new(root()).join(name.as_str()).exists(),
                    "{} names {}",
                    entry.path().display(),
                    name.as_str()
                );
            }
        }
    }
    assert!(found > 3, "names were found: {found}");
}
