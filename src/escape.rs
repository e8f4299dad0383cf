//! Texts from YAML files and from the service, made safe to show.

mod file_names;
mod shell;
mod untrusted;

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

pub use file_names::FileNames;
pub use shell::shell_word;
pub use untrusted::Untrusted;

/// `text` with every character that a terminal would obey or that a reader could not see written as
/// `\u{…}`: control characters, direction overrides and isolates, zero-width characters, line
/// separators; and so the beginnings of what CI systems take for a command wherever it stands in a
/// log.
///
/// What comes back is one line, whatever went in. Combining marks and emoji stay as they are.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.char_indices().any(|(at, _)| is_unsafe_at(text, at)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(visible_chars(text).collect())
}

/// The characters of `text`, each in the form in which [`visible`] shows it.
pub(crate) fn visible_chars(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    text.char_indices().map(|(at, c)| match c {
        '\n' => Cow::Borrowed("\\n"),
        '\r' => Cow::Borrowed("\\r"),
        '\t' => Cow::Borrowed("\\t"),
        c if is_unsafe_at(text, at) => Cow::Owned(c.escape_unicode().to_string()),
        c => Cow::Borrowed(&text[at..at + c.len_utf8()]),
    })
}

/// `text` with no line that a CI runner would obey: the colons of a line that begins with `::`,
/// after blanks and colours, are parted. GitHub's runner looks past blanks, and colours may be
/// taken away after this.
///
/// [`visible`] makes a value safe; this is for whole texts, in which a value may have come to stand
/// at the beginning of a line.
pub fn disarmed(text: &str) -> Cow<'_, str> {
    if !text.split('\n').any(|line| command_at(line).is_some()) {
        return Cow::Borrowed(text);
    }
    let lines = text.split('\n').map(|line| match command_at(line) {
        Some(at) => Cow::Owned(format!("{}\\u{{3a}}{}", &line[..at], &line[at + 1..])),
        None => Cow::Borrowed(line),
    });
    Cow::Owned(lines.collect::<Vec<_>>().join("\n"))
}

/// Where the command of a line begins, when it has one.
fn command_at(line: &str) -> Option<usize> {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        match rest.strip_prefix("\u{1b}[").and_then(|style| style.split_once('m')) {
            Some((style, after)) if style.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => rest = after,
            _ => break,
        }
    }
    rest.starts_with("::").then(|| line.len() - rest.len())
}

/// The first `max` characters of a text, and a sign when there are more.
pub(crate) fn shorten(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// How many columns `text` takes on a terminal, once it is [`visible`].
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// Whether the character at this place of `text` must not be shown as it is.
pub(crate) fn is_unsafe_at(text: &str, at: usize) -> bool {
    let rest = &text[at..];
    rest.starts_with(is_unsafe) || COMMANDS.iter().any(|command| rest.starts_with(command))
}

/// How commands begin that are obeyed in the middle of a line: those of GitHub, of Azure and of
/// `TeamCity`.
const COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// Whether a character must not reach a reader's screen as it is.
fn is_unsafe(c: char) -> bool {
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
    fn nothing_reaches_a_log_that_a_ci_system_would_obey() {
        assert_eq!(visible("a##[error]b"), "a\\u{23}#[error]b");
        assert_eq!(visible("###vso[x]##teamcity[y]"), "#\\u{23}#vso[x]\\u{23}#teamcity[y]");
        assert_eq!(visible("## A head [1] #2"), "## A head [1] #2");
    }

    #[test]
    fn no_line_begins_with_a_workflow_command() {
        assert_eq!(disarmed("a\n::stop-commands::x\n"), "a\n\\u{3a}:stop-commands::x\n");
        assert_eq!(
            disarmed("  \u{1b}[1m \u{1b}[0m\u{3000}::error::x"),
            "  \u{1b}[1m \u{1b}[0m\u{3000}\\u{3a}:error::x"
        );
        assert_eq!(disarmed("a ::b\n: :c\n"), "a ::b\n: :c\n");
    }

    #[test]
    fn widths_are_columns() {
        assert_eq!(width("菜鸟ab"), 6);
        assert_eq!(width("e\u{301}"), 1);
    }
}
