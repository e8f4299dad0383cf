//! A letter as far as it could be read, and what its defaults make of it.

use std::sync::{Arc, LazyLock};

use super::{
    Diagnostic, FileId, Severity,
    letter::{Located, PictureSource, PlacedSignatures, Shared, Slot},
    source::Span,
};
use crate::letter::{Field, Letter, LetterName, OrganizationCode, Party, Validity};

/// A letter as far as it could be read.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) file: FileId,
    pub(super) name: Slot<LetterName>,
    pub(super) picture: Option<Located<PictureSource>>,
    /// The fields that it has itself; `None` when it has none.
    pub(super) own: Option<Box<Shared>>,
    /// The fields that it has from its document where it has none itself.
    pub(super) inherited: Arc<Shared>,
    pub(super) places: Places,
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    /// All of it.
    pub(super) mapping: Span,
    /// The name of its first field.
    pub(super) first: Span,
    /// What it has as its name, whatever that is.
    pub(super) name: Option<Span>,
}

/// A letter's fields but its name and its picture, whether its own or inherited.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'d> {
    pub(super) authorizer: &'d Located<Party>,
    pub(super) authorized_party: &'d Located<Party>,
    pub(super) organization_code: &'d Located<OrganizationCode>,
    pub(super) validity: &'d Located<Validity>,
    pub(super) signatures: &'d Located<PlacedSignatures>,
}

impl<'d> Content<'d> {
    /// What it says, wherever that stands.
    fn values(self) -> impl PartialEq + 'd {
        let Self { authorizer, authorized_party, organization_code, validity, signatures } = self;
        let parties = [&authorizer.value, &authorized_party.value];
        (parties, &organization_code.value, validity.value, &signatures.value.names)
    }
}

/// What a letter's defaults make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// How bad it is that it breaks rules for new letters. For a letter that the console named,
    /// which is sure to exist, they are warnings.
    pub(super) severity: Severity,
    /// Which of [`Shared::FIELDS`] it has neither itself nor from the defaults.
    missing: [bool; 5],
}

static NONE: LazyLock<Arc<Shared>> = LazyLock::new(|| Arc::new(Shared::NONE));

impl Declared {
    /// The line of its first field.
    pub(super) fn line(&self) -> u32 {
        self.places.first.start.line
    }

    /// What stands for it as a whole: its name, or its first field.
    pub(super) fn place(&self) -> Span {
        self.name().map_or(self.places.first, |name| name.span)
    }

    pub(super) fn name(&self) -> Option<&Located<LetterName>> {
        self.name.good()
    }

    /// The fields that it has itself.
    pub(super) fn own(&self) -> &Shared {
        self.own.as_deref().unwrap_or(&NONE)
    }

