//! All rules. A rule is one page, `docs/reference/rules/LF-….md`, and one line here.
//!
//! The page is what `letterform explain` prints, what every diagnostic takes its severity from, and
//! what the documentation shows. Its form is fixed: a heading with code and title, a list of facts,
//! the explanation, and two examples.

use std::{fmt, str::FromStr, sync::LazyLock};

use super::Severity;

/// A rule, as its page explains it.
#[derive(Debug)]
pub struct Rule {
    /// The stable code.
    pub code: &'static str,
    /// How bad a violation is.
    pub severity: Severity,
    /// Whether the rule holds for new letters alone: one that exists may break it.
    pub new_letters_only: bool,
    /// The violation, in a line.
    pub title: &'static str,
    /// Who made the rule.
    pub origin: Origin,
    /// Where the rule is written down, or why there is one.
    pub source: &'static str,
    /// The parameter of the service that the rule is about.
    pub parameter: Option<&'static str>,
    /// Why the rule exists and what to do, as paragraphs of Markdown.
    pub reason: &'static str,
    /// An example that follows the rule.
    pub good: &'static str,
    /// An example that breaks it.
    pub bad: &'static str,
}

/// Who made a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Alibaba Cloud documents it, or an error code for it.
    Service,
    /// letterform adds it.
    Letterform,
}

impl Origin {
    /// The name, as the pages write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Service => "Alibaba Cloud",
            Self::Letterform => "letterform",
        }
    }
}

impl Rule {
    /// The address of the rule's page; `None` for a package without a repository.
    pub fn url(&self) -> Option<String> {
        let repository = env!("CARGO_PKG_REPOSITORY");
        (!repository.is_empty()).then(|| format!("{repository}/blob/main/docs/reference/rules/{}.md", self.code))
    }

    /// Who made the rule and where it is written down, in a line.
    pub fn provenance(&self) -> String {
        match self.origin {
            Origin::Service => format!("documented by Alibaba Cloud ({})", self.source),
            Origin::Letterform => format!("added by letterform ({})", self.source),
        }
    }

    /// Reads the page of a rule; `None` when it has another form.
    fn parse(page: &'static str) -> Option<Self> {
        let (heading, rest) = page.split_once("\n\n")?;
        let (code, title) = heading.strip_prefix("# ")?.split_once(": ")?;
        let (facts, rest) = rest.split_once("\n\n")?;
        let fact = |name: &str| facts.lines().find_map(|line| line.strip_prefix(name));
        let severity = match fact("- Severity: ")? {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            _ => return None,
        };
        let new_letters_only = match fact("- Holds for: ") {
            None => false,
            Some("new letters") => true,
            Some(_) => return None,
        };
        let (origin, source) = fact("- Source: ")?.split_once("; ")?;
        let origin = [Origin::Service, Origin::Letterform].into_iter().find(|known| known.as_str() == origin)?;
        let (reason, examples) = rest.split_once("\n\n## Right\n\n```yaml\n")?;
        let (good, examples) = examples.split_once("\n```\n\n## Wrong\n\n```yaml\n")?;
        let bad = examples.strip_suffix("\n```\n")?;
        let parameter = fact("- Parameter: ");
        Some(Self { code, severity, new_letters_only, title, origin, source, parameter, reason, good, bad })
    }
}

macro_rules! rules {
    ($($variant:ident = $code:literal,)+) => {
        /// The code of a rule. [`Code::rule`] explains it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[allow(missing_docs)]
        pub enum Code { $($variant),+ }

        impl Code {
            /// Every rule, in the order of the reference.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The rule's stable code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }
        }

        static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
            [$(($code, include_str!(concat!("../../docs/reference/rules/", $code, ".md")))),+]
                .into_iter()
                .map(|(code, page)| Rule::parse(page).unwrap_or_else(|| panic!("the page of {code} has another form")))
                .collect()
        });
    };
}

