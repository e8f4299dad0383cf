//! Papers that several letters show, and what a successor makes of its predecessor's end.

use std::collections::{HashMap, HashSet};

use super::said::{PictureKey, Pictured, Said, place};
use crate::{
    declaration::{Code, Diagnostic, Location, collector::Collector, declared::Declared},
    letter::{Letter, LetterName, Successions, renewals},
};

/// Looks at the letters that show one picture.
pub(super) fn papers(collector: &mut Collector, letters: &[Pictured<'_>], papers: &[Vec<usize>]) {
    for paper in papers {
        shared(collector, letters, paper);
    }
}

pub(super) fn is_about_an_end(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, Code::Expired | Code::ExpiresSoon)
}

/// Whether each letter has a successor among them.
pub(in crate::declaration) fn succeeded(letters: &[&Declared]) -> Vec<bool> {
    let terms: Vec<Option<Letter<()>>> = letters.iter().map(|letter| letter.terms()).collect();
    let successions = Successions::among(terms.iter().flatten());
    let has_successor = |terms: &Letter<()>| successions.successor(terms).is_some();
    terms.iter().map(|terms| terms.as_ref().is_some_and(has_successor)).collect()
}

/// Nobody needs to be told of the end of letters that all have a successor. Several letters may
/// have one validity, from the defaults.
pub(super) fn silence<'d>(collector: &mut Collector, letters: impl Iterator<Item = (&'d Declared, bool)>) {
    let mut all_succeeded: HashMap<Location, bool> = HashMap::new();
    for (letter, succeeded) in letters {
        let Some(content) = letter.content() else { continue };
        *all_succeeded.entry(place(letter, content.validity)).or_insert(true) &= succeeded;
    }
    collector.remove(|diagnostic| {
        is_about_an_end(diagnostic)
            && diagnostic.place.is_some_and(|place| all_succeeded.get(&place).copied().unwrap_or_default())
    });
}

/// The letters that show one picture, by their indexes, in the order in which they are declared.
pub(super) fn shared_papers(letters: &[Pictured<'_>]) -> Vec<Vec<usize>> {
    let mut firsts: HashMap<PictureKey<'_>, usize> = HashMap::with_capacity(letters.len());
    let mut by_first: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, (letter, picture)) in letters.iter().enumerate() {
        let (Some(picture), Some(_), Some(_)) = (picture, letter.name(), letter.content()) else { continue };
        let first = *firsts.entry(PictureKey::of(picture)).or_insert(index);
        if first != index {
            by_first.entry(first).or_insert_with(|| vec![first]).push(index);
        }
    }
    let mut shared: Vec<Vec<usize>> = by_first.into_values().collect();
    shared.sort_unstable();
    shared
}

/// Letters that show one picture: an error for one that renews another, a warning for others with
/// different content.
fn shared(collector: &mut Collector, letters: &[Pictured<'_>], paper: &[usize]) {
    let terms: Vec<_> = paper.iter().filter_map(|index| Some((*index, letters[*index].0.terms()?))).collect();
    let known = terms.iter().map(|(index, terms)| (*index, terms));
    let by_name: HashMap<&LetterName, usize> = known.clone().map(|(index, letter)| (&letter.name, index)).collect();
    let renewals: Vec<(usize, usize)> =
        renewals(known.map(|(_, letter)| letter)).into_iter().map(|(new, old)| (by_name[new], by_name[old])).collect();
    for (new, old) in &renewals {
        collector.extend(renewed_with_old_paper(letters[*new].0, letters[*old].0));
    }
    let renewals: HashSet<usize> = renewals.into_iter().map(|(new, _)| new).collect();
    let mut others = paper.iter().filter(|index| !renewals.contains(index)).map(|index| letters[*index]);
    let Some((first, picture)) = others.next() else { return };
    for (letter, other_picture) in others {
        if Said::of(letter, other_picture) != Said::of(first, picture) {
            collector.extend(shown_twice(letter, first));
        }
    }
}

fn renewed_with_old_paper(new: &Declared, old: &Declared) -> Option<Diagnostic> {
    let (name, old_name) = (&new.name()?.value, &old.name()?.value);
    let message = format!("the letter `{name}` shows the paper of `{old_name}`, which it renews");
    let diagnostic = Diagnostic::new(Code::PictureOfPredecessor, message).at(place(new, new.picture.as_ref()?));
    let diagnostic = diagnostic.relate(place(old, old.picture.as_ref()?), "the paper of the old letter");
    Some(diagnostic.help("use the scan of the new paper"))
}

fn shown_twice(letter: &Declared, first: &Declared) -> Option<Diagnostic> {
    let (name, first_name) = (&letter.name()?.value, &first.name()?.value);
    let message = format!("the letters `{name}` and `{first_name}` show the same picture");
    let diagnostic = Diagnostic::new(Code::PictureShared, message).at(place(letter, letter.picture.as_ref()?));
    let diagnostic = diagnostic.relate(place(first, first.picture.as_ref()?), "the same picture");
    Some(diagnostic.help("use the scan of this letter's own paper"))
}
