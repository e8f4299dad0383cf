use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization as _;
use unicode_script::{Script, UnicodeScript as _};

use super::{Field, ValueError, text};

/// The name of an SMS signature, as it stands in a letter's scope. Case matters.
///
/// 2 to 12 letters and digits of any script. [`Self::check_new`] tells whether a new letter should
/// have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SignatureName(String);

impl SignatureName {
    /// The shortest signature that the service takes, in characters.
    pub const MIN_CHARS: usize = 2;
    /// The longest signature that the service takes, in characters.
    pub const MAX_CHARS: usize = 12;

    /// Whether a signature can contain the character.
    pub fn allows(c: char) -> bool {
        c.is_alphanumeric()
    }

    /// Whether a signature of the character can be applied for: Chinese, Latin, or a form of an
    /// ASCII character.
    pub fn takes_script_of(c: char) -> bool {
        let plain = || std::iter::once(c).nfkc().all(|c| c.is_ascii());
        c.is_ascii() || matches!(c.script(), Script::Han | Script::Latin) || plain()
    }

    /// Checks the rules for the signatures of new letters: no test word, not digits alone, Chinese
    /// and Latin characters only.
    ///
    /// # Errors
    /// When the service would refuse to create a letter with the signature, or could never create
    /// the signature.
    pub fn check_new(text: &str) -> Result<(), ValueError> {
        Self::faults(text).next().map_or(Ok(()), Err)
    }

    /// Every rule for the signatures of new letters that the text breaks.
    pub fn faults(text: &str) -> impl Iterator<Item = ValueError> {
        const FIELD: Field = Field::Signatures;
        let word = test_word(text).map(|(index, word)| ValueError::TestWord { word, index });
        let digits = text.chars().all(char::is_numeric).then_some(ValueError::DigitsOnly { field: FIELD });
        let foreign = text.chars().enumerate().find(|(_, c)| !Self::takes_script_of(*c));
        let foreign = foreign.filter(|_| digits.is_none());
        let foreign = foreign.map(|(index, character)| ValueError::ForeignScript { character, index });
        [word, digits, foreign].into_iter().flatten()
    }
}

/// The word within a signature that the service refuses, as it stands there, and where.
fn test_word(text: &str) -> Option<(usize, String)> {
    let folded: Vec<char> = text.chars().map(folded).collect();
    ["test", "测试", "測試"].into_iter().find_map(|word| {
        let length = word.chars().count();
        let index = folded.windows(length).position(|window| window.iter().copied().eq(word.chars()))?;
        Some((index, text.chars().skip(index).take(length).collect()))
    })
}

/// The character in its usual width and in lower case; the same one when that would be several.
fn folded(c: char) -> char {
    let mut forms = std::iter::once(c).nfkc().flat_map(char::to_lowercase);
    match (forms.next(), forms.next()) {
        (Some(form), None) => form,
        _ => c,
    }
}

text::text_value!(SignatureName);

impl TryFrom<&str> for SignatureName {
    type Error = ValueError;

    /// # Errors
    /// When the text has fewer than 2 or more than 12 characters, or one that is neither letter nor
    /// digit.
    fn try_from(text: &str) -> Result<Self, ValueError> {
        const FIELD: Field = Field::Signatures;
        text::trimmed(FIELD, text)?;
        text::only(FIELD, "", text, Self::allows)?;
        text::at_most(FIELD, text, Self::MAX_CHARS)?;
        let length = text.chars().count();
        if length < Self::MIN_CHARS {
            return Err(ValueError::TooShort { field: FIELD, length, min: Self::MIN_CHARS });
        }
        Ok(Self(text.to_owned()))
    }
}

/// The signatures that a letter is for (`SignList`): 1 to 100, each once, in the order in which
/// they were declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signatures(Vec<SignatureName>);

impl Signatures {
    /// The most signatures that one letter takes.
    pub const MAX: usize = 100;

    /// The signatures in the order in which they were declared.
    pub fn as_slice(&self) -> &[SignatureName] {
        &self.0
    }

