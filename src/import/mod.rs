//! Letters that exist → declarations that validate, and plan as unchanged at once.
//!
//! Pure: the same letters give the same bytes. What the service holds and today's rules refuse is
//! written as a comment that says why, and is never dropped.

mod adopt;
mod write;

use std::collections::{BTreeMap, HashSet};

pub use adopt::Obstacle;
pub(crate) use adopt::terms;
use adopt::{Adopted, adopt};

use crate::{
    escape::{FileNames, Untrusted},
    letter::{ExistingLetter, ExistingLetters},
};

/// What imported files are told to be held to, by editors.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions<'a> {
    /// Where the JSON schema lies, as editors are to find it.
    pub schema: &'a str,
}

/// Declarations of letters that exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of the file.
    pub text: String,
    /// How many letters it declares.
    pub declared: usize,
    /// The letters that it holds as comments.
    pub refused: Vec<Refused>,
}

/// A letter that can't be declared as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its name, as the service tells it.
    pub name: Untrusted,
    /// Everything that is in the way.
    pub obstacles: Vec<Obstacle>,
}

/// Declarations of the letters that exist as one file. Those that can't be read are told in
/// comments.
pub fn import(existing: &ExistingLetters, options: ImportOptions<'_>) -> Imported {
    write::file(&adopted(&existing.letters), &existing.unreadable, options)
}

/// Declarations of `letters` as one file for each authorizer, with the files' names.
pub fn import_by_authorizer(letters: &[ExistingLetter], options: ImportOptions<'_>) -> Vec<(String, Imported)> {
    let mut by_authorizer: BTreeMap<&str, Vec<Adopted<'_>>> = BTreeMap::new();
    for letter in adopted(letters) {
        by_authorizer.entry(letter.existing.authorizer.raw().trim()).or_default().push(letter);
    }
    let mut names = FileNames::default();
    by_authorizer
        .into_iter()
        .map(|(authorizer, letters)| {
            let name = format!("{}.letters.yaml", names.take(authorizer, "authorizer"));
            (name, write::file(&letters, &[], options))
        })
        .collect()
}

/// The letters in the order in which they are written, each with the declaration that stands for it
/// or what is in its way.
fn adopted(letters: &[ExistingLetter]) -> Vec<Adopted<'_>> {
    let mut sorted: Vec<&ExistingLetter> = letters.iter().collect();
    sorted.sort_by_key(|letter| (letter.authorizer.raw().trim(), &letter.name, letter.id));
    let mut taken = HashSet::new();
    sorted
        .into_iter()
        .map(|existing| {
            let mut result = adopt(existing);
            if result.is_ok() && !taken.insert(existing.name.raw()) {
                result = Err(vec![Obstacle::NameTaken]);
            }
            Adopted { existing, result }
        })
        .collect()
}

#[cfg(test)]
mod law;
#[cfg(test)]
mod tests;
