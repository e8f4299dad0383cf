//! What the service says of signatures beyond the characters that a letter's scope takes.

use std::{collections::HashMap, sync::LazyLock};

use crate::declaration::{
    Code,
    collector::FileCollector,
    refusal::{listed, within},
    source::{SourceFile, Span},
};

/// Checks a signature that a letter's scope could have.
pub(super) fn check(collector: &mut FileCollector<'_>, source: &SourceFile, text: &str, span: Span) {
    if text.bytes().all(|b| b.is_ascii_alphabetic()) {
        let help = "add a Chinese word if you can; carriers often intercept such a signature";
        collector.report_with_help(Code::SignatureLetters, "the signature consists of letters only", span, help);
    }
    let is_traditional = |c: &char| simplified(*c).is_some();
    if let Some(first) = text.chars().position(|c| is_traditional(&c)) {
        let found = listed(text.chars().filter(is_traditional), |_| "traditional");
        let message = format!("the signature contains {found}");
        let at = within(source, span, text, first..first + 1);
        let instead: String = text.chars().map(|c| simplified(c).unwrap_or(c)).collect();
        let help = format!("write `{instead}` if the signature is registered in that form");
        collector.push(collector.diagnostic(Code::SignatureTraditional, message, at).help(help));
    }
}

/// The simplified form of a traditional character.
///
/// The table (`traditional.NOTICE.md` has its source and licence) has the characters that
/// `TSCharacters` of `OpenCC` changes in every reading and that GB 2312, the repertoire of
/// simplified Chinese, leaves out: each pair is the traditional and the simplified form.
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
    fn tells_traditional_characters_from_those_in_use() {
        for (traditional, expected) in
            [('國', '国'), ('龍', '龙'), ('測', '测'), ('網', '网'), ('後', '后'), ('於', '于')]
        {
            assert_eq!(simplified(traditional), Some(expected));
        }
        for used in "国龙乾著喆堃镕菜鸟裹〇a1".chars() {
            assert_eq!(simplified(used), None, "{used}");
        }
    }
}
