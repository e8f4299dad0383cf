//! Texts from YAML files and from the service, made safe to show.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// `text` with every character that a terminal would obey or that a reader could not see written as `\u{…}`: control
/// characters, direction overrides and isolates, zero-width characters, line separators.
///
/// What comes back is one line, whatever went in. Combining marks and emoji stay as they are.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if is_unsafe(c) => safe.extend(c.escape_unicode()),
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// How many columns `text` takes on a terminal, once it is [`visible`].
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Whether a character must not reach a reader's screen as it is.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180E}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_stays_as_it_is() {
        for text in ["支付宝(中国)网络技术有限公司", "é e\u{301}", "", "a b"] {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey() {
        assert_eq!(visible("a\x1b[31mb\nc"), "a\\u{1b}[31mb\\nc");
        assert_eq!(visible("a\u{202E}b\u{200B}\u{9b}"), "a\\u{202e}b\\u{200b}\\u{9b}");
    }

    #[test]
    fn widths_are_columns() {
        assert_eq!(width("菜鸟ab"), 6);
        assert_eq!(width("e\u{301}"), 1);
    }
}
