use jiff::civil::Date;

use super::{Difference, DifferenceValue};
use crate::{
    escape::Untrusted,
    letter::{FileKey, Finding, Letter, Picture},
    signature::NotKnown,
};

/// Something about one letter that a reviewer should know and that stops nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Warning {
    /// What kind of warning it is.
    pub code: WarningCode,
    /// The letter's name.
    pub name: Untrusted,
    /// What to know, and what to do.
    pub message: Untrusted,
    /// The rule that says it, for a warning about a declaration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Untrusted>,
}

impl Warning {
    /// A warning that no rule gives.
    pub(crate) fn new(code: WarningCode, name: impl Into<Untrusted>, message: impl Into<Untrusted>) -> Self {
        Self { code, name: name.into(), message: message.into(), rule: None }
    }

    /// About a letter that was created with a picture whose name the service fixed.
    pub(crate) fn of_named_picture(name: &str, key: &FileKey) -> Self {
        let message =
            format!("the service fixed the name of its picture, `{key}`; later plans can't compare it with the scan");
        Self::new(WarningCode::PictureUnknown, name, message)
    }

    /// Whether it is about the end of a validity, which a successor settles.
    pub(super) fn is_of_the_end(&self) -> bool {
        matches!(self.code, WarningCode::Expired | WarningCode::ExpiresSoon)
    }
}

/// The kinds of warnings that a plan gives.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize, schemars::JsonSchema, strum::AsRefStr,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
#[strum(serialize_all = "kebab-case")]
pub enum WarningCode {
    /// The validity has ended.
    Expired,
    /// The validity ends within the days that were asked for.
    ExpiresSoon,
    /// The validity has not begun: the service refuses to create such a letter.
    NotYetValid,
    /// The picture of an existing letter can't be compared.
    PictureUnknown,
    /// The service shows several letters of one name.
    NameNotUnique,
    /// An existing letter has a text in another form: another width, spaces, or the case of the
    /// code.
    FormDiffers,
    /// An existing letter has a name that differs from a name to create in case, width or spaces
    /// alone.
    NameAlike,
    /// The number of the account could not be learnt.
    AccountUnknown,
    /// Something is probably wrong with the declaration of a letter to create.
    Declaration,
    /// No approved third-party qualification has the letter's code: no signature can be applied for
    /// with it.
    NoQualification,
    /// The qualifications could not be read.
    QualificationsUnknown,
    /// The scan of a letter to create says something else than its declaration, or could not be
    /// proofread.
    Paper,
}

impl WarningCode {
    /// What a warning of this kind says of many letters.
    pub const fn about_many(self) -> &'static str {
        match self {
            Self::Expired => "letters have expired",
            Self::ExpiresSoon => "letters expire soon",
            Self::NotYetValid => "letters are not valid yet",
            Self::PictureUnknown => "letters have a registered picture that can't be compared",
            Self::NameNotUnique => "names are shown more than once",
            Self::FormDiffers => "letters are registered in another form",
            Self::NameAlike => "letters have a name that exists in another form",
            Self::AccountUnknown => "accounts could not be learnt",
            Self::Declaration => "letters have warnings in their declarations",
            Self::NoQualification => "letters have a code without an approved qualification",
            Self::QualificationsUnknown => "accounts have qualifications that could not be read",
            Self::Paper => "fields are not on the papers as declared",
        }
    }
}

/// About the account and not about a letter: it has no name.
pub(super) fn of_unknown_account(problem: &str) -> Warning {
    let message = format!("the account could not be learnt, so a saved plan is not tied to it: {problem}");
    Warning::new(WarningCode::AccountUnknown, "account", message)
}

pub(super) fn of_validity(letter: &Letter<Picture>, today: Date, expiring_days: u32) -> Option<Warning> {
    let validity = letter.validity;
    let left = validity.days_left(today);
    let (code, message) = if left < 0 {
        let message =
            format!("expired on {}; a letter can't be renewed: register a new one under a new name", validity.until());
        (WarningCode::Expired, message)
    } else if today < validity.from() {
        let message = format!("valid from {} on only; until then the service refuses to create it", validity.from());
        (WarningCode::NotYetValid, message)
    } else if u32::try_from(left).is_ok_and(|left| left <= expiring_days) {
        let when = match left {
            0 => "today".to_owned(),
            1 => "tomorrow".to_owned(),
            left => format!("in {left} days"),
        };
        let message =
            format!("expires {when}, on {}; prepare its successor, a new letter under a new name", validity.until());
        (WarningCode::ExpiresSoon, message)
    } else {
        return None;
    };
    Some(Warning::new(code, letter.name.as_str(), message))
}

pub(super) fn of_unknown_picture(name: &str) -> Warning {
    let message =
        "the name of the registered picture does not tell what it shows, so it can't be compared with the declared one";
    Warning::new(WarningCode::PictureUnknown, name, message)
}

pub(super) fn of_forms(name: &str, forms: &[Difference]) -> Warning {
    let registered: Vec<String> =
        forms.iter().map(|form| format!("{} is registered as {}", form.field, quoted(&form.existing))).collect();
    let message = format!("{}; only width, spaces or the case of the code differ", registered.join(", "));
    Warning::new(WarningCode::FormDiffers, name, message)
}

fn quoted(value: &DifferenceValue) -> String {
    match value {
        DifferenceValue::Text(text) => format!("`{text}`"),
        DifferenceValue::List(items) => items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join("、"),
        DifferenceValue::Validity(validity) => format!("`{}~{}`", validity.from, validity.to),
    }
}

pub(super) fn of_alike(name: &str, existing: &str) -> Warning {
    let message = format!(
        "the letter `{existing}` exists, and its name differs in case, width or spaces alone; the service may take the \
         two names for one"
    );
    Warning::new(WarningCode::NameAlike, name, message)
}

/// What a rule says of the declaration of a letter to create.
pub(super) fn of_declaration(name: &str, file: &str, finding: &Finding) -> Warning {
    let Finding { rule, message, line, column } = finding;
    let message = format!("{message} ({file}:{line}:{column})");
    Warning { rule: Some((*rule).into()), ..Warning::new(WarningCode::Declaration, name, message) }
}

pub(super) fn of_twins(name: &str, count: usize) -> Warning {
    let message = format!("the service shows {count} letters of this name, though it documents names as unique");
    Warning::new(WarningCode::NameNotUnique, name, message)
}

pub(super) fn of_no_qualification(letter: &Letter<Picture>) -> Warning {
    let signatures: Vec<&str> = letter.signatures.iter().map(AsRef::as_ref).collect();
    let (first, rest) = signatures.split_at(signatures.len().min(SIGNATURES));
    let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
    let message = format!(
        "no approved third-party qualification has the code {}, so its signatures ({}{more}) can't be applied for; submit \
         a qualification of {} first",
        letter.organization_code,
        first.join("、"),
        letter.authorizer
    );
    Warning::new(WarningCode::NoQualification, letter.name.as_str(), message)
}

/// About the account and not about a letter.
pub(super) fn of_unknown_qualifications(problem: Option<&NotKnown>) -> Warning {
    let why = problem.map_or_else(
        || "the service did not tell all of their codes".to_owned(),
        |problem| problem.message.to_string(),
    );
    let help = problem.and_then(|problem| problem.help.as_ref()).map(|help| format!("; {help}"));
    let message = format!("qualifications were not checked: {why}{}", help.unwrap_or_default());
    Warning::new(WarningCode::QualificationsUnknown, "account", message)
}

/// The most signatures that a warning names.
const SIGNATURES: usize = 5;
