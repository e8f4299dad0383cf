//! What the service says of signatures beyond the characters that a letter's scope takes.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

use crate::declaration::{
    Code,
    collector::FileCollector,
    refusal::within,
    source::{SourceFile, Span},
};

/// Checks a signature that a letter's scope could have.
pub(super) fn check(collector: &mut FileCollector<'_>, source: &SourceFile, text: &str, span: Span) {
    if let Some(word) = test_word(text) {
        let message = format!("the signature contains `{word}`");
        collector.report_with_help(Code::TestWord, message, span, "write the signature that messages will carry");
    }
    if text.chars().all(char::is_numeric) {
        let help = "add a word; the service refuses such a signature when you apply for it";
        collector.report_with_help(Code::SignatureDigits, "the signature consists of digits only", span, help);
        return;
    }
    if text.bytes().all(|b| b.is_ascii_alphabetic()) {
        let help = "add a Chinese word if you can; carriers often intercept such a signature";
        collector.report_with_help(Code::SignatureLetters, "the signature consists of letters only", span, help);
    }
    let foreign = places(text, is_foreign);
    if let Some(first) = foreign.first() {
        let message = format!("the signature contains {}", listed(&foreign, |c| script_of(c).to_owned()));
        let at = within(source, span, text, first.0..first.0 + 1);
        let help = "use simplified Chinese characters, English letters and digits";
        collector.report_with_help(Code::SignatureScript, message, at, help);
    }
    let traditional = places(text, |c| simplified(c).is_some());
    if let Some(first) = traditional.first() {
        let message = format!("the signature contains {}", listed(&traditional, |_| "traditional".to_owned()));
        let at = within(source, span, text, first.0..first.0 + 1);
        let instead: String = text.chars().map(|c| simplified(c).unwrap_or(c)).collect();
        let help = format!("write `{instead}` if the signature is registered in that form");
        collector.push(collector.diagnostic(Code::SignatureTraditional, message, at).help(help));
    }
}

/// The word within a signature that the service refuses, as it stands there.
fn test_word(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let fold = |c: &char| std::iter::once(*c).nfkc().flat_map(char::to_lowercase).collect::<String>();
    ["test", "测试", "測試"].into_iter().find_map(|word| {
        let window = chars.windows(word.chars().count()).find(|window| {
            let folded: String = window.iter().map(fold).collect();
            folded == word
        })?;
        Some(window.iter().collect())
    })
}

/// A letter or digit of a script that signatures can't have. A form of an ASCII character is a look-alike instead.
fn is_foreign(c: char) -> bool {
    let plain = || std::iter::once(c).nfkc().all(|c| c.is_ascii());
    !c.is_ascii() && !matches!(c.script(), Script::Han | Script::Latin) && !plain()
}

fn script_of(c: char) -> &'static str {
    match c.script() {
        Script::Common | Script::Inherited | Script::Unknown => "not Chinese or English",
        script => script.full_name(),
    }
}

fn places(text: &str, wanted: impl Fn(char) -> bool) -> Vec<(usize, char)> {
    text.chars().enumerate().filter(|(_, c)| wanted(*c)).collect()
}

/// `` `к` (Cyrillic) and `α` (Greek)``, each once.
fn listed(found: &[(usize, char)], what: impl Fn(char) -> String) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (_, c) in found {
        let part = format!("`{c}` ({})", what(*c));
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    let last = parts.pop().unwrap_or_default();
    if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) }
}

/// The simplified form of a traditional character.
///
/// The table has the characters that the Apache-licensed `TSCharacters` of `OpenCC` changes in every reading and that
/// GB 2312, the repertoire of simplified Chinese, leaves out: each pair is the traditional and the simplified form.
fn simplified(c: char) -> Option<char> {
    static TABLE: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
        let pairs = include_str!("traditional.txt").split_whitespace();
        pairs.filter_map(|pair| pair.chars().next().zip(pair.chars().nth(1))).collect()
    });
    if c.is_ascii() { None } else { TABLE.get(&c).copied() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_refused_word_anywhere_and_in_any_case() {
        for bad in ["菜鸟测试", "测试", "Test", "contest网", "网TEST1", "ｔｅｓｔ网", "測試"] {
            assert!(test_word(bad).is_some(), "{bad}");
        }
        for good in ["菜鸟", "tes", "考试", "tеst"] {
            assert_eq!(test_word(good), None, "{good}");
        }
    }

    #[test]
    fn tells_traditional_characters_from_those_in_use() {
        for (traditional, expected) in [('國', '国'), ('龍', '龙'), ('測', '测'), ('網', '网')] {
            assert_eq!(simplified(traditional), Some(expected));
        }
        for used in "国龙乾著喆堃镕菜鸟裹〇a1".chars() {
            assert_eq!(simplified(used), None, "{used}");
        }
    }

    #[test]
    fn other_scripts_are_foreign() {
        for c in "Жαひカ한٣ㄅ".chars() {
            assert!(is_foreign(c), "{c}");
        }
        for c in "菜aZ9〇é１Ａ々".chars() {
            assert!(!is_foreign(c), "{c}");
        }
    }
}
