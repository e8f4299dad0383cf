use std::collections::HashSet;

use crate::{
    letter::{
        ExistingLetter, Field, FileKey, Letter, LetterName, OrganizationCode, Party, Picture, SignatureName,
        Signatures, Validity, ValueError,
    },
    plan::{compare, picture_path},
};

/// A letter that exists, and the declaration that would plan as unchanged.
#[derive(Debug)]
pub(super) struct Adopted<'a> {
    pub(super) existing: &'a ExistingLetter,
    pub(super) result: Result<Letter<Picture>, Vec<Obstacle>>,
}

/// Why a letter that exists can't be declared as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// A value breaks a rule that holds today.
    #[error("{0}")]
    Value(#[from] ValueError),
    /// Nobody knows the key of its picture.
    #[error("the service tells no address of its picture; declare it with `scan`, the picture on your disk")]
    NoPicture,
    /// Another letter is declared under the name.
    #[error("another letter of this name exists, and is the one declared")]
    NameTaken,
    /// The declaration would not be equal to what exists.
    #[error("{0} can't be written such that it is equal to what is registered")]
    Unequal(Field),
}

/// The declaration that stands for `existing`.
pub(super) fn adopt(existing: &ExistingLetter) -> Result<Letter<Picture>, Vec<Obstacle>> {
    let mut obstacles = Vec::new();
    let letter = without_picture(existing, &mut obstacles);
    let picture = picture(existing, &mut obstacles);
    let (Some(letter), Some(picture)) = (letter, picture) else { return Err(obstacles) };
    let letter = letter.with_picture(picture);
    let comparison = compare(&letter, existing);
    let unequal: Vec<Obstacle> =
        comparison.differences.into_iter().map(|difference| Obstacle::Unequal(difference.field)).collect();
    if unequal.is_empty() { Ok(letter) } else { Err(unequal) }
}

/// What `existing` says, when it breaks no current rule.
pub(crate) fn terms(existing: &ExistingLetter) -> Option<Letter<()>> {
    without_picture(existing, &mut Vec::new())
}

fn without_picture(existing: &ExistingLetter, obstacles: &mut Vec<Obstacle>) -> Option<Letter<()>> {
    let name = keep(LetterName::try_from(existing.name.raw()), obstacles);
    let authorizer = keep(Party::parse(Field::Authorizer, existing.authorizer.raw()), obstacles);
    let authorized_party = keep(Party::parse(Field::AuthorizedParty, existing.authorized_party.raw()), obstacles);
    let code = keep(OrganizationCode::try_from(existing.organization_code.raw()), obstacles);
    let validity = existing.parsed_validity().map_or_else(|| Validity::try_from(existing.validity.raw()), Ok);
    let validity = keep(validity, obstacles);
    let signatures = signatures(existing, obstacles);
    Some(Letter {
        name: name?,
        authorizer: authorizer?,
        authorized_party: authorized_party?,
        organization_code: code?,
        validity: validity?,
        signatures: signatures?,
        picture: (),
    })
}

fn keep<T>(result: Result<T, ValueError>, obstacles: &mut Vec<Obstacle>) -> Option<T> {
    result.map_err(|error| obstacles.push(error.into())).ok()
}

/// The signatures as a set: the service may tell one twice.
fn signatures(existing: &ExistingLetter, obstacles: &mut Vec<Obstacle>) -> Option<Signatures> {
    let mut seen = HashSet::new();
    let texts = existing.signatures.iter().map(|text| text.raw().trim()).filter(|text| seen.insert(*text));
    let names: Vec<_> = texts.map(|text| keep(SignatureName::try_from(text), obstacles)).collect();
    let names: Option<Vec<SignatureName>> = names.into_iter().collect();
    keep(Signatures::try_from(names?), obstacles)
}

/// The key of the object that the picture's address leads to.
fn picture(existing: &ExistingLetter, obstacles: &mut Vec<Obstacle>) -> Option<Picture> {
    let path = existing.picture_url.as_deref().map(picture_path);
    let key = path.as_deref().map(|path| path.trim_start_matches('/')).filter(|key| !key.is_empty());
    let Some(key) = key else {
        obstacles.push(Obstacle::NoPicture);
        return None;
    };
    keep(FileKey::try_from(key), obstacles).map(Picture::FileKey)
}