rules! {
    PathMissing = "LF-path-missing",
    NoDeclarations = "LF-no-declarations",
    FileUnreadable = "LF-file-unreadable",
    FileTooLarge = "LF-file-too-large",
    Encoding = "LF-encoding",
    YamlSyntax = "LF-yaml-syntax",
    YamlLimits = "LF-yaml-limits",
    YamlAlias = "LF-yaml-alias",
    YamlMergeKey = "LF-yaml-merge-key",
    YamlTag = "LF-yaml-tag",
    TooManyProblems = "LF-too-many-problems",
    VersionMissing = "LF-version-missing",
    VersionUnknown = "LF-version-unknown",
    WrongType = "LF-wrong-type",
    FieldUnknown = "LF-field-unknown",
    FieldDuplicate = "LF-field-duplicate",
    FieldMissing = "LF-field-missing",
    DefaultForbidden = "LF-default-forbidden",
    ValueEmpty = "LF-value-empty",
    NameDuplicate = "LF-name-duplicate",
    PictureMissing = "LF-picture-missing",
    PictureTwice = "LF-picture-twice",
    NameTooLong = "LF-name-too-long",
    NameCharacter = "LF-name-character",
    NameDigits = "LF-name-digits-only",
    PartyTooLong = "LF-party-too-long",
    PartyCharacter = "LF-party-character",
    PartyDigits = "LF-party-digits-only",
    CodeTooLong = "LF-code-too-long",
    CodeCharacter = "LF-code-character",
    CodeMangled = "LF-code-mangled",
    ValidityForm = "LF-validity-form",
    ValidityDate = "LF-validity-date",
    ValidityReversed = "LF-validity-reversed",
    SignatureLength = "LF-signature-length",
    SignatureCharacter = "LF-signature-character",
    SignatureRepeated = "LF-signature-repeated",
    TestWord = "LF-test-word",
    SignatureDigits = "LF-signature-digits-only",
    SignatureScript = "LF-signature-script",
    SignatureCount = "LF-signature-count",
    FileKeyForm = "LF-file-key-form",
    ScanPath = "LF-scan-path",
    ScanOutside = "LF-scan-outside",
    ScanMissing = "LF-scan-missing",
    ScanUnreadable = "LF-scan-unreadable",
    ScanTooLarge = "LF-scan-too-large",
    ScanFormat = "LF-scan-format",
    ScanBroken = "LF-scan-broken",
    ScanTooSmall = "LF-scan-too-small",
    ScanBlank = "LF-scan-blank",
    ScanDark = "LF-scan-dark",
    ScanLight = "LF-scan-light",
    ScanNoRed = "LF-scan-no-red",
    ScanSideways = "LF-scan-sideways",
    PictureOfPredecessor = "LF-picture-of-predecessor",
    CodeCheckDigit = "LF-code-check-digit",
    ValidityShort = "LF-validity-short",
    ValidityLong = "LF-validity-long",
    NotYetValid = "LF-not-yet-valid",
    ExpiresSoon = "LF-expires-soon",
    Expired = "LF-expired",
    LookAlike = "LF-look-alike",
    SurroundingSpace = "LF-surrounding-space",
    SignatureTraditional = "LF-signature-traditional",
    SignatureLetters = "LF-signature-letters-only",
    PartiesSame = "LF-parties-same",
    NamesAlike = "LF-names-alike",
    PartiesAlike = "LF-parties-alike",
    SignatureShared = "LF-signature-shared",
    SameContent = "LF-same-content",
    PictureShared = "LF-picture-shared",
    AllowMalformed = "LF-allow-malformed",
    AllowUnused = "LF-allow-unused",
    AccountName = "LF-account-name",
    AccountDuplicate = "LF-account-duplicate",
    AccountCredentials = "LF-account-credentials",
    AccountEndpoint = "LF-account-endpoint",
    AccountLetters = "LF-account-letters",
    SettingValue = "LF-setting-value",
}

impl Code {
    /// The rule itself.
    pub fn rule(self) -> &'static Rule {
        &RULES[self as usize]
    }

    /// Whether the rule is about the file of a scan, which is not there yet while its paper is not
    /// signed.
    pub fn is_about_a_scan(self) -> bool {
        self.as_str().starts_with("LF-scan-")
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A rule code that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown rule {}{}", crate::escape::visible(.text), did_you_mean(*.nearest))]
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

    /// Parses a rule's code in any case, with or without its `LF-`.
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
            assert!(seen.insert(name), "duplicate {name}");
            assert_eq!(name.parse(), Ok(*code));
        }
    }

    #[test]
    fn every_rule_is_explained() {
        for code in Code::ALL {
            let rule = code.rule();
            for text in [rule.title, rule.source, rule.reason, rule.good, rule.bad] {
                assert!(!text.trim().is_empty(), "{code}");
            }
            assert_eq!(rule.code, code.as_str());
            assert!(!rule.title.ends_with('.') && rule.reason.ends_with('.'), "{code}");
        }
    }

    #[test]
    fn a_name_is_found_without_its_prefix_and_a_wrong_one_gets_a_suggestion() {
        assert_eq!("name-too-long".parse(), Ok(Code::NameTooLong));
        let error = "LF-name-to-long".parse::<Code>().expect_err("unknown");
        assert_eq!(error.to_string(), "unknown rule LF-name-to-long; did you mean LF-name-too-long?");
        assert!("LF-q".parse::<Code>().expect_err("unknown").to_string().contains("lists them"));
    }
}