    /// Its fields but its name and its picture; `None` when one is missing, or was complained
    /// about.
    pub(super) fn content(&self) -> Option<Content<'_>> {
        let (own, inherited) = (self.own(), &*self.inherited);
        Some(Content {
            authorizer: own.authorizer.or(&inherited.authorizer).good()?,
            authorized_party: own.authorized_party.or(&inherited.authorized_party).good()?,
            organization_code: own.organization_code.or(&inherited.organization_code).good()?,
            validity: own.validity.or(&inherited.validity).good()?,
            signatures: own.signatures.or(&inherited.signatures).good()?,
        })
    }

    /// The letter without its picture, when it says everything else.
    pub(super) fn terms(&self) -> Option<Letter<()>> {
        let (name, content) = (self.name()?, self.content()?);
        Some(Letter {
            name: name.value.clone(),
            authorizer: content.authorizer.value.clone(),
            authorized_party: content.authorized_party.value.clone(),
            organization_code: content.organization_code.value.clone(),
            validity: content.validity.value,
            signatures: content.signatures.value.names.clone(),
            picture: (),
        })
    }

    /// The same as [`Self::terms`], of a letter that is not needed any more.
    pub(super) fn into_terms(self) -> Option<Letter<()>> {
        fn value<T: Clone>(own: Slot<T>, inherited: &Slot<T>) -> Option<T> {
            if own.is_missing() {
                return inherited.good().map(|located| located.value.clone());
            }
            own.into_good().map(|located| located.value)
        }
        let (own, inherited) = (self.own.map_or(Shared::NONE, |own| *own), &*self.inherited);
        Some(Letter {
            name: self.name.into_good()?.value,
            authorizer: value(own.authorizer, &inherited.authorizer)?,
            authorized_party: value(own.authorized_party, &inherited.authorized_party)?,
            organization_code: value(own.organization_code, &inherited.organization_code)?,
            validity: value(own.validity, &inherited.validity)?,
            signatures: value(own.signatures, &inherited.signatures)?.names,
            picture: (),
        })
    }

    /// Whether it says and shows the same as another letter, wherever the two stand.
    pub(super) fn says(&self, other: &Self) -> bool {
        fn name(letter: &Declared) -> Option<&LetterName> {
            letter.name().map(|name| &name.value)
        }
        fn picture(letter: &Declared) -> Option<&PictureSource> {
            letter.picture.as_ref().map(|picture| &picture.value)
        }
        name(self) == name(other)
            && picture(self) == picture(other)
            && self.content().map(Content::values) == other.content().map(Content::values)
    }

    /// Where the letter's values stand, those that it has from the defaults too.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::from_iter(self.name().map(|name| name.span));
        spans.extend(self.picture.as_ref().map(|picture| picture.span));
        if let Some(content) = self.content() {
            let Content { authorizer, authorized_party, organization_code, validity, signatures } = content;
            spans.extend([authorizer.span, authorized_party.span, organization_code.span, validity.span]);
            spans.extend(signatures.value.spans.iter());
        }
        spans
    }

    /// Whether nothing of it can be used.
    pub(super) fn is_useless(&self) -> bool {
        self.name().is_none() && self.picture.is_none() && self.content().is_none()
    }

    /// Drops what is of no use once it was judged, and its defaults stay as they are.
    pub(super) fn without_remains(mut self) -> Self {
        if let Slot::Good(name) = &mut self.name {
            name.fault = None;
        }
        if self.content().is_none() {
            (self.own, self.inherited) = (None, Arc::clone(&NONE));
        }
        self.own.iter_mut().for_each(|own| own.forget_faults());
        self
    }

    pub(super) fn verdict(&self) -> Verdict {
        let authorizer = self.own().authorizer.or(&self.inherited.authorizer).good();
        let is_of_console = |name: &LetterName| authorizer.is_some_and(|party| name.is_of_console(&party.value));
        let severity = if self.name().is_some_and(|name| is_of_console(&name.value)) {
            Severity::Warning
        } else {
            Severity::Error
        };
        let (own, inherited) = (self.own().missing(), self.inherited.missing());
        Verdict { severity, missing: std::array::from_fn(|field| own[field] && inherited[field]) }
    }

    /// The rules for new letters that its name and its own parties break.
    pub(super) fn faults(&self) -> impl Iterator<Item = &Diagnostic> {
        let own = self.own();
        [self.name.fault(), own.authorizer.fault(), own.authorized_party.fault()].into_iter().flatten()
    }
}

impl Verdict {
    /// The fields that a letter has to have and has not.
    pub(super) fn missing(self, letter: &Declared) -> Vec<&'static str> {
        let name = letter.name.is_missing().then_some(Field::Name);
        let others =
            Shared::FIELDS.into_iter().zip(self.missing).filter_map(|(field, missing)| missing.then_some(field));
        name.into_iter().chain(others).map(Field::as_str).collect()
    }

    /// Whether there is nothing to say because of it.
    pub(super) fn is_silent(self, letter: &Declared) -> bool {
        !letter.name.is_missing() && !self.missing.contains(&true) && letter.faults().next().is_none()
    }
}
