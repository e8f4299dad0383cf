//! A letter as an editor looks at it.

use super::super::{
    FileId, Span,
    declared::Declared,
    letter::{Located, PictureSource},
};
use crate::letter::{SignatureName, Validity};

/// A value of a letter and where it stands.
pub type Placed<'a> = (&'a str, Span);

/// A letter as far as it can be read.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the fields of a letter")]
pub struct LetterView<'a> {
    pub file: FileId,
    /// The line of its first field.
    pub line: u32,
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
        let content = letter.content();
        let signatures = content.map(|content| &content.signatures.value);
        Self {
            file: letter.file,
            line: letter.line(),
            name: letter.name().map(|name| placed(name, |name| name.as_str())),
            authorizer: content.map(|content| placed(content.authorizer, |party| party.as_str())),
            authorized_party: content.map(|content| placed(content.authorized_party, |party| party.as_str())),
            organization_code: content.map(|content| placed(content.organization_code, |code| code.as_str())),
            validity: content.map(|content| (content.validity.value, content.validity.span)),
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
