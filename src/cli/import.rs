//! `letterform import`

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};

use super::{
    Exit,
    declarations::DeclarationArgs,
    files,
    service::ServiceArgs,
    stderr::{note, warning},
    targets::TargetArgs,
    workspace::{WorkspaceArgs, only},
};
use crate::{
    escape::visible,
    import::{self, ImportOptions, Imported},
    letter::{ExistingLetters, UnreadableLetter},
    render::{
        self,
        style::{self, paint},
    },
};

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Write to this file, or with --split to files in this folder [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write one file for each authorizer
    #[arg(long, requires = "out")]
    split: bool,
    /// Replace files that exist
    #[arg(long, requires = "out")]
    force: bool,
    /// Path or URL of the JSON schema for editors, as printed by `letterform schema letters`
    #[arg(long, value_name = "URL|PATH", default_value = "letters.schema.json")]
    schema: String,
    /// Import only the letter with this name
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Files or folders of declarations: letters that they declare are left out
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    workspace: WorkspaceArgs,
    #[command(flatten)]
    service: ServiceArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let (existing, declared) = selected(args)?;
    if existing.letters.is_empty() && declared > 0 {
        tell_unreadable(&existing.unreadable);
        note!("Nothing to import: every letter that was asked for is declared.");
        return Ok(Exit::Done);
    }
    let options = ImportOptions { schema: &args.schema };
    match &args.out {
        None => {
            let imported = import::import(&existing, options);
            files::print(imported.text.as_bytes())?;
            tell(&[imported], &existing.unreadable);
        }
        Some(file) if !args.split => {
            let imported = import::import(&existing, options);
            write(vec![(file.clone(), imported)], &existing.unreadable, args.force)?;
        }
        Some(folder) => {
            fs::create_dir_all(folder).with_context(|| format!("the folder {} can't be made", folder.display()))?;
            let split = import::import_by_authorizer(&existing.letters, options);
            let files = split.into_iter().map(|(name, imported)| (folder.join(name), imported)).collect();
            write(files, &existing.unreadable, args.force)?;
        }
    }
    Ok(Exit::Done)
}

/// The letters that are to be imported, and how many are left out because they are declared.
fn selected(args: &Args) -> anyhow::Result<(ExistingLetters, usize)> {
    let targets = TargetArgs {
        declarations: DeclarationArgs::at(args.paths.clone()),
        workspace: args.workspace.clone(),
        service: args.service.clone(),
    };
    let found = targets.resolve()?.only()?.run(async |run, scopes| {
        let loaded = run.each(scopes, async |scope| {
            let desired = if args.paths.is_empty() { Vec::new() } else { scope.declarations.load_good()?.letters };
            Ok((desired, scope))
        });
        run.each(loaded.await?, async |(desired, scope)| Ok((desired, run.existing(&scope.target()).await?.letters)))
            .await
    })?;
    let (desired, mut existing) = only(found)?;
    let missing: Vec<&str> = args
        .names
        .iter()
        .map(String::as_str)
        .filter(|name| existing.letters.iter().all(|letter| letter.name != *name))
        .collect();
    if !missing.is_empty() {
        bail!("no letter named {} exists; `letterform list` shows those that do", missing.join(" or "));
    }
    existing.letters.retain(|letter| args.names.is_empty() || args.names.iter().any(|name| letter.name == **name));
    let wanted = existing.letters.len();
    let declared: HashSet<&str> = desired.iter().map(|desired| desired.letter.name.as_str()).collect();
    existing.letters.retain(|letter| !declared.contains(letter.name.raw()));
    let left_out = wanted - existing.letters.len();
    Ok((existing, left_out))
}

/// Writes the files: all of them, or none when one is in the way.
fn write(imported: Vec<(PathBuf, Imported)>, unreadable: &[UnreadableLetter], force: bool) -> anyhow::Result<()> {
    let in_the_way: Vec<String> = imported
        .iter()
        .filter(|(path, _)| !force && files::is_in_the_way(path))
        .map(|(path, _)| path.display().to_string())
        .collect();
    if !in_the_way.is_empty() {
        bail!(
            "{} exists already; give --force to replace, or another --out. Nothing was written",
            in_the_way.join(", ")
        );
    }
    for (path, file) in &imported {
        write_one(path, file, force)?;
    }
    for (path, _) in &imported {
        note!("Wrote {}", visible(&path.display().to_string()));
    }
    let files: Vec<Imported> = imported.into_iter().map(|(_, file)| file).collect();
    tell(&files, unreadable);
    Ok(())
}

fn write_one(path: &Path, file: &Imported, force: bool) -> anyhow::Result<()> {
    if force { files::write(path, file.text.as_bytes()) } else { files::create(path, file.text.as_bytes()) }
}

/// Says on standard error what was imported, and what could not be read or declared.
fn tell(files: &[Imported], unreadable: &[UnreadableLetter]) {
    let declared: usize = files.iter().map(|file| file.declared).sum();
    let refused: Vec<_> = files.iter().flat_map(|file| &file.refused).collect();
    tell_unreadable(unreadable);
    for letter in &refused {
        let obstacles: Vec<String> = letter.obstacles.iter().map(ToString::to_string).collect();
        warning!(
            "{} can't be declared as it is, and is written as a comment: {}",
            letter.name,
            visible(&obstacles.join("; "))
        );
    }
    let kept = if refused.is_empty() { String::new() } else { format!(", {} kept as comments", refused.len()) };
    note!("{} {declared} declared{kept}.", paint(style::STRONG, "Imported:"));
}

fn tell_unreadable(unreadable: &[UnreadableLetter]) {
    for letter in render::unreadable::lines(unreadable) {
        warning!("{letter}");
    }
}