    /// The signatures in the order in which they were declared.
    pub fn iter(&self) -> std::slice::Iter<'_, SignatureName> {
        self.0.iter()
    }

    /// Whether these are the same signatures as `others`, whatever the order.
    pub fn same_as<'a>(&self, others: impl Iterator<Item = &'a str> + Clone) -> bool {
        let mine = self.0.iter().map(SignatureName::as_str);
        mine.clone().eq(others.clone()) || mine.collect::<BTreeSet<_>>() == others.collect()
    }
}

impl TryFrom<Vec<SignatureName>> for Signatures {
    type Error = ValueError;

    /// # Errors
    /// When there is none, there are more than [`Self::MAX`], or there are duplicates.
    fn try_from(names: Vec<SignatureName>) -> Result<Self, ValueError> {
        if names.is_empty() {
            return Err(ValueError::NoSignatures);
        }
        if names.len() > Self::MAX {
            return Err(ValueError::TooManySignatures { count: names.len() });
        }
        let mut seen = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            if let Some(first) = seen.insert(name.as_str(), index) {
                return Err(ValueError::RepeatedSignature { name: name.to_string(), first, index });
            }
        }
        Ok(Self(names))
    }
}

impl serde::Serialize for Signatures {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for Signatures {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let names = Vec::<SignatureName>::deserialize(deserializer)?;
        Self::try_from(names).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(texts: &[&str]) -> Vec<SignatureName> {
        texts.iter().map(|text| SignatureName::try_from(*text).expect(text)).collect()
    }

    #[test]
    fn a_signature_is_2_to_12_letters_and_digits() {
        let field = Field::Signatures;
        assert!(SignatureName::try_from("菜鸟").is_ok());
        assert!(SignatureName::try_from("字".repeat(12).as_str()).is_ok());
        assert_eq!(SignatureName::try_from("菜"), Err(ValueError::TooShort { field, length: 1, min: 2 }));
        assert_eq!(
            SignatureName::try_from("字".repeat(13).as_str()),
            Err(ValueError::TooLong { field, length: 13, max: 12 })
        );
        assert_eq!(
            SignatureName::try_from("【菜鸟】"),
            Err(ValueError::ForbiddenCharacter { field, character: '【', index: 0 })
        );
    }

    #[test]
    fn finds_a_refused_word_anywhere_and_in_any_case() {
        for (bad, index) in [
            ("菜鸟测试", 2),
            ("测试", 0),
            ("Test", 0),
            ("contest网", 3),
            ("网TEST1", 1),
            ("ｔｅｓｔ网", 0),
            ("測試", 0),
        ] {
            assert_eq!(test_word(bad).map(|(index, _)| index), Some(index), "{bad}");
        }
        for good in ["菜鸟", "tes", "考试", "tеst"] {
            assert_eq!(test_word(good), None, "{good}");
        }
    }

    #[test]
    fn a_new_signature_is_chinese_or_latin_and_no_number() {
        assert_eq!(SignatureName::check_new("10086"), Err(ValueError::DigitsOnly { field: Field::Signatures }));
        for c in "Жαひカ한٣ㄅ".chars() {
            let error = ValueError::ForeignScript { character: c, index: 1 };
            assert_eq!(SignatureName::check_new(&format!("菜{c}")), Err(error));
        }
        for c in "菜aZ9〇é１Ａ々".chars() {
            assert_eq!(SignatureName::check_new(&format!("菜{c}")), Ok(()), "{c}");
        }
        assert_eq!(SignatureName::faults("тест測試").count(), 2);
    }

    #[test]
    fn a_letter_is_for_1_to_100_signatures_each_once() {
        assert_eq!(Signatures::try_from(vec![]), Err(ValueError::NoSignatures));
        let many: Vec<_> = (0..101).map(|i| format!("菜鸟{i}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(Signatures::try_from(names(&many)), Err(ValueError::TooManySignatures { count: 101 }));
        assert_eq!(
            Signatures::try_from(names(&["菜鸟", "裹裹", "菜鸟"])),
            Err(ValueError::RepeatedSignature { name: "菜鸟".to_owned(), first: 0, index: 2 })
        );
    }

    #[test]
    fn equality_ignores_order_and_minds_case() {
        let signatures = Signatures::try_from(names(&["Aliyun通信", "菜鸟"])).expect("valid");
        assert!(signatures.same_as(["菜鸟", "Aliyun通信"].into_iter()));
        assert!(!signatures.same_as(["菜鸟", "aliyun通信"].into_iter()));
    }
}
