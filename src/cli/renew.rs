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
    list::parse_days,
    paper::Papers,
    stderr::note,
    successors::{END, TermArgs, none_ends, successors},
    workspace::{WorkspaceArgs, only},
};
use crate::{
    escape::visible,
    inventory::Inventory,
    letter::{DesiredLetter, ExistingLetters, Letter, LetterName},
    render::style::{self, paint},
    renew,
};

/// Arguments of `renew`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new(END).required(true)))]
#[command(override_usage = "letterform renew [OPTIONS] <--until <YYYY-MM-DD>|--years <N>> <NAME> [PATH]...\n       \
                            letterform renew [OPTIONS] <--until <YYYY-MM-DD>|--years <N>> --ending <TIME> [PATH]...")]
pub(crate) struct Args {
    /// The name of the letter to renew; with --ending, a PATH
    #[arg(value_name = "NAME", required_unless_present = "ending")]
    name: Option<String>,
    /// Renew every declared letter that ends within this time, such as 60d or 8w, and has no
    /// successor
    #[arg(long, value_name = "TIME", value_parser = parse_days, conflicts_with = "successor")]
    ending: Option<u32>,
    #[command(flatten)]
    term: TermArgs,
    /// The successor's name [default: the old name with the year]
    #[arg(long = "name", id = "successor", value_name = "NAME")]
    successor: Option<LetterName>,
    /// Write the paper of each successor too
    #[arg(long, requires_all = ["template", "out"])]
    paper: bool,
    /// The form to fill in, as for `letterform paper`
    #[arg(long, value_name = "FILE", requires = "paper")]
    template: Option<PathBuf>,
    /// The folder for the papers, one file a successor, named for it
    #[arg(long, value_name = "DIR", requires = "paper")]
    out: Option<PathBuf>,
    /// Replace papers that exist
    #[arg(long, requires = "paper")]
    force: bool,
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
    let wish = args.term.wish(today, args.successor.clone())?;
    let papers = args.papers()?;
    let files = |letters: &[&DesiredLetter]| -> BTreeSet<String> {
        letters.iter().map(|old| old.source.file.to_string()).collect()
    };
    // A file may be half written now. What is declared is read again once nobody else can write to
    // it.
    let locked: BTreeSet<String> = declarations.load().files.iter().map(|file| file.name().to_owned()).collect();
    let _alone = lock(&locked)?;
    let loaded = declarations.load_good()?;
    let old = args.chosen(&loaded.letters, today);
    let Some(first) = old.first() else { return args.nothing(&loaded.letters, today) };
    if !files(&old).is_subset(&locked) {
        bail!("the declarations were changed by another program at the same time; run the command again");
    }
    let new = if args.ending.is_some() {
        successors(&old, &loaded.letters, &wish)?
    } else {
        vec![renew::successor(&first.letter, &loaded.letters, &wish)?]
    };
    let pairs: Vec<_> = old.into_iter().zip(&new).collect();
    let files = rewrite(&pairs, &loaded, today)?;
    let letters: Vec<Letter<()>> = new.iter().map(|letter| letter.clone().with_picture(())).collect();
    if let Some(papers) = &papers {
        papers.try_all(&letters)?;
    }
    write_all(&files)?;
    show(&pairs, &files);
    if let Some(papers) = &papers {
        papers.write(&letters).context("the successors are declared, but not all papers were written")?;
    }
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

    /// The papers that are written too.
    fn papers(&self) -> anyhow::Result<Option<Papers>> {
        let (Some(template), Some(out)) = (&self.template, &self.out) else { return Ok(None) };
        Papers::new(template, out, self.force).map(Some)
    }

    /// What is said when no letter is to be renewed.
    fn nothing(&self, declared: &[DesiredLetter], today: Date) -> anyhow::Result<Exit> {
        if let Some(days) = self.ending {
            note!("{}", none_ends("Nothing to renew", days));
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

/// Keeps other renewals from the folders of the files until it is dropped. The folders are locked:
/// a lock file would be left behind, and a file of declarations is replaced.
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
