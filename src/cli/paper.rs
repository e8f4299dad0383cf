//! `letterform paper`

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    Exit, clock,
    declarations::DeclarationArgs,
    failure::Listed,
    files,
    stderr::{note, tell},
    workspace::WorkspaceArgs,
};
use crate::{
    declaration::{Loaded, Severity},
    escape::{FileNames, visible},
    letter::{Letter, Source},
    paper::{ENDINGS, Problem, Template, TemplateError},
    render::style::{self, paint},
    run::InvalidDeclarations,
    wording::counted,
};

/// Arguments of `paper`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The letters by their names [default: every declared letter]
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The form to fill in: a .docx, .html, .md, .typ, .tex or .txt file with placeholders such as {{ authorizer }}
    #[arg(long, value_name = "FILE")]
    template: PathBuf,
    /// The folder for the papers, one file a letter, named for it
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    /// Files or folders with the declarations [default: the accounts of the workspace, or the current folder]
    #[arg(long, value_name = "PATH")]
    letters: Vec<PathBuf>,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let template = read(&args.template)?;
    let selection = args.workspace.select(&args.letters)?;
    let declarations = selection.declarations(&DeclarationArgs::at(args.letters.clone()), &clock()?);
    let mut letters = Vec::new();
    for declarations in declarations.into_good() {
        letters.extend(declared(declarations.load())?);
    }
    let letters = chosen(letters, &args.names)?;
    let written = write(args, &template, &letters)?;
    for field in template.unused() {
        tell!(
            "{} {} does not use {field}, by which a reviewer compares the paper with the letter",
            paint(style::WARNING, "warning:"),
            visible(&args.template.display().to_string())
        );
    }
    let count = counted(written, "paper");
    note!("Wrote {count} to {}", visible(&args.out.display().to_string()));
    Ok(Exit::Done)
}

/// The template, whose placeholders are all known.
fn read(path: &Path) -> anyhow::Result<Template> {
    let shown = path.display().to_string();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    if !ENDINGS.contains(&ending.as_str()) {
        bail!("{}: {}", visible(&shown), TemplateError::Ending);
    }
    let bytes = fs::read(path).with_context(|| format!("can't read {}", visible(&shown)))?;
    Template::read(&ending, &bytes).map_err(|error| match error {
        TemplateError::Problems(problems) => bad_template(&shown, problems.iter().map(told).collect()).into(),
        error => anyhow::Error::new(error).context(format!("can't use {}", visible(&shown))),
    })
}

/// A template with mistakes in it, each with its place.
fn bad_template(file: &str, problems: Vec<String>) -> Listed {
    Listed::new(format!("the template {file} can't be used, and nothing was written:"), problems)
}

fn told(problem: &Problem) -> String {
    problem.help.as_ref().map_or_else(|| problem.to_string(), |help| format!("{problem}; {help}"))
}

/// The letters without an error. A scan that is missing is none here: the paper is what will be scanned.
fn declared(loaded: Loaded) -> Result<Vec<(Letter<()>, Source)>, InvalidDeclarations> {
    let blocks = |severity, code: crate::declaration::Code| severity == Severity::Error && !code.is_about_a_scan();
    if loaded.diagnostics.iter().any(|diagnostic| blocks(diagnostic.severity, diagnostic.code)) {
        return Err(InvalidDeclarations::new(loaded));
    }
    let pictured = loaded.letters.into_iter().map(|desired| (desired.letter.with_picture(()), desired.source));
    let mut letters: Vec<(Letter<()>, Source)> = pictured.chain(loaded.unpictured).collect();
    letters.sort_by(|(_, a), (_, b)| a.cmp(b));
    Ok(letters)
}

/// The letters with these names, in the order of the names; all of them without names.
fn chosen(letters: Vec<(Letter<()>, Source)>, names: &[String]) -> anyhow::Result<Vec<Letter<()>>> {
    let letters = letters.into_iter().map(|(letter, _)| letter);
    if names.is_empty() {
        return Ok(letters.collect());
    }
    let letters: Vec<Letter<()>> =
        letters.filter(|letter| names.iter().any(|name| name == letter.name.as_str())).collect();
    let missing: Vec<&str> = names
        .iter()
        .map(String::as_str)
        .filter(|name| letters.iter().all(|letter| letter.name.as_str() != *name))
        .collect();
    if !missing.is_empty() {
        bail!("no letter named {} is declared; `letterform list` shows the names", missing.join(" or "));
    }
    Ok(letters)
}

/// Writes a paper for each letter, or none when a file is in the way. Says how many.
fn write(args: &Args, template: &Template, letters: &[Letter<()>]) -> anyhow::Result<usize> {
    let ending = args.template.extension().unwrap_or_default().to_string_lossy();
    let mut names = FileNames::default();
    let mut path =
        |letter: &Letter<()>| args.out.join(format!("{}.{ending}", names.take(letter.name.as_str(), "letter")));
    let papers: Vec<(PathBuf, &Letter<()>)> = letters.iter().map(|letter| (path(letter), letter)).collect();
    let in_the_way: Vec<String> = papers
        .iter()
        .filter(|(path, _)| !args.force && files::is_in_the_way(path))
        .map(|(path, _)| path.display().to_string())
        .collect();
    if !in_the_way.is_empty() {
        bail!(
            "{} already exists; use --force to replace it, or another --out. Nothing was written",
            in_the_way.join(", ")
        );
    }
    fs::create_dir_all(&args.out).with_context(|| format!("can't create the folder {}", args.out.display()))?;
    for (path, letter) in &papers {
        let paper = template.fill(letter).map_err(|problem| {
            let problem = format!("{} (for the letter {})", told(&problem), letter.name);
            bad_template(&args.template.display().to_string(), vec![problem])
        })?;
        if args.force { files::write(path, &paper)? } else { files::create(path, &paper)? }
    }
    Ok(papers.len())
}
