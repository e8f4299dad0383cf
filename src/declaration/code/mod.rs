//! The table of all rules: what `letterform explain`, the reference and every diagnostic take their words from.

mod accounts;
mod files;
mod lints;
mod pictures;
mod shape;
mod values;

use std::{fmt, str::FromStr};

use super::Severity;

/// A rule, as it is explained.
#[derive(Debug)]
pub struct Rule {
    /// The rule's stable name.
    pub code: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// The rule broken, in a line.
    pub title: &'static str,
    /// Why there is such a rule, and what to do.
    pub reason: &'static str,
    /// The parameter of the service that it is about, when it is about one.
    pub parameter: Option<&'static str>,
    /// What is right.
    pub good: &'static str,
    /// What is wrong.
    pub bad: &'static str,
}

macro_rules! codes {
    ($($variant:ident => $rule:path,)+) => {
        /// The name of a rule. What it means is in [`Code::rule`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every rule, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The rule itself.
            pub const fn rule(self) -> &'static Rule {
                match self { $(Self::$variant => &$rule),+ }
            }
        }
    };
}

codes! {
    PathMissing => files::PATH_MISSING,
    NoDeclarations => files::NO_DECLARATIONS,
    FileUnreadable => files::FILE_UNREADABLE,
    FileTooLarge => files::FILE_TOO_LARGE,
    Encoding => files::ENCODING,
    YamlSyntax => files::YAML_SYNTAX,
    YamlLimits => files::YAML_LIMITS,
    YamlAlias => files::YAML_ALIAS,
    YamlMergeKey => files::YAML_MERGE_KEY,
    YamlTag => files::YAML_TAG,
    TooManyProblems => files::TOO_MANY_PROBLEMS,
    VersionMissing => shape::VERSION_MISSING,
    VersionUnknown => shape::VERSION_UNKNOWN,
    WrongType => shape::WRONG_TYPE,
    FieldUnknown => shape::FIELD_UNKNOWN,
    FieldDuplicate => shape::FIELD_DUPLICATE,
    FieldMissing => shape::FIELD_MISSING,
    DefaultForbidden => shape::DEFAULT_FORBIDDEN,
    ValueEmpty => shape::VALUE_EMPTY,
    NameDuplicate => shape::NAME_DUPLICATE,
    PictureMissing => shape::PICTURE_MISSING,
    PictureTwice => shape::PICTURE_TWICE,
    NameTooLong => values::NAME_TOO_LONG,
    NameCharacter => values::NAME_CHARACTER,
    NameDigits => values::NAME_DIGITS,
    PartyTooLong => values::PARTY_TOO_LONG,
    PartyCharacter => values::PARTY_CHARACTER,
    PartyDigits => values::PARTY_DIGITS,
    CodeTooLong => values::CODE_TOO_LONG,
    CodeCharacter => values::CODE_CHARACTER,
    ValidityForm => values::VALIDITY_FORM,
    ValidityDate => values::VALIDITY_DATE,
    ValidityReversed => values::VALIDITY_REVERSED,
    SignatureLength => values::SIGNATURE_LENGTH,
    SignatureCharacter => values::SIGNATURE_CHARACTER,
    SignatureRepeated => values::SIGNATURE_REPEATED,
    SignatureCount => values::SIGNATURE_COUNT,
    FileKeyForm => values::FILE_KEY_FORM,
    ScanPath => pictures::SCAN_PATH,
    ScanOutside => pictures::SCAN_OUTSIDE,
    ScanMissing => pictures::SCAN_MISSING,
    ScanUnreadable => pictures::SCAN_UNREADABLE,
    ScanTooLarge => pictures::SCAN_TOO_LARGE,
    ScanFormat => pictures::SCAN_FORMAT,
    ScanBroken => pictures::SCAN_BROKEN,
    CodeCheckDigit => lints::CODE_CHECK_DIGIT,
    ValidityShort => lints::VALIDITY_SHORT,
    ValidityLong => lints::VALIDITY_LONG,
    NotYetValid => lints::NOT_YET_VALID,
    ExpiresSoon => lints::EXPIRES_SOON,
    Expired => lints::EXPIRED,
    LookAlike => lints::LOOK_ALIKE,
    SurroundingSpace => lints::SURROUNDING_SPACE,
    TestWord => lints::TEST_WORD,
    NamesAlike => lints::NAMES_ALIKE,
    PartiesAlike => lints::PARTIES_ALIKE,
    SignatureShared => lints::SIGNATURE_SHARED,
    SameContent => lints::SAME_CONTENT,
    AllowMalformed => lints::ALLOW_MALFORMED,
    AllowUnused => lints::ALLOW_UNUSED,
    AccountName => accounts::ACCOUNT_NAME,
    AccountDuplicate => accounts::ACCOUNT_DUPLICATE,
    AccountCredentials => accounts::ACCOUNT_CREDENTIALS,
    AccountEndpoint => accounts::ACCOUNT_ENDPOINT,
    AccountLetters => accounts::ACCOUNT_LETTERS,
    SettingValue => accounts::SETTING_VALUE,
}

impl Code {
    /// The rule's stable name.
    pub const fn as_str(self) -> &'static str {
        self.rule().code
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// There is no rule of that name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule {}{}", crate::escape::visible(.text), did_you_mean(*.nearest))]
pub struct UnknownCode {
    text: String,
    nearest: Option<Code>,
}

fn did_you_mean(nearest: Option<Code>) -> String {
    match nearest {
        Some(code) => format!("; did you mean {code}?"),
        None => "; `letterform explain` lists them".to_owned(),
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    /// Takes a rule's name in any case, with or without its `LF-`.
    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let upper = text.trim().to_ascii_uppercase();
        let bare = upper.strip_prefix("LF-").unwrap_or(&upper);
        let distance = |code: &&Self| strsim::damerau_levenshtein(&code.as_str()[3..].to_ascii_uppercase(), bare);
        let known = |code: &&Self| code.as_str()[3..].eq_ignore_ascii_case(bare);
        Self::ALL.iter().find(known).copied().ok_or_else(|| UnknownCode {
            text: text.to_owned(),
            nearest: Self::ALL.iter().min_by_key(distance).filter(|code| distance(code) <= 4).copied(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_rule_has_its_own_stable_name() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let name = code.as_str();
            let body = name.strip_prefix("LF-").expect("a name begins with LF-");
            assert!(body.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{name}");
            assert!(seen.insert(name), "{name} is there twice");
            assert_eq!(name.parse(), Ok(*code));
        }
    }

    #[test]
    fn every_rule_is_explained() {
        for code in Code::ALL {
            let rule = code.rule();
            for text in [rule.title, rule.reason, rule.good, rule.bad] {
                assert!(!text.trim().is_empty(), "{code}");
            }
            assert!(!rule.title.ends_with('.') && rule.reason.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn a_name_is_found_without_its_prefix_and_a_wrong_one_gets_a_suggestion() {
        assert_eq!("name-too-long".parse(), Ok(Code::NameTooLong));
        let error = "LF-name-to-long".parse::<Code>().expect_err("unknown");
        assert_eq!(error.to_string(), "there is no rule LF-name-to-long; did you mean LF-name-too-long?");
        assert!("LF-q".parse::<Code>().expect_err("unknown").to_string().contains("lists them"));
    }
}
