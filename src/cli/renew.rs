//! `letterform renew`

mod rewrite;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use jiff::civil::Date;

use self::rewrite::{Pair, Renewed, rewrite, write_all};
use super::{
    Exit, clock,
    declarations::DeclarationArgs,
    failure::Listed,
    list::parse_days,
    stderr::note,
    workspace::{WorkspaceArgs, only},
};
use crate::{
    escape::visible,
    inventory::Inventory,
    letter::{DesiredLetter, ExistingLetters, LetterName},
    render::style::{self, paint},
    renew::{self, Wish},
};

/// Arguments of `renew`.
#[derive(Debug, clap::Args)]
#[command(override_usage = "letterform renew [OPTIONS] <--until <YYYY-MM-DD>|--years <N>> <NAME> [PATH]...\n       \
                            letterform renew [OPTIONS] <--until <YYYY-MM-DD>|--years <N>> --ending <TIME> [PATH]...")]
pub(crate) struct Args {
    /// The name of the letter to renew; with --ending, a PATH
    #[arg(value_name = "NAME", required_unless_present = "ending")]
    name: Option<String>,
    /// Renew every declared letter that ends within this time, such as 60d or 8w, and has no successor
    #[arg(long, value_name = "TIME", value_parser = parse_days, conflicts_with = "successor")]
    ending: Option<u32>,
    /// The successor's last day
    #[arg(long, value_name = "YYYY-MM-DD", required_unless_present = "years")]
    until: Option<Date>,
    /// How many years the successor is valid, instead of --until
    #[arg(long, value_name = "N", conflicts_with = "until", value_parser = clap::value_parser!(u16).range(1..=100))]
    years: Option<u16>,
    /// The successor's first day [default: today in China; the service takes no letter before its first day]
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<Date>,
    /// The successor's name [default: the old name with the year]
    #[arg(long = "name", id = "successor", value_name = "NAME")]
    successor: Option<LetterName>,
    #[command(flatten)]
    declarations: DeclarationArgs,
    #[command(flatten)]
    workspace: WorkspaceArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let declared = args.declared();
    let selection = args.workspace.select(&declared.paths)?;
    let declarations = only(selection.declarations(&declared, &clock()?))?;
    let today = declarations.today();
    let wish = args.wish(today)?;
    let files = |letters: &[&DesiredLetter]| -> BTreeSet<String> {
        letters.iter().map(|old| old.source.file.clone()).collect()
    };
    // A file may be half written now. What is declared is read again once nobody else can write to it.
    let locked: BTreeSet<String> = declarations.load().files.iter().map(|file| file.name().to_owned()).collect();
    let _alone = lock(&locked)?;
    let loaded = declarations.load_good()?;
    let old = args.chosen(&loaded.letters, today);
    let Some(first) = old.first() else { return args.nothing(&loaded.letters, today) };
    if !files(&old).is_subset(&locked) {
        bail!("the declarations were changed by another program at the same time; run the command again");
    }
    let new = if args.ending.is_some() {
        let letters: Vec<_> = old.iter().map(|desired| &desired.letter).collect();
        renew::successors(&letters, &loaded.letters, &wish).map_err(|problems| {
            let problems = problems.iter().map(ToString::to_string).collect();
            Listed::new("can't renew these letters, and nothing was written:".to_owned(), problems)
        })?
    } else {
        vec![renew::successor(&first.letter, &loaded.letters, &wish)?]
    };
    let pairs: Vec<_> = old.into_iter().zip(&new).collect();
    let files = rewrite(&pairs, &loaded, today)?;
    write_all(&files)?;
    show(&pairs, &files);
    Ok(Exit::Done)
}

impl Args {
    /// Where the declarations are: a letter's name is none of the paths.
    fn declared(&self) -> DeclarationArgs {
        let mut declared = self.declarations.clone();
        if let (Some(_), Some(path)) = (self.ending, &self.name) {
            declared.paths.insert(0, path.into());
        }
        declared
    }

    /// The letters to renew.
    fn chosen<'a>(&self, declared: &'a [DesiredLetter], today: Date) -> Vec<&'a DesiredLetter> {
        match (self.ending, &self.name) {
            (Some(days), _) => renew::ending(declared, today, days),
            (None, name) => {
                let is_named = |desired: &&DesiredLetter| Some(desired.letter.name.as_str()) == name.as_deref();
                declared.iter().find(is_named).into_iter().collect()
            }
        }
    }

    fn wish(&self, today: Date) -> anyhow::Result<Wish> {
        let from = self.from.unwrap_or(today);
        let until = match self.years {
            Some(years) => renew::last_day(from, years).context("--years goes beyond the year 9999")?,
            None => self.until.context("--until or --years is missing")?,
        };
        Ok(Wish { name: self.successor.clone(), from, until })
    }

    /// What is said when no letter is to be renewed.
    fn nothing(&self, declared: &[DesiredLetter], today: Date) -> anyhow::Result<Exit> {
        if let Some(days) = self.ending {
            let days = if days == 1 { "1 day".to_owned() } else { format!("{days} days") };
            note!("Nothing to renew: no declared letter without a successor ends within {days}.");
            return Ok(Exit::Done);
        }
        let name = self.name.as_deref().unwrap_or_default();
        let problem = format!("no letter named {name} is declared");
        match Inventory::new(declared, &ExistingLetters::default(), today).suggestions(name)[..] {
            [] => bail!("{problem}; one that exists only at the service is declared by `letterform import`"),
            ref near => bail!("{problem}; did you mean {}?", near.join(" or ")),
        }
    }
}

/// Keeps other renewals from the folders of the files until it is dropped. The folders are locked: a lock file would be left
/// behind, and a file of declarations is replaced.
fn lock(files: &BTreeSet<String>) -> anyhow::Result<Vec<fs::File>> {
    if cfg!(not(unix)) {
        return Ok(Vec::new());
    }
    // Everybody locks in the same order, and each folder once.
    let mut folders = BTreeSet::new();
    for file in files {
        folders.insert(fs::canonicalize(file)?.parent().unwrap_or(Path::new("/")).to_owned());
    }
    let lock = |folder: &PathBuf| {
        let file = fs::File::open(folder)?;
        file.lock().with_context(|| format!("can't lock the folder {}", folder.display()))?;
        Ok(file)
    };
    folders.iter().map(lock).collect()
}

/// Says what was declared, and what is to be done before it can be applied.
fn show(pairs: &[Pair<'_>], files: &[Renewed]) {
    for (old, new) in pairs {
        note!(
            "{} {} is declared beside {} in {}.",
            paint(style::STRONG, "Renewed:"),
            visible(new.name.as_str()),
            visible(old.letter.name.as_str()),
            visible(&old.source.file)
        );
    }
    let scans: Vec<String> =
        files.iter().flat_map(|file| &file.scans).map(|place| visible(place).into_owned()).collect();
    match &scans[..] {
        [] => {}
        [place] => note!("It shows the old paper and can't be applied: put the scan of the new one at {place}."),
        places => {
            note!("They show the old papers and can't be applied: put the scans of the new ones at");
            for place in places {
                note!("  {place}");
            }
        }
    }
}
