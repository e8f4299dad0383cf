//! Files of declarations with the successors of their letters in them: all are made before one is
//! written.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Context as _;
use jiff::civil::Date;

use crate::{
    cli::{failure::ByHand, files, stderr},
    declaration::{self, LoadOptions, Loaded, write},
    letter::{DesiredLetter, Letter, Picture},
    render::diagnostics::{self, Show},
    renew,
};

/// A letter and its successor.
pub(super) type Pair<'a> = (&'a DesiredLetter, &'a Letter<Picture>);

/// A file before and after.
pub(super) struct Renewed {
    file: String,
    before: String,
    after: String,
    /// The places at which the scans of new papers belong, `file:line`.
    pub(super) scans: Vec<String>,
}

/// The files in which the letters stand, with their successors.
///
/// # Errors
/// When one can't be read or written in YAML, with the lines to add by hand.
pub(super) fn rewrite(pairs: &[Pair<'_>], loaded: &Loaded, today: Date) -> anyhow::Result<Vec<Renewed>> {
    let mut files: BTreeMap<&str, Vec<Pair<'_>>> = BTreeMap::new();
    for pair in pairs {
        files.entry(&pair.0.source.file).or_default().push(*pair);
    }
    files.into_iter().map(|(file, pairs)| rewrite_one(file, &pairs, loaded, today)).collect()
}

fn rewrite_one(file: &str, pairs: &[Pair<'_>], loaded: &Loaded, today: Date) -> anyhow::Result<Renewed> {
    let path = Path::new(file);
    let before = fs::read_to_string(path).with_context(|| format!("{file} can't be read as UTF-8"))?;
    let by_hand = |problem: String, pairs: &[Pair<'_>]| ByHand {
        problem: format!("{problem}; add this to {file} by hand:"),
        lines: pairs.iter().map(|(_, new)| write::letter(new, &[], 2, &renew::paper)).collect(),
    };
    let mut from_below = pairs.to_vec();
    from_below.sort_by_key(|(old, _)| std::cmp::Reverse(old.source.line));
    let mut after = before.clone();
    for (old, new) in from_below {
        let note = format!("Renews {}.", old.letter.name);
        after = renew::insert(&after, old.source.line, new, &note).map_err(|error| {
            by_hand(format!("{file}:{}: {error}; nothing was written", old.source.line), &[(old, new)])
        })?;
    }
    let kept: Vec<&DesiredLetter> = loaded.letters.iter().filter(|desired| *desired.source.file == *file).collect();
    let options = LoadOptions::new(today);
    let read = declaration::load_text_in(path, after.clone().into_bytes(), &options, loaded.roots.clone());
    if read.is_unusable() || !are_added(&kept, &read.letters, pairs) {
        stderr::write(format_args!("{}", diagnostics::text(&read, Show::USUAL)));
        return Err(by_hand(format!("{file} would not read as it should; nothing was written"), pairs).into());
    }
    let is_new = |desired: &&DesiredLetter| pairs.iter().any(|(_, new)| new.name == desired.letter.name);
    let faults = read.letters.iter().filter(is_new).filter_map(|desired| desired.faults.last());
    let scans = faults.map(|fault| format!("{file}:{}", fault.line)).collect();
    Ok(Renewed { file: file.to_owned(), before, after, scans })
}

/// Whether the file says what it said before, and the successors besides.
fn are_added(before: &[&DesiredLetter], after: &[DesiredLetter], pairs: &[Pair<'_>]) -> bool {
    let is_new = |desired: &&DesiredLetter| pairs.iter().any(|(_, new)| new.name == desired.letter.name);
    let (added, kept): (Vec<_>, Vec<_>) = after.iter().partition(is_new);
    added.len() == pairs.len()
        && pairs.iter().all(|(_, new)| added.iter().any(|desired| desired.letter == **new))
        && kept.iter().map(|desired| &desired.letter).eq(before.iter().map(|desired| &desired.letter))
}

/// Writes all files, or none: what was written before one fails is taken back.
pub(super) fn write_all(renewed: &[Renewed]) -> anyhow::Result<()> {
    for (index, one) in renewed.iter().enumerate() {
        let Err(error) = files::write(Path::new(&one.file), one.after.as_bytes()) else { continue };
        for earlier in &renewed[..index] {
            files::write(Path::new(&earlier.file), earlier.before.as_bytes())
                .with_context(|| format!("{} keeps its new letters, as it can't be written again", earlier.file))?;
        }
        return Err(error.context("nothing was written"));
    }
    Ok(())
}
