//! What letters say, as it is compared.

use crate::{
    declaration::{Location, declared::Declared, letter::Located},
    letter::{Party, Picture, ScanDigest, SignatureName, Validity},
};

/// A letter, and its picture once that is known.
pub(in crate::declaration) type Pictured<'a> = (&'a Declared, Option<&'a Picture>);

pub(super) fn place<T>(letter: &Declared, located: &Located<T>) -> Location {
    Location { file: letter.file, span: located.span }
}

/// Everything that a letter says but its name.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Said<'a> {
    parties: [&'a Party; 2],
    code: &'a str,
    validity: Validity,
    signatures: Vec<&'a SignatureName>,
    picture: PictureKey<'a>,
}

/// What tells pictures apart.
#[derive(PartialEq, Eq, Hash)]
pub(in crate::declaration) enum PictureKey<'a> {
    Digest(ScanDigest),
    FileKey(&'a str),
}

impl<'a> PictureKey<'a> {
    pub(super) fn of(picture: &'a Picture) -> Self {
        match picture {
            Picture::Scan(scan) => Self::Digest(scan.digest),
            Picture::FileKey(key) => Self::FileKey(key.as_str()),
        }
    }
}

impl<'a> Said<'a> {
    /// What a letter says; `None` when it is not known as a whole.
    pub(super) fn of(letter: &'a Declared, picture: Option<&'a Picture>) -> Option<Self> {
        let content = letter.content()?;
        let mut signatures: Vec<_> = content.signatures.value.names.iter().collect();
        signatures.sort_unstable();
        Some(Self {
            parties: [&content.authorizer.value, &content.authorized_party.value],
            code: content.organization_code.value.as_str(),
            validity: content.validity.value,
            signatures,
            picture: PictureKey::of(picture?),
        })
    }
}
