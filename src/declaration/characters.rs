//! Characters that an input method, a word processor or a spreadsheet leaves in a declaration, and
//! what they stand for.

use unicode_normalization::UnicodeNormalization;

/// The name of a character, for characters that are easily taken for others.
const NAMES: &[(char, &str)] = &[
    ('\t', "tab"),
    (' ', "space"),
    ('\n', "line break"),
    ('\r', "line break"),
    ('\u{A0}', "no-break space"),
    ('\u{AD}', "soft hyphen"),
    ('\u{2002}', "en space"),
    ('\u{2003}', "em space"),
    ('\u{2009}', "thin space"),
    ('\u{200B}', "zero-width space"),
    ('\u{200C}', "zero-width non-joiner"),
    ('\u{200D}', "zero-width joiner"),
    ('\u{200E}', "left-to-right mark"),
    ('\u{200F}', "right-to-left mark"),
    ('\u{202F}', "narrow no-break space"),
    ('\u{2060}', "word joiner"),
    ('\u{3000}', "full-width space"),
    ('\u{FEFF}', "byte order mark"),
    ('：', "full-width colon"),
    ('﹕', "small colon"),
    ('︰', "vertical colon"),
    ('∶', "ratio sign"),
    ('；', "full-width semicolon"),
    ('，', "full-width comma"),
    ('、', "enumeration comma"),
    ('。', "ideographic full stop"),
    ('．', "full-width full stop"),
    ('“', "left double quotation mark"),
    ('”', "right double quotation mark"),
    ('‘', "left single quotation mark"),
    ('’', "right single quotation mark"),
    ('＂', "full-width quotation mark"),
    ('＇', "full-width apostrophe"),
    ('「', "left corner bracket"),
    ('」', "right corner bracket"),
    ('『', "left white corner bracket"),
    ('』', "right white corner bracket"),
    ('《', "left double angle bracket"),
    ('》', "right double angle bracket"),
    ('【', "left black lenticular bracket"),
    ('】', "right black lenticular bracket"),
    ('［', "full-width left square bracket"),
    ('］', "full-width right square bracket"),
    ('｛', "full-width left curly bracket"),
    ('｝', "full-width right curly bracket"),
    ('（', "full-width left parenthesis"),
    ('）', "full-width right parenthesis"),
    ('〔', "left tortoise shell bracket"),
    ('〕', "right tortoise shell bracket"),
    ('－', "full-width hyphen"),
    ('–', "en dash"),
    ('—', "em dash"),
    ('−', "minus sign"),
    ('～', "full-width tilde"),
    ('〜', "wave dash"),
    ('＃', "full-width number sign"),
    ('•', "bullet"),
    ('・', "katakana middle dot"),
    ('･', "half-width katakana middle dot"),
    ('‧', "hyphenation point"),
    ('∙', "bullet operator"),
    ('⋅', "dot operator"),
];

/// Dots that are taken for the middle dot `·` of names.
pub(super) const DOTS: [char; 7] = ['•', '・', '･', '‧', '∙', '⋅', '●'];

/// A character, its name and its number: `` `，` (full-width comma, U+FF0C) ``.
pub(super) fn described(c: char) -> String {
    let number = u32::from(c);
    let name = NAMES.iter().find(|(known, _)| *known == c).map(|(_, name)| *name);
    match name {
        Some(name) if c.is_ascii() => format!("a {name}"),
        Some(name) if is_blank(c) => format!("{} {name} (U+{number:04X})", article(name)),
        Some(name) => format!("`{c}` ({name}, U+{number:04X})"),
        None if c.is_ascii_graphic() => format!("`{c}`"),
        None if is_blank(c) || c.is_control() => format!("the invisible character U+{number:04X}"),
        None => format!("`{c}` (U+{number:04X})"),
    }
}

/// Whether the character is white space or can't be seen.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || unicode_width::UnicodeWidthChar::width(c).unwrap_or(0) == 0
}

/// The ASCII letter or digit of which the character is another form, such as its full-width form.
pub(super) fn plain(c: char) -> Option<char> {
    let mut folded = std::iter::once(c).nfkc();
    let plain = folded.next()?;
    (!c.is_ascii() && folded.next().is_none() && plain.is_ascii_alphanumeric()).then_some(plain)
}

/// A text without white space around it, and with ASCII letters, digits and tildes for their
/// full-width forms.
pub(super) fn plain_form(text: &str) -> String {
    text.trim().chars().map(|c| if c == '～' { '~' } else { plain(c).unwrap_or(c) }).collect()
}

fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// Several characters, each once, in the order in which they stand: `` `，` (…), `。` (…) and a
/// space``.
pub(super) fn listed(characters: impl IntoIterator<Item = char>) -> (String, usize) {
    const MOST: usize = 8;
    let mut seen: Vec<char> = Vec::new();
    for c in characters {
        if !seen.contains(&c) {
            seen.push(c);
        }
    }
    let mut parts: Vec<String> = seen.iter().take(MOST).map(|c| described(*c)).collect();
    if seen.len() > MOST {
        parts.push(format!("{} more", seen.len() - MOST));
    }
    let last = parts.pop().unwrap_or_default();
    let text = if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) };
    (text, seen.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_a_reader_takes_for_something_else() {
        assert_eq!(described('，'), "`，` (full-width comma, U+FF0C)");
        assert_eq!(described('\u{3000}'), "a full-width space (U+3000)");
        assert_eq!(described('\t'), "a tab");
        assert_eq!(described('\u{2063}'), "the invisible character U+2063");
        assert_eq!(
            listed("，a。，".chars()).0,
            "`，` (full-width comma, U+FF0C), `a` and `。` (ideographic full stop, U+3002)"
        );
    }

    #[test]
    fn full_width_forms_have_plain_ones() {
        assert_eq!((plain('９'), plain('Ａ'), plain('9'), plain('鸟')), (Some('9'), Some('A'), None, None));
    }
}
