//! What letters say among themselves.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use unicase::Ascii;
use unicode_normalization::UnicodeNormalization;

use super::{
    renewal,
    said::{PictureKey, Said, place},
};
pub(in crate::declaration) use super::{renewal::succeeded, said::Pictured};
use crate::{
    declaration::{
        Code, Diagnostic, FileId, Location,
        collector::Collector,
        declared::{Content, Declared},
        letter::Located,
        parallel,
    },
    letter::{Party, Picture, SignatureName},
};

/// The rules that compare letters. None needs what another found.
const RULES: [fn(&mut Collector, &[Pictured<'_>]); 4] = [names, parties, signatures, papers];
/// How many letters are compared faster than threads begin.
const FEW: usize = 1_000;

/// Compares letters, in the order in which they are declared.
pub(in crate::declaration) fn letters(collector: &mut Collector, letters: &[Pictured<'_>]) {
    if letters.len() <= FEW {
        return RULES.iter().for_each(|rule| rule(collector, letters));
    }
    let levels = collector.levels().clone();
    let found = |rule: usize| {
        let mut collector = Collector::new(levels.clone());
        RULES[rule](&mut collector, letters);
        collector
    };
    parallel::in_order(RULES.len(), found, (Collector::len, Collector::MAX), |found| collector.absorb(found));
}

/// Letters that show one picture.
fn papers(collector: &mut Collector, letters: &[Pictured<'_>]) {
    let papers = renewal::shared_papers(letters);
    contents(collector, letters, &papers);
    renewal::papers(collector, letters, &papers);
}

/// Silences what was said of the ends of letters that have a successor, given whether each letter
/// has one.
pub(in crate::declaration) fn silence_ends<'d, I>(collector: &mut Collector, letters: impl FnOnce() -> I)
where
    I: Iterator<Item = (&'d Declared, bool)>,
{
    if collector.all().any(renewal::is_about_an_end) {
        renewal::silence(collector, letters());
    }
}

fn names(collector: &mut Collector, letters: &[Pictured<'_>]) {
    // The first letters with each name, as it is and in whatever case.
    let mut exact: HashMap<&str, &Declared> = HashMap::with_capacity(letters.len());
    let mut any_case: HashMap<Ascii<&str>, &Declared> = HashMap::with_capacity(letters.len());
    for (letter, _) in letters {
        let Some(located) = letter.name() else { continue };
        let name = located.value.as_str();
        let place = |letter: &Declared| Location { file: letter.file, span: letter.place() };
        let diagnostic = match (exact.entry(name), any_case.entry(Ascii::new(name))) {
            (Entry::Occupied(first), _) => {
                let diagnostic = Diagnostic::new(Code::NameDuplicate, format!("the name `{name}` is declared twice"));
                let help = "give one of the letters another name, or remove it";
                diagnostic.relate(place(first.get()), "first declared here").help(help)
            }
            (Entry::Vacant(exact), Entry::Occupied(first)) => {
                exact.insert(letter);
                let message = format!("the names `{name}` and `{}` differ only by case", first.key());
                let diagnostic = Diagnostic::new(Code::NamesAlike, message);
                let help = "give the letters names that people can tell apart";
                diagnostic.relate(place(first.get()), "the other one").help(help)
            }
            (Entry::Vacant(exact), Entry::Vacant(any_case)) => {
                exact.insert(letter);
                any_case.insert(letter);
                continue;
            }
        };
        collector.push(diagnostic.at(place(letter)));
    }
}

/// The name of a company without what differs in form only: width, case and spaces.
pub(in crate::declaration) fn folded_party(party: &Party) -> impl Iterator<Item = char> {
    let fold = |c: char| (!c.is_whitespace()).then(|| c.to_lowercase()).into_iter().flatten();
    party.as_str().nfkc().flat_map(fold)
}

/// The same name of a company in two forms, and a letter of a company to itself.
fn parties(collector: &mut Collector, letters: &[Pictured<'_>]) {
    let mut exact: HashSet<&Party> = HashSet::new();
    let mut folded: HashMap<String, (FileId, &Located<Party>)> = HashMap::new();
    for (letter, _) in letters {
        let Some(content) = letter.content() else { continue };
        if is_odd_alone(letter) {
            let at = place(letter, content.authorized_party);
            let message = format!("the authorizer and the authorized party are both `{}`", content.authorizer.value);
            let diagnostic = Diagnostic::new(Code::PartiesSame, message).at(at);
            let diagnostic = diagnostic.relate(place(letter, content.authorizer), "the authorizer");
            collector.push(diagnostic.help("write the owner of the signatures and the company that may use them"));
        }
        for party in [content.authorizer, content.authorized_party] {
            if !exact.insert(&party.value) {
                continue;
            }
            let at = place(letter, party);
            match folded.entry(folded_party(&party.value).collect()) {
                Entry::Vacant(entry) => {
                    entry.insert((letter.file, party));
                }
                Entry::Occupied(entry) => {
                    let (file, first) = *entry.get();
                    let message = format!("`{}` is written as `{}` elsewhere", party.value, first.value);
                    let diagnostic = Diagnostic::new(Code::PartiesAlike, message).at(at);
                    let diagnostic = diagnostic.relate(Location { file, span: first.span }, "the other form");
                    collector.push(diagnostic.help("use the form that stands on the business licence everywhere"));
                }
            }
        }
    }
}

/// A signature that two authorizers give away.
fn signatures(collector: &mut Collector, letters: &[Pictured<'_>]) {
    let count = letters.iter().filter_map(|(letter, _)| letter.content());
    let count = count.map(|content| content.signatures.value.names.iter().len()).sum();
    // The index of the first letter with each signature, and of the signature in it.
    let mut owners: HashMap<&SignatureName, (usize, usize)> = HashMap::with_capacity(count);
    let mut reported: HashSet<(&SignatureName, &Party)> = HashSet::new();
    let of_letter = |index: usize| letters[index].0.content().map(|content| (letters[index].0.file, content));
    for index in 0..letters.len() {
        let Some((file, content)) = of_letter(index) else { continue };
        let authorizer = &content.authorizer.value;
        for (nth, name) in content.signatures.value.names.iter().enumerate() {
            let (first, first_nth) = *owners.entry(name).or_insert((index, nth));
            let Some((first_file, of_first)) = of_letter(first) else { continue };
            let owner = &of_first.authorizer.value;
            if owner != authorizer && reported.insert((name, authorizer)) {
                let at = |file, content: Content<'_>, nth| Location { file, span: content.signatures.value.spans[nth] };
                let message = format!("the signature `{name}` is authorized by `{authorizer}` and by `{owner}`");
                let diagnostic = Diagnostic::new(Code::SignatureShared, message).at(at(file, content, nth));
                let first = at(first_file, of_first, first_nth);
                let help = "find out who owns the signature, and remove it from the other letter";
                collector.push(diagnostic.relate(first, "authorized by another here").help(help));
            }
        }
    }
}

/// Something that letters can have in common, because of which a rule compares them.
#[derive(Hash)]
pub(in crate::declaration) enum Common<'a> {
    /// A name, whatever its case.
    Name(String),
    /// A company, in whatever form.
    Party(&'a str),
    Signature(&'a SignatureName),
    Picture(PictureKey<'a>),
}

/// In what letters with something in common must differ for a rule to be about them.
pub(in crate::declaration) enum Kind<'a> {
    /// In nothing: a rule is about any two of them.
    Any,
    /// In this company.
    Party(&'a Party),
}

/// What a letter can have in common with others; `folded` are its companies by [`folded_party`].
///
/// The rules of [`letters`] find the same with all letters as with those alone that are the first
/// of their kind in some group of several kinds, and those that [`is_odd_alone`].
pub(in crate::declaration) fn common<'a>(
    letter: &'a Declared,
    picture: Option<&'a Picture>,
    folded: Option<[&'a str; 2]>,
    mut tie: impl FnMut(Common<'a>, Kind<'a>),
) {
    if let Some(name) = letter.name() {
        tie(Common::Name(name.value.as_str().to_ascii_lowercase()), Kind::Any);
    }
    if let (Some(content), Some(folded)) = (letter.content(), folded) {
        for (party, folded) in [&content.authorizer.value, &content.authorized_party.value].into_iter().zip(folded) {
            tie(Common::Party(folded), Kind::Party(party));
        }
        let signatures = content.signatures.value.names.iter();
        signatures.for_each(|name| tie(Common::Signature(name), Kind::Party(&content.authorizer.value)));
    }
    if let Some(picture) = picture {
        tie(Common::Picture(PictureKey::of(picture)), Kind::Any);
    }
}

/// Whether a rule of [`letters`] is about a letter whatever the others are.
pub(in crate::declaration) fn is_odd_alone(letter: &Declared) -> bool {
    letter.content().is_some_and(|content| {
        folded_party(&content.authorizer.value).eq(folded_party(&content.authorized_party.value))
    })
}

/// Letters that say the same under two names. They are among those that show one picture.
fn contents(collector: &mut Collector, letters: &[Pictured<'_>], papers: &[Vec<usize>]) {
    let mut seen: HashMap<Said<'_>, Location> = HashMap::new();
    for (letter, picture) in papers.iter().flatten().map(|index| &letters[*index]) {
        let (Some(name), Some(said)) = (letter.name(), Said::of(letter, *picture)) else { continue };
        let at = place(letter, name);
        match seen.entry(said) {
            Entry::Vacant(entry) => {
                entry.insert(at);
            }
            Entry::Occupied(first) => {
                let message = format!("the letter `{}` says the same as another one", name.value);
                let diagnostic = Diagnostic::new(Code::SameContent, message).at(at);
                let help = "finish the copy, or remove it";
                collector.push(diagnostic.relate(*first.get(), "the other letter").help(help));
            }
        }
    }
}
