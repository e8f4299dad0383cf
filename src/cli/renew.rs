//! `letterform renew`

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use jiff::civil::Date;

use super::{
    Exit, clock,
    declarations::DeclarationArgs,
    failure::ByHand,
    files,
    stderr::{self, tell},
    workspace::{WorkspaceArgs, only},
};
use crate::{
    declaration::{self, LoadOptions},
    escape::visible,
    import,
    inventory::Inventory,
    letter::{DesiredLetter, ExistingLetters, Letter, LetterName, Picture},
    render::{
        diagnostics::{self, Show},
        style::{self, paint},
    },
    renew::{self, Wish},
};

/// Arguments of `renew`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The name of the letter to renew
    #[arg(value_name = "NAME")]
    name: String,
    /// The successor's last day
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Date,
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
    let selection = args.workspace.select(&args.declarations.paths)?;
    let declarations = only(selection.declarations(&args.declarations, &clock()?))?;
    let today = declarations.today();
    let declaring = |letters: &[DesiredLetter]| {
        letters.iter().find(|desired| desired.letter.name.as_str() == args.name).map(|old| old.source.file.clone())
    };
    let file = declaring(&declarations.load().letters);
    // What is declared is read again once nobody else can write to it.
    let _alone = file.map(|file| lock(Path::new(&file))).transpose()?;
    let loaded = declarations.load_good()?;
    let Some(old) = loaded.letters.iter().find(|desired| desired.letter.name.as_str() == args.name) else {
        bail!("{}", not_declared(&args.name, &loaded.letters, today));
    };
    let wish = Wish { name: args.successor.clone(), from: args.from.unwrap_or(today), until: args.until };
    let new = renew::successor(&old.letter, &loaded.letters, &wish)?;
    let path = Path::new(&old.source.file);
    let text = fs::read_to_string(path).with_context(|| format!("{} can't be read as UTF-8", old.source.file))?;
    let note = format!("Renews {}.", args.name);
    let by_hand = |problem: String| ByHand {
        problem: format!("{problem}; add this to {} by hand:", old.source.file),
        lines: import::item(&new, &[], 2, &renew::paper),
    };
    let place = format!("{}:{}", old.source.file, old.source.line);
    let renewed =
        renew::insert(&text, old.source.line, &new, &note).map_err(|error| by_hand(format!("{place}: {error}")))?;

    let before: Vec<&DesiredLetter> =
        loaded.letters.iter().filter(|desired| desired.source.file == old.source.file).collect();
    let after =
        declaration::load_text_in(path, renewed.clone().into_bytes(), &LoadOptions::new(today), loaded.roots.clone());
    if after.is_unusable() || !is_added(&before, &after.letters, &new) {
        stderr::write(format_args!("{}", diagnostics::text(&after, Show::USUAL)));
        return Err(by_hand(format!("{} would not read as it should; nothing was written", old.source.file)).into());
    }
    files::write(path, renewed.as_bytes())?;
    tell!(
        "{} {} is declared beside {} in {}.",
        paint(style::STRONG, "Renewed:"),
        visible(new.name.as_str()),
        visible(&args.name),
        visible(&old.source.file)
    );
    let faults = after.letters.iter().find(|desired| desired.letter.name == new.name).map(|desired| &desired.faults);
    if let Some(fault) = faults.and_then(|faults| faults.last()) {
        tell!(
            "It shows the old paper and can't be applied: put the scan of the new one at {}:{}.",
            visible(&old.source.file),
            fault.line
        );
    }
    Ok(Exit::Done)
}

/// Keeps other renewals from the folder of the file until it is dropped. The folder itself is locked: a file would be left
/// behind, and the file of declarations is replaced.
fn lock(path: &Path) -> anyhow::Result<Option<fs::File>> {
    if cfg!(not(unix)) {
        return Ok(None);
    }
    let real = fs::canonicalize(path)?;
    let folder = fs::File::open(real.parent().unwrap_or(Path::new("/")))?;
    folder.lock().with_context(|| format!("the folder of {} can't be locked", path.display()))?;
    Ok(Some(folder))
}

/// Whether the file says what it said before, and `new` besides.
fn is_added(before: &[&DesiredLetter], after: &[DesiredLetter], new: &Letter<Picture>) -> bool {
    let (added, kept): (Vec<_>, Vec<_>) = after.iter().partition(|desired| desired.letter.name == new.name);
    added.len() == 1
        && added[0].letter == *new
        && kept.iter().map(|desired| &desired.letter).eq(before.iter().map(|desired| &desired.letter))
}

fn not_declared(name: &str, declared: &[DesiredLetter], today: Date) -> String {
    let problem = format!("no letter named {name} is declared");
    match Inventory::new(declared, &ExistingLetters::default(), today).suggestions(name)[..] {
        [] => format!("{problem}; one that exists only at the service is declared by `letterform import`"),
        ref near => format!("{problem}; did you mean {}?", near.join(" or ")),
    }
}
