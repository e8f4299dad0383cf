//! What the domain refuses → a diagnostic at the very characters.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::{Script, UnicodeScript as _};

use super::{
    Code, Diagnostic, Fix, Safety,
    characters::{self, is_blank},
    collector::FileCollector,
    dates,
    diagnostic::quoted,
    source::{SourceFile, Span, saturate},
};
use crate::{
    letter::{Field, FileKey, LetterName, OrganizationCode, Party, SignatureName, ValueError},
    wording::counted,
};

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
    let mend = |diagnostic: Diagnostic, fixed: &str| {
        let fix = Fix::of_value(source, collector.place(span), (text, fixed), safety(field, text, fixed));
        diagnostic.help(format!("write `{fixed}`")).mend(fix)
    };
    match error {
        ValueError::NoSuchDate { .. } if date_meant(text).is_some() => {
            let form =
                if text.contains('-') && text.trim().len() <= 10 { "YYYY-MM-DD" } else { "YYYY-MM-DD~YYYY-MM-DD" };
            let fixed = date_meant(text).unwrap_or_default();
            let message = format!("{} is not of the form {form}", quoted(text.trim()));
            mend(collector.diagnostic(Code::ValidityForm, message, span), &fixed).suggest(fixed)
        }
        ValueError::ForbiddenCharacter { .. } => match corrected(field, text) {
            Some(fixed) if fixed.contains(", ") => diagnostic.help(format!("write `{fixed}`")),
            Some(fixed) => mend(diagnostic, &fixed),
            None => diagnostic,
        },
        ValueError::ValidityForm | ValueError::NoSuchDate { .. } => match date_meant(text) {
            Some(fixed) => mend(diagnostic, &fixed).at(collector.place(span)).suggest(fixed),
            None => diagnostic,
        },
        _ => diagnostic,
    }
}

/// Whether a corrected value is the same one in another form.
///
/// A name is what a letter is known by. Letters that the console named have names that no new one
/// can have, so that in another form it may be the name of another letter.
fn safety(field: Field, text: &str, fixed: &str) -> Safety {
    let same = match field {
        Field::Name => false,
        // The number that a spreadsheet has for a day does not show its year.
        Field::Validity => {
            let folded: String = text.nfkc().collect();
            fixed.split('~').all(|day| day.get(..4).is_some_and(|year| folded.contains(year)))
        }
        Field::Signatures => {
            let bare = text.trim().strip_prefix('【').and_then(|text| text.strip_suffix('】'));
            characters::plain_form(bare.unwrap_or(text)) == fixed
        }
        _ => characters::plain_form(text) == fixed,
    };
    if same { Safety::Safe } else { Safety::Confirm }
}

/// The form of a date or of two dates that a text in another form means.
fn date_meant(text: &str) -> Option<String> {
    let whole = || dates::validity(text).map(|validity| validity.to_string());
    whole().or_else(|| dates::day(text).map(|day| day.to_string()))
}

/// What a value with characters that it can't have was probably meant to be, as it has to be
/// written.
fn corrected(field: Field, text: &str) -> Option<String> {
    const QUOTES: [char; 10] = ['“', '”', '‘', '’', '＂', '＇', '"', '\'', '「', '」'];
    const SEPARATORS: [char; 7] = ['，', '、', ',', '；', ';', '。', '|'];
    let plain = |c: char| characters::plain(c).unwrap_or(c);
    let unquoted = text.trim().trim_matches(QUOTES);
    match field {
        Field::Signatures => {
            const BRACKETS: [char; 10] = ['【', '】', '[', ']', '［', '］', '〔', '〕', '《', '》'];
            let clean = |part: &str| -> Option<String> {
                let kept = part.chars().filter(|c| !BRACKETS.contains(c) && !QUOTES.contains(c) && !is_blank(*c));
                let kept: String = kept.map(plain).collect();
                SignatureName::try_from(kept.as_str()).is_ok().then_some(kept)
            };
            let parts: Vec<&str> = text.split(SEPARATORS).filter(|part| !part.trim().is_empty()).collect();
            let parts: Vec<String> = parts.into_iter().map(clean).collect::<Option<_>>()?;
            (!parts.is_empty()).then(|| parts.join(", "))
        }
        Field::Authorizer | Field::AuthorizedParty => {
            let mended = unquoted.chars().filter_map(|c| match c {
                dot if characters::DOTS.contains(&dot) => Some('·'),
                '［' | '〔' => Some('（'),
                '］' | '〕' => Some('）'),
                c if Party::allows(c) => Some(c),
                c if c.is_whitespace() => Some(' '),
                c if is_blank(c) => None,
                c => Some(plain(c)),
            });
            let mended: String = mended.collect();
            Party::check_new(field, &mended).is_ok().then_some(mended)
        }
        Field::Name => {
            let mended: String = unquoted.chars().filter(|c| !is_blank(*c)).map(plain).collect();
            LetterName::check_new(&mended).is_ok().then_some(mended)
        }
        Field::OrganizationCode => {
            let mended: String = unquoted.chars().filter(|c| !is_blank(*c)).map(plain).collect();
            OrganizationCode::check_new(&mended).is_ok().then_some(mended)
        }
        Field::Validity | Field::Scan | Field::FileKey => None,
    }
}

