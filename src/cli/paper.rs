//! `letterform paper`

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    Exit, clock,
    declarations::{DeclarationArgs, Declarations},
    failure::Listed,
    files,
    list::parse_days,
    stderr::{note, warning},
    successors::{END, TermArgs, none_ends, successors},
    workspace::WorkspaceArgs,
};
use crate::{
    declaration::{Loaded, Severity},
    escape::{FileNames, visible},
    letter::{Letter, Source},
    paper::{ENDINGS, Template, TemplateError, TemplateProblem},
    renew,
    run::InvalidDeclarations,
    wording::counted,
};

/// Arguments of `paper`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new(END).requires("ending")))]
pub(crate) struct Args {
    /// The letters by their names [default: every declared letter]
    #[arg(value_name = "NAME", conflicts_with = "ending")]
    names: Vec<String>,
    /// Instead, the successors of the letters that end within this time, such as 60d or 8w, as
    /// `letterform renew --ending` declares them
    #[arg(long, value_name = "TIME", value_parser = parse_days, requires = END)]
    ending: Option<u32>,
    #[command(flatten)]
    term: TermArgs,
    /// The form to fill in: a .docx, .html, .md, .typ, .tex or .txt file with placeholders such as
    /// {{ authorizer }}
    #[arg(long, value_name = "FILE")]
    template: PathBuf,
    /// The folder for the papers, one file a letter, named for it
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    force: bool,
    /// Files or folders with the declarations [default: the accounts of the workspace, or the
    /// current folder]
    #[arg(long, value_name = "PATH")]
    letters: Vec<PathBuf>,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let papers = Papers::new(&args.template, &args.out, args.force)?;
    let selection = args.workspace.select(&args.letters)?;
    let declarations = selection.declarations(&DeclarationArgs::at(args.letters.clone()), &clock()?).into_good();
    let letters = if let Some(days) = args.ending {
        let letters = args.successors(&declarations, days)?;
        if letters.is_empty() {
            note!("{}", none_ends("Nothing to print", days));
            return Ok(Exit::Done);
        }
        letters
    } else {
        let mut letters = Vec::new();
        for declarations in declarations {
            letters.extend(declared(declarations.load())?);
        }
        chosen(letters, &args.names)?
    };
    papers.write(&letters)?;
    Ok(Exit::Done)
}

impl Args {
    /// The successors of the letters that end within `days`, as `renew` would declare them.
    fn successors(&self, declarations: &[Declarations], days: u32) -> anyhow::Result<Vec<Letter<()>>> {
        let mut letters = Vec::new();
        for declarations in declarations {
            let today = declarations.today();
            let loaded = declarations.load_good()?;
            let old = renew::ending(&loaded.letters, today, days);
            let new = successors(&old, &loaded.letters, &self.term.wish(today, None)?)?;
            letters.extend(new.into_iter().map(|letter| letter.with_picture(())));
        }
        Ok(letters)
    }
}

/// A template, and where the papers go that are made with it.
pub(super) struct Papers {
    template: Template,
    /// The template's file.
    file: PathBuf,
    /// The folder of the papers.
    out: PathBuf,
    /// Files that exist are replaced.
    force: bool,
}

impl Papers {
    /// # Errors
    /// When the template can't be used, with all its mistakes.
    pub(super) fn new(file: &Path, out: &Path, force: bool) -> anyhow::Result<Self> {
        Ok(Self { template: read(file)?, file: file.to_owned(), out: out.to_owned(), force })
    }

    /// Fails where [`Self::write`] would, but for what the disk does.
    pub(super) fn try_all(&self, letters: &[Letter<()>]) -> anyhow::Result<()> {
        self.paths(letters)?;
        letters.iter().try_for_each(|letter| self.fill(letter).map(drop))
    }

    /// Writes a paper for each letter, or none when a file is in the way, and says so.
    pub(super) fn write(&self, letters: &[Letter<()>]) -> anyhow::Result<()> {
        let paths = self.paths(letters)?;
        fs::create_dir_all(&self.out).with_context(|| format!("can't create the folder {}", self.out.display()))?;
        for (path, letter) in paths.iter().zip(letters) {
            let paper = self.fill(letter)?;
            if self.force { files::write(path, &paper)? } else { files::create(path, &paper)? }
        }
        for field in self.template.unused() {
            warning!(
                "{} does not use {field}, by which a reviewer compares the paper with the letter",
                visible(&self.file.display().to_string())
            );
        }
        let count = counted(paths.len(), "paper");
        note!("Wrote {count} to {}", visible(&self.out.display().to_string()));
        Ok(())
    }

    /// The file of each letter's paper. Fails when one is in the way.
    fn paths(&self, letters: &[Letter<()>]) -> anyhow::Result<Vec<PathBuf>> {
        let ending = self.file.extension().unwrap_or_default().to_string_lossy();
        let mut names = FileNames::default();
        let mut path =
            |letter: &Letter<()>| self.out.join(format!("{}.{ending}", names.take(letter.name.as_str(), "letter")));
        let paths: Vec<PathBuf> = letters.iter().map(&mut path).collect();
        let in_the_way = paths.iter().filter(|path| !self.force && files::is_in_the_way(path));
        let in_the_way: Vec<String> = in_the_way.map(|path| path.display().to_string()).collect();
        if !in_the_way.is_empty() {
            bail!(
                "{} already exists; use --force to replace it, or another --out. Nothing was written",
                in_the_way.join(", ")
            );
        }
        Ok(paths)
    }

    fn fill(&self, letter: &Letter<()>) -> anyhow::Result<Vec<u8>> {
        let filled = self.template.fill(letter).map_err(|problem| {
            let problem = format!("{} (for the letter {})", told(&problem), letter.name);
            bad_template(&self.file.display().to_string(), vec![problem])
        })?;
        Ok(filled)
    }
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

fn told(problem: &TemplateProblem) -> String {
    problem.help.as_ref().map_or_else(|| problem.to_string(), |help| format!("{problem}; {help}"))
}

/// The letters without an error. A scan that is missing is none here: the paper is what will be
/// scanned.
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
