use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt::Write,
};

use super::{ImportOptions, Imported, Obstacle, Refused, adopt::Adopted};
use crate::{
    declaration::{
        Code,
        write::{self, Content, DEFAULTS},
    },
    escape::{Untrusted, visible},
    letter::{
        ExistingLetter, Field, Letter, LetterName, OrganizationCode, Party, Picture, SignatureName, UnreadableLetter,
        ValueError, renewals,
    },
    plan::picture_path,
};

/// Where the dashes of letters stand.
const INDENT: usize = 2;

/// Letters as the text of a file: one document for each authorized party.
pub(super) fn file(letters: &[Adopted<'_>], unreadable: &[UnreadableLetter], options: ImportOptions<'_>) -> Imported {
    let reused = with_old_paper(letters);
    let mut by_party: BTreeMap<&str, Vec<&Adopted<'_>>> = BTreeMap::new();
    for letter in letters {
        by_party.entry(letter.existing.authorized_party.raw().trim()).or_default().push(letter);
    }
    let mut text = format!("# yaml-language-server: $schema={}\n", one_line(options.schema));
    for letter in unreadable {
        text.push_str(&write::commented(&format!("! {}\n", one_line(&letter.to_string())), 0));
    }
    if by_party.is_empty() {
        text.push_str("version: 1\nletters: []\n");
    }
    for (index, group) in by_party.values().enumerate() {
        if index > 0 {
            text.push_str("---\n");
        }
        document(&mut text, group, &reused);
    }
    let refused = letters.iter().filter_map(|letter| {
        let obstacles = letter.result.as_ref().err()?.clone();
        Some(Refused { name: letter.existing.name.clone(), obstacles })
    });
    let declared = letters.iter().filter(|letter| letter.result.is_ok()).count();
    Imported { text, declared, refused: refused.collect() }
}

fn document(out: &mut String, group: &[&Adopted<'_>], reused: &HashSet<&LetterName>) {
    let declared: Vec<&Letter<Picture>> = group.iter().filter_map(|letter| letter.result.as_ref().ok()).collect();
    let shared: Vec<Field> = DEFAULTS.into_iter().filter(|field| all_agree(&declared, *field)).collect();
    out.push_str("version: 1\n");
    if !shared.is_empty() {
        out.push_str("defaults:\n");
    }
    for field in &shared {
        let content = Content::Text(text_of(declared[0], *field));
        let (above, entry) = write::entry(*field, content, INDENT, &|field, text| allowed(field, text, false));
        for remark in above {
            let _ = writeln!(out, "  # {remark}");
        }
        let _ = writeln!(out, "  {entry}");
    }
    out.push_str(if declared.is_empty() { "letters: []\n" } else { "letters:\n" });
    for (index, letter) in group.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        match &letter.result {
            Ok(letter) => {
                let reused = reused.contains(&letter.name);
                out.push_str(&write::letter(letter, &shared, INDENT, &|field, text| allowed(field, text, reused)));
            }
            Err(obstacles) => refused(out, letter.existing, obstacles),
        }
    }
}

fn all_agree(letters: &[&Letter<Picture>], field: Field) -> bool {
    letters.len() > 1 && letters.windows(2).all(|pair| text_of(pair[0], field) == text_of(pair[1], field))
}

/// The text of a field that letters may have in common.
fn text_of(letter: &Letter<Picture>, field: Field) -> &str {
    match field {
        Field::AuthorizedParty => letter.authorized_party.as_str(),
        Field::OrganizationCode => letter.organization_code.as_str(),
        _ => letter.authorizer.as_str(),
    }
}

/// The letters that show the paper of the letter that they renew.
fn with_old_paper<'a>(letters: &'a [Adopted<'_>]) -> HashSet<&'a LetterName> {
    let mut by_picture: HashMap<&str, Vec<&Letter<Picture>>> = HashMap::new();
    for letter in letters.iter().filter_map(|letter| letter.result.as_ref().ok()) {
        if let Picture::FileKey(key) = &letter.picture {
            by_picture.entry(key.as_str()).or_default().push(letter);
        }
    }
    by_picture.into_values().flat_map(|letters| renewals(letters).into_keys()).collect()
}

/// The comments that allow an existing letter to break rules for new letters.
fn allowed(field: Field, text: &str, with_old_paper: bool) -> Vec<String> {
    let allow = |code| format!("letterform: allow {code} it exists");
    let errors: Vec<ValueError> = match field {
        Field::Name => LetterName::check_new(text).err().into_iter().collect(),
        Field::Authorizer | Field::AuthorizedParty => Party::check_new(field, text).err().into_iter().collect(),
        Field::OrganizationCode => OrganizationCode::check_new(text).err().into_iter().collect(),
        Field::Signatures => SignatureName::faults(text).collect(),
        Field::FileKey if with_old_paper => return vec![allow(Code::PictureOfPredecessor)],
        Field::Validity | Field::Scan | Field::FileKey => Vec::new(),
    };
    errors.iter().map(|error| allow(Code::of(field, error))).collect()
}

/// A letter that can't be declared, as a comment.
fn refused(out: &mut String, existing: &ExistingLetter, obstacles: &[Obstacle]) {
    let mut text = "This letter exists, and can't be declared as it is:\n".to_owned();
    for obstacle in obstacles {
        let _ = writeln!(text, "! {}", one_line(&obstacle.to_string()));
    }
    out.push_str(&write::commented(&text, INDENT));
    let signatures: Vec<&str> = existing.signatures.iter().map(Untrusted::raw).collect();
    let path = existing.picture_url.as_deref().map(picture_path);
    let mut fields = vec![
        (Field::Name, Content::Text(existing.name.raw())),
        (Field::Authorizer, Content::Text(existing.authorizer.raw())),
        (Field::AuthorizedParty, Content::Text(existing.authorized_party.raw())),
        (Field::OrganizationCode, Content::Text(existing.organization_code.raw())),
        (Field::Validity, Content::Text(existing.validity.raw())),
        (Field::Signatures, Content::List(&signatures)),
    ];
    if let Some(path) = &path {
        fields.push((Field::FileKey, Content::Text(path.trim_start_matches('/'))));
    }
    out.push_str(&write::commented(&write::item(&fields, INDENT, write::NO_REMARKS), INDENT));
}

/// A text that stays within its comment, and that is no comment of this program's own.
fn one_line(text: &str) -> String {
    visible(text).replace("letterform:", "letterform :")
}