/// Every character of a text that its field can't have.
fn forbidden(field: Field, text: &str) -> impl Iterator<Item = char> + '_ {
    let allows = match field {
        Field::Name => LetterName::allows,
        Field::Authorizer | Field::AuthorizedParty => Party::allows,
        Field::OrganizationCode => OrganizationCode::allows,
        Field::Signatures => SignatureName::allows,
        Field::FileKey => FileKey::allows,
        Field::Validity | Field::Scan => |_| false,
    };
    // White space around these values is removed before they are judged.
    let text = if matches!(field, Field::Name | Field::Signatures) { text } else { text.trim() };
    text.chars().filter(move |c| !allows(*c))
}

/// The characters of a value, counted from 0, as a span of the source: exact when the value stands
/// there as it is.
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
            let length = counted(*length, "character");
            format!("the signature {} has {length}; it needs {min} to {max}", quoted(text))
        }
        ValueError::ForbiddenCharacter { field, character, .. } => {
            let (named, count) = match characters::listed(forbidden(*field, text)) {
                (_, 0) => (characters::described(*character), 1),
                listed => listed,
            };
            let verb = if count == 1 { "is" } else { "are" };
            let holder = if *field == Field::Signatures { "a signature".to_owned() } else { field.to_string() };
            format!("{named} {verb} not allowed in {holder}")
        }
        ValueError::ForeignScript { .. } => {
            let foreign = text.chars().filter(|c| !SignatureName::takes_script_of(*c));
            format!("the signature contains {}", listed(foreign, script_of))
        }
        ValueError::DigitsOnly { field: Field::Signatures } => "the signature consists of digits only".to_owned(),
        ValueError::NoSuchDate { text, .. } => format!("{} is not a valid date", quoted(text.trim())),
        _ => error.to_string(),
    }
}

fn script_of(c: char) -> &'static str {
    match c.script() {
        Script::Common | Script::Inherited | Script::Unknown => "not Chinese or English",
        script => script.full_name(),
    }
}

/// `` `к` (Cyrillic) and `α` (Greek)``, each once.
pub(super) fn listed(found: impl Iterator<Item = char>, what: impl Fn(char) -> &'static str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for c in found {
        let part = format!("`{c}` ({})", what(c));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
}

impl Code {
    /// The rule that the value of a field breaks.
    pub fn of(field: Field, error: &ValueError) -> Self {
        code(field, error)
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
        (ValueError::MangledCode { .. }, _) => Code::CodeMangled,
        (ValueError::TestWord { .. }, _) => Code::TestWord,
        (ValueError::ForeignScript { .. }, _) => Code::SignatureScript,
        (ValueError::DigitsOnly { .. }, Field::Name) => Code::NameDigits,
        (ValueError::DigitsOnly { .. }, Field::Signatures) => Code::SignatureDigits,
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
        (ValueError::ForbiddenCharacter { .. }, _) => allowed(field)?,
        (ValueError::MangledCode { code }, _) => {
            return Some(format!("copy the code from the business licence; {code} has lost its digits").into());
        }
        (ValueError::TestWord { .. }, _) => "write the signature that messages will carry",
        (ValueError::ForeignScript { .. }, _) => "use simplified Chinese characters, English letters and digits",
        (ValueError::DigitsOnly { .. }, Field::Name) => "add a word to the name",
        (ValueError::DigitsOnly { .. }, Field::Signatures) => {
            "add a word; the service refuses such a signature when you apply for it"
        }
        (ValueError::DigitsOnly { .. }, _) => "write the name of the company; a code belongs in organizationCode",
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
        Field::Name => Some("a name consists of Chinese characters, English letters and digits"),
        Field::Authorizer | Field::AuthorizedParty => {
            Some("the only symbols in the name of a party are `·`, spaces, `【】`, `（）` and `()`")
        }
        Field::OrganizationCode => Some("write the code without spaces"),
        Field::Signatures => {
            Some("a signature consists of letters and digits; `【】` are added when a message is sent")
        }
        Field::FileKey => Some("write the key as the upload gave it out, as in 123456/test1719383196031.jpg"),
        Field::Validity | Field::Scan => None,
    }
}

/// A value that is longer than any field can be, so that nothing more needs to be known of it.
pub(super) fn oversized(collector: &FileCollector<'_>, field: Field, text: &str, span: Span) -> Diagnostic {
    let error = ValueError::TooLong { field, length: 0, max: 0 };
    let message = format!("{field} is more than {MAX_BYTES} bytes long: {}", quoted(text));
    // What is only too long for a new letter may exist; this is longer than anything that does.
    let code = code(field, &error);
    let code = if code.rule().new_letters_only { Code::YamlLimits } else { code };
    collector.diagnostic(code, message, span)
}

/// More bytes than the longest value of any field can have: longer texts are refused before
/// anything counts them.
pub(super) const MAX_BYTES: usize = 4 * 1024;
