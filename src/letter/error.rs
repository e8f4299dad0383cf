use super::Field;

/// Why a text cannot be the value of a field. Lengths and indexes count characters (Unicode scalar
/// values).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// Nothing but white space where a text is needed.
    #[error("{field} is empty")]
    Empty {
        /// The field concerned.
        field: Field,
    },
    /// Fewer characters than the service takes.
    #[error("{field} has {length} character{}; it needs at least {min}", if *length == 1 { "" } else { "s" })]
    TooShort {
        /// The field concerned.
        field: Field,
        /// Its length.
        length: usize,
        /// The least that the service takes.
        min: usize,
    },
    /// More characters than the service takes.
    #[error("{field} has {length} characters; at most {max} are allowed")]
    TooLong {
        /// The field concerned.
        field: Field,
        /// Its length.
        length: usize,
        /// The most that the service takes.
        max: usize,
    },
    /// A character that the service refuses in this field.
    #[error("{} is not allowed in {field}", describe_char(*character))]
    ForbiddenCharacter {
        /// The field concerned.
        field: Field,
        /// The first character that is not allowed.
        character: char,
        /// Where it stands in the text as given, counted from 0.
        index: usize,
    },
    /// Digits and nothing else.
    #[error("{field} is made of digits alone")]
    DigitsOnly {
        /// The field concerned.
        field: Field,
    },
    /// A code that a spreadsheet turned into a number and shortened.
    #[error("the organization code `{code}` was changed by a spreadsheet")]
    MangledCode {
        /// What is left of it.
        code: String,
    },
    /// A signature with a word that the service refuses.
    #[error("the signature contains `{word}`")]
    TestWord {
        /// The word, as it stands there.
        word: String,
        /// Where it starts, counted from 0.
        index: usize,
    },
    /// A signature with a character that is neither Chinese nor Latin.
    #[error("{} is not allowed in a signature: it is not Chinese or English", describe_char(*character))]
    ForeignScript {
        /// The first such character.
        character: char,
        /// Where it stands, counted from 0.
        index: usize,
    },
    /// A validity that is not written as two dates.
    #[error("validity is not of the form YYYY-MM-DD~YYYY-MM-DD")]
    ValidityForm,
    /// A date that is not written as one, or that no calendar has.
    #[error("{text:?} is no date")]
    NoSuchDate {
        /// The text in the place of the date.
        text: String,
        /// Where it starts in the text as given, counted from 0.
        index: usize,
    },
    /// A validity that ends before it begins.
    #[error("validity ends on {until}, before it begins on {from}")]
    ValidityReversed {
        /// The first day.
        from: jiff::civil::Date,
        /// The last day.
        until: jiff::civil::Date,
    },
    /// A letter for no signature at all.
    #[error("signatures is an empty list; a letter is for 1 to 100 signatures")]
    NoSignatures,
    /// More signatures than one letter takes.
    #[error("{count} signatures are too many; a letter is for 1 to 100 signatures")]
    TooManySignatures {
        /// How many there are.
        count: usize,
    },
    /// The same signature twice in one letter.
    #[error("the signature {name} is listed twice")]
    RepeatedSignature {
        /// The signature.
        name: String,
        /// The position of its first occurrence, counted from 0.
        first: usize,
        /// The position of the repetition, counted from 0.
        index: usize,
    },
    /// A file key that is not the name of an object.
    #[error("fileKey {reason}")]
    FileKeyForm {
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl ValueError {
    /// The characters at fault, from and to (exclusive), counted from 0 in the text as given;
    /// `None` is all of it.
    pub fn span(&self) -> Option<std::ops::Range<usize>> {
        match self {
            Self::ForbiddenCharacter { index, .. } | Self::ForeignScript { index, .. } => Some(*index..index + 1),
            Self::TestWord { word, index } => Some(*index..index + word.chars().count()),
            Self::NoSuchDate { text, index } => Some(*index..index + text.chars().count().max(1)),
            _ => None,
        }
    }
}

fn describe_char(c: char) -> String {
    match c {
        ' ' => "a space".to_owned(),
        '\t' => "a tab".to_owned(),
        '\n' | '\r' => "a line break".to_owned(),
        '\u{3000}' => "a full-width space (U+3000)".to_owned(),
        c if c.is_control() || !is_visible(c) => format!("the invisible character U+{:04X}", u32::from(c)),
        c if c.is_ascii() => format!("`{c}`"),
        c => format!("`{c}` (U+{:04X})", u32::from(c)),
    }
}

/// Whether a reader could see the character: white space, zero-width and direction marks are not
/// seen.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && unicode_width::UnicodeWidthChar::width(c).is_some_and(|width| width > 0)
}
