//! A letter as an editor looks at it.

use super::super::{
    FileId, Span,
    declared::Declared,
    letter::{Located, PictureSource, Slot},
};
use crate::letter::{Party, SignatureName, Validity};

/// A value of a letter and where it stands.
pub type Placed<'a> = (&'a str, Span);

/// A letter as far as it can be read.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of a letter")]
pub struct LetterView<'a> {
    pub file: FileId,
    /// The line of its first field.
    pub line: u32,
    /// All of it.
    pub span: Span,
    pub name: Option<Placed<'a>>,
    pub authorizer: Option<Placed<'a>>,
    pub authorized_party: Option<Placed<'a>>,
    pub organization_code: Option<Placed<'a>>,
    pub validity: Option<(Validity, Span)>,
    pub signatures: Vec<Placed<'a>>,
    /// The path of its scan, as declared.
    pub scan: Option<Placed<'a>>,
}

impl<'a> LetterView<'a> {
    pub(super) fn of(letter: &'a Declared) -> Self {
        fn placed<'a, T>(located: &'a Located<T>, text: impl FnOnce(&'a T) -> &'a str) -> Placed<'a> {
            (text(&located.value), located.span)
        }
        let (own, inherited) = (letter.own(), &*letter.inherited);
        let party = |own: &'a Slot<Party>, inherited: &'a Slot<Party>| {
            own.or(inherited).good().map(|party| placed(party, |party| party.as_str()))
        };
        let code = own.organization_code.or(&inherited.organization_code).good();
        let validity = own.validity.or(&inherited.validity).good();
        let signatures = own.signatures.or(&inherited.signatures).good().map(|signatures| &signatures.value);
        Self {
            file: letter.file,
            line: letter.line(),
            span: letter.places.mapping,
            name: letter.name().map(|name| placed(name, |name| name.as_str())),
            authorizer: party(&own.authorizer, &inherited.authorizer),
            authorized_party: party(&own.authorized_party, &inherited.authorized_party),
            organization_code: code.map(|code| placed(code, |code| code.as_str())),
            validity: validity.map(|validity| (validity.value, validity.span)),
            signatures: signatures.map_or_else(Vec::new, |signatures| {
                signatures.names.iter().map(SignatureName::as_str).zip(signatures.spans.iter().copied()).collect()
            }),
            scan: letter.picture.as_ref().and_then(|picture| match &picture.value {
                PictureSource::Scan(path) => Some((&**path, picture.span)),
                PictureSource::FileKey(_) => None,
            }),
        }
    }
}
