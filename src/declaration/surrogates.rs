//! Characters that JSON writes as two escapes, as in `"\uD83D\uDE00"`.
//!
//! YAML's own escapes have no surrogates, and the parser refuses them. Each half is handed to it as
//! the escape of a private character, as wide as the half, so that no place in the text changes;
//! what comes back is put together again.

use std::borrow::Cow;

use saphyr_parser::ScalarStyle;

/// What the halves are replaced by: `\uD800` by U+E000, and so on to `\uDFFF` by U+E7FF.
const PRIVATE: u32 = 0xE000 - 0xD800;

/// The text with escapes in the place of surrogate pairs that the parser takes; `None` when there
/// is no pair.
///
/// A text with private characters of its own stays as it is, so that nothing is taken for a half
/// that is none.
pub(super) fn hidden(text: &str) -> Option<String> {
    let is_pair = |high, low| (0xD800..0xDC00).contains(&high) && (0xDC00..0xE000).contains(&low);
    replaced(text, is_pair, |half| half + PRIVATE).filter(|_| !has_private(text))
}

/// The text of a scalar as it was before [`hidden`].
pub(super) fn revealed(text: Cow<'_, str>, style: ScalarStyle) -> Cow<'_, str> {
    let whole = if style == ScalarStyle::DoubleQuoted {
        text.chars().any(is_private).then(|| joined(&text))
    } else {
        // Elsewhere a backslash is a backslash.
        replaced(&text, |high, low| is_hidden_half(high) && is_hidden_half(low), |half| half - PRIVATE)
    };
    whole.map_or(text, Cow::Owned)
}

/// The text with other numbers in each pair of escapes that is `wanted`; `None` when there is none.
fn replaced(text: &str, wanted: impl Fn(u32, u32) -> bool, number: impl Fn(u32) -> u32) -> Option<String> {
    let mut from = 0;
    let mut replaced: Option<String> = None;
    while let Some(found) = text[from..].find("\\u") {
        let at = from + found;
        from = at + 2;
        let escaped = text[..at].bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
        let Some((high, low)) = pair(&text[at..]).filter(|(high, low)| !escaped && wanted(*high, *low)) else {
            continue;
        };
        let escapes = format!("\\u{:04X}\\u{:04X}", number(high), number(low));
        replaced.get_or_insert_with(|| text.to_owned()).replace_range(at..at + PAIR, &escapes);
        from = at + PAIR;
    }
    replaced
}

/// The length of a pair of escapes in bytes.
const PAIR: usize = 12;

/// The numbers of the two escapes with which the text begins.
fn pair(text: &str) -> Option<(u32, u32)> {
    let half = |text: &str| {
        let digits = text.strip_prefix("\\u")?.get(..4)?;
        let digits = digits.bytes().all(|b| b.is_ascii_hexdigit()).then_some(digits)?;
        u32::from_str_radix(digits, 16).ok()
    };
    Some((half(text)?, half(text.get(PAIR / 2..)?)?))
}

fn is_hidden_half(half: u32) -> bool {
    (0xE000..0xE800).contains(&half)
}

fn is_private(c: char) -> bool {
    is_hidden_half(u32::from(c))
}

/// Whether a text has a private character, or an escape that could be one.
fn has_private(text: &str) -> bool {
    let escape = |at: usize| text[at + 2..].trim_start_matches('0').starts_with(['e', 'E']);
    text.chars().any(is_private) || text.match_indices("\\u").chain(text.match_indices("\\U")).any(|(at, _)| escape(at))
}

/// Puts the halves together.
fn joined(text: &str) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut high: Option<u32> = None;
    for c in text.chars() {
        match high.take() {
            Some(high) => {
                let low = u32::from(c) - PRIVATE - 0xDC00;
                whole.extend(char::from_u32(0x1_0000 + (high << 10) + low));
            }
            None if is_private(c) => high = Some(u32::from(c) - PRIVATE - 0xD800),
            None => whole.push(c),
        }
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, style: ScalarStyle) -> String {
        let hidden = hidden(text).expect("a pair");
        assert_eq!(hidden.chars().count(), text.chars().count());
        // What the parser does with the escapes of a double-quoted text.
        let parsed = match style {
            ScalarStyle::DoubleQuoted => serde_json::from_str(&format!("\"{hidden}\"")).unwrap(),
            _ => hidden,
        };
        revealed(Cow::Owned(parsed), style).into_owned()
    }

    #[test]
    fn pairs_become_characters_in_double_quotes_alone() {
        for (text, expected) in [
            (r"\uD83D\uDE00", "😀"),
            (r"a\ud840\udc0b菜\uDBFF\uDFFF", "a𠀋菜\u{10FFFF}"),
            (r"\\\uD83D\uDE00\\", r"\😀\"),
        ] {
            assert_eq!(read(text, ScalarStyle::DoubleQuoted), expected);
            assert_eq!(read(text, ScalarStyle::Plain), text.replace("ud840", "uD840").replace("udc0b", "uDC0B"));
        }
    }

    #[test]
    fn what_is_no_pair_is_left_to_the_parser() {
        for text in
            [r"\uD83D", r"\uDE00\uD83D", r"\\uD83D\\uDE00", r"\uD83D \uDE00", r"\u0041", "菜", r"\uD83D\u00", r"\u"]
        {
            assert_eq!(hidden(text), None, "{text}");
        }
    }

    #[test]
    fn private_characters_are_never_taken_for_halves() {
        for text in ["\u{E001} \\uD83D\\uDE00", r"\uE001 \uD83D\uDE00", r"\U0000e001 \uD83D\uDE00"] {
            assert_eq!(hidden(text), None, "{text}");
        }
    }
}
