//! Blocks that are not run are right as far as that can be seen: shell, declarations, JSON.

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use clap::Parser as _;
use letterform::{
    cli::Cli,
    declaration::{Code, LoadOptions, Severity, load_text, workspace},
};

use crate::docs::{
    markdown::{Block, Page},
    pages,
};

/// The blocks of these languages on all pages, with their places.
fn blocks(languages: &[&str]) -> Vec<(String, Block)> {
    let of_page = |page: Page| {
        let path = page.path;
        page.blocks.into_iter().map(move |block| (format!("{}:{}", path.display(), block.line), block))
    };
    let blocks = pages().into_iter().flat_map(of_page);
    blocks.filter(|(_, block)| languages.contains(&block.language.as_str())).collect()
}

#[test]
fn every_block_says_what_it_is() {
    const KNOWN: [&str; 15] = [
        "console",
        "sh",
        "text",
        "yaml",
        "json",
        "jsonc",
        "diff",
        "python",
        "toml",
        "lua",
        "elisp",
        "ini",
        "dockerfile",
        "csv",
        "powershell",
    ];
    let nameless: Vec<String> = blocks(&[""]).into_iter().map(|(place, _)| place).collect();
    assert!(nameless.is_empty(), "blocks with no language: {nameless:?}");
    for page in pages() {
        for block in &page.blocks {
            let language = block.language.as_str();
            assert!(KNOWN.contains(&language), "{}:{}: {language}?", page.path.display(), block.line);
        }
    }
}

#[test]
fn shell_that_is_not_run_is_shell() {
    for (place, block) in blocks(&["sh"]) {
        let mut shell = Command::new("sh").arg("-n").stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        shell.stdin.take().unwrap().write_all(block.text.as_bytes()).unwrap();
        let ended = shell.wait_with_output().unwrap();
        assert!(ended.status.success(), "{place}: {}", String::from_utf8_lossy(&ended.stderr));
    }
}

#[test]
fn commands_that_are_not_run_are_commands_of_the_program() {
    let mut commands = 0;
    for (place, block) in blocks(&["sh"]) {
        for line in block.text.replace("\\\n", " ").lines() {
            // What is before the command are variables; what is behind it is no longer its own.
            let Some(start) =
                line.find("letterform ").filter(|start| line[..*start].split_whitespace().all(is_variable))
            else {
                continue;
            };
            let end = line[start..].find([';', '|', '&', '>']).map_or(line.len(), |end| start + end);
            let words = shlex::split(&line[start..end]).unwrap_or_else(|| panic!("{place}: {line}"));
            commands += 1;
            if let Err(error) = Cli::try_parse_from(&words) {
                assert!(!error.use_stderr(), "{place}: {line}\n{error}");
            }
        }
    }
    assert!(commands > 20, "commands were found: {commands}");
}

fn is_variable(word: &str) -> bool {
    word.contains('=')
}

#[test]
fn declarations_on_pages_are_good() {
    let mut seen = 0;
    // The reference of the rules shows what is wrong on purpose; a test of the rules holds it.
    for (place, block) in blocks(&["yaml"]).into_iter().filter(|(place, _)| !place.starts_with("docs/reference/rules/"))
    {
        let has = |key: &str| block.text.lines().any(|line| line.starts_with(key));
        // What a page shows as a mistake is run by the page itself.
        if !has("version:") || block.file.is_some() {
            continue;
        }
        seen += 1;
        let options = LoadOptions::new("2026-06-01".parse().unwrap());
        let diagnostics = if has("accounts:") {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(workspace::FILE_NAME);
            fs::write(&path, block.text).unwrap();
            workspace::load(&path).problems.diagnostics
        } else {
            load_text(Path::new("/nowhere/letters.yaml"), block.text.into_bytes(), &options).diagnostics
        };
        let not_there = [Code::ScanMissing, Code::AccountLetters];
        let error = diagnostics
            .iter()
            .find(|diagnostic| diagnostic.severity == Severity::Error && !not_there.contains(&diagnostic.code));
        assert!(error.is_none(), "{place}: {:?}", error.map(|error| (&error.code, &error.message)));
    }
    assert!(seen > 3, "declarations were found: {seen}");
}

#[test]
fn json_on_pages_is_json() {
    for (place, block) in blocks(&["json"]) {
        if let Err(error) = serde_json::from_str::<serde_json::Value>(&block.text) {
            panic!("{place}: {error}");
        }
    }
}
