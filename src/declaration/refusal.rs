//! What the domain refuses → a diagnostic at the very characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

use super::{
    Code, Diagnostic,
    collector::FileCollector,
    diagnostic::quoted,
    source::{SourceFile, Span, saturate},
};
use crate::letter::{Field, SignatureName, Validity, ValueError};

/// The diagnostic for a text that cannot be the value of `field`.
pub(super) fn diagnostic(
    collector: &FileCollector<'_>,
    source: &SourceFile,
    field: Field,
    (text, span): (&str, Span),
    error: &ValueError,
) -> Diagnostic {
    let place = error.span().map_or(span, |characters| within(source, span, text, characters));
    let diagnostic = collector.diagnostic(code(field, error), message(text, error), place);
    let diagnostic = match help(field, error) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    };
    match error {
        ValueError::ForbiddenCharacter { character, .. } => match plain_form(*character) {
            Some(plain) if place != span => diagnostic.suggest(plain),
            _ => diagnostic,
        },
        ValueError::ValidityForm => match text.replace(['～', '〜', '∼', '至'], "~").trim() {
            fixed if Validity::try_from(fixed).is_ok() => {
                diagnostic.help(format!("write `{fixed}`, with the ASCII tilde `~`")).suggest(fixed)
            }
            _ => diagnostic,
        },
        _ => diagnostic,
    }
}

/// The characters of a value, counted from 0, as a span of the source: exact when the value stands there as it is.
pub(super) fn within(source: &SourceFile, span: Span, text: &str, characters: std::ops::Range<usize>) -> Span {
    let Some(start) = source.slice(span).and_then(|slice| {
        // An anchor or tag may come before the value, and a quote around it.
        let unquoted = slice.strip_suffix(['"', '\'']).unwrap_or(slice);
        let before = [slice, unquoted].into_iter().find_map(|s| s.strip_suffix(text))?;
        Some(before.chars().count())
    }) else {
        return span;
    };
    let column = |index: usize| span.start.column + saturate(start + index);
    Span::on_line(span.start.line, column(characters.start)..column(characters.end))
}

/// The domain's own words, but for what is one of a list.
fn message(text: &str, error: &ValueError) -> String {
    match error {
        ValueError::TooShort { field: Field::Signatures, length, .. }
        | ValueError::TooLong { field: Field::Signatures, length, .. } => {
            let (min, max) = (SignatureName::MIN_CHARS, SignatureName::MAX_CHARS);
            let characters = if *length == 1 { "character" } else { "characters" };
            format!("the signature {} has {length} {characters}; it needs {min} to {max}", quoted(text))
        }
        ValueError::ForbiddenCharacter { field: Field::Signatures, .. } => {
            error.to_string().replace("in signatures", "in a signature")
        }
        ValueError::NoSuchDate { text, .. } => format!("{} is no date", quoted(text)),
        _ => error.to_string(),
    }
}

fn code(field: Field, error: &ValueError) -> Code {
    match (error, field) {
        (ValueError::Empty { .. }, _) => Code::ValueEmpty,
        (ValueError::ValidityForm, _) => Code::ValidityForm,
        (ValueError::NoSuchDate { .. }, _) => Code::ValidityDate,
        (ValueError::ValidityReversed { .. }, _) => Code::ValidityReversed,
        (ValueError::NoSignatures | ValueError::TooManySignatures { .. }, _) => Code::SignatureCount,
        (ValueError::RepeatedSignature { .. }, _) => Code::SignatureRepeated,
        (ValueError::FileKeyForm { .. }, _) | (_, Field::FileKey) => Code::FileKeyForm,
        (ValueError::TooLong { .. }, Field::Name) => Code::NameTooLong,
        (ValueError::TooLong { .. }, Field::Authorizer | Field::AuthorizedParty) => Code::PartyTooLong,
        (ValueError::TooLong { .. }, Field::OrganizationCode) => Code::CodeTooLong,
        (ValueError::TooShort { .. } | ValueError::TooLong { .. }, Field::Signatures) => Code::SignatureLength,
        (ValueError::DigitsOnly { .. }, Field::Name) => Code::NameDigits,
        (ValueError::DigitsOnly { .. }, _) => Code::PartyDigits,
        (_, Field::Name) => Code::NameCharacter,
        (_, Field::Authorizer | Field::AuthorizedParty) => Code::PartyCharacter,
        (_, Field::OrganizationCode) => Code::CodeCharacter,
        (_, Field::Signatures) => Code::SignatureCharacter,
        (_, Field::Validity) => Code::ValidityForm,
        (_, Field::Scan) => Code::ScanPath,
    }
}

fn help(field: Field, error: &ValueError) -> Option<Cow<'static, str>> {
    let help = match (error, field) {
        (ValueError::Empty { .. }, _) => "write a value, or remove the field if `defaults` has it",
        (ValueError::ForbiddenCharacter { character, .. }, _) => {
            return Some(match plain_form(*character) {
                Some(plain) => format!("`{character}` is a full-width form; write `{plain}`").into(),
                None => allowed(field)?.into(),
            });
        }
        (ValueError::DigitsOnly { .. }, Field::Name) => "add a word to the name",
        (ValueError::DigitsOnly { .. }, _) => "write the company's name; a code belongs into organizationCode",
        (ValueError::ValidityForm | ValueError::NoSuchDate { .. }, _) => {
            "write two dates that exist, as in 2026-01-01~2028-12-31"
        }
        (ValueError::ValidityReversed { .. }, _) => "write the first day first",
        (ValueError::TooManySignatures { .. }, _) => "declare a second letter, with a name of its own, for the others",
        (ValueError::RepeatedSignature { .. }, _) => "remove one of them",
        (ValueError::NoSignatures, _) => "list the signatures that the letter is for",
        (ValueError::FileKeyForm { .. }, _) => allowed(Field::FileKey)?,
        _ => return None,
    };
    Some(help.into())
}

/// Which characters a field can have.
fn allowed(field: Field) -> Option<&'static str> {
    match field {
        Field::Name => Some("a name is made of Chinese characters, English letters and digits"),
        Field::Authorizer | Field::AuthorizedParty => {
            Some("of symbols only `·`, spaces, `【】`, `（）` and `()` are allowed in a party's name")
        }
        Field::OrganizationCode => Some("write the code without spaces"),
        Field::Signatures => Some("a signature is made of letters and digits; `【】` are added when a message is sent"),
        Field::FileKey => Some("write the key as the upload gave it out, as in 123456/test1719383196031.jpg"),
        Field::Validity | Field::Scan => None,
    }
}

/// The ASCII letter or digit that a full-width character stands for.
fn plain_form(c: char) -> Option<char> {
    let plain = std::iter::once(c).nfkc().next()?;
    (!c.is_ascii() && plain.is_ascii_alphanumeric()).then_some(plain)
}

/// A value that is longer than any field can be, so that nothing more needs to be known of it.
pub(super) fn oversized(collector: &FileCollector<'_>, field: Field, text: &str, span: Span) -> Diagnostic {
    let error = ValueError::TooLong { field, length: 0, max: 0 };
    let message = format!("{field} is more than {MAX_BYTES} bytes long: {}", quoted(text));
    collector.diagnostic(code(field, &error), message, span)
}

/// More bytes than the longest value of any field can have: longer texts are refused before anything counts them.
pub(super) const MAX_BYTES: usize = 4 * 1024;
