//! Slips of typing that keep a file from being YAML, found where they stand and not where a parser notices.

use super::{
    characters::{described, is_blank},
    source::{SourceFile, Span, saturate},
};

/// A slip, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
}

/// How many lines before a parser's place are looked at.
const LINES_BEFORE: u32 = 200;
/// Longer lines are not looked at.
const MAX_LINE_BYTES: usize = 64 * 1024;

/// The slip that a syntax error at `line` comes from.
pub(super) fn behind_error(source: &SourceFile, line: u32) -> Option<Slip> {
    let last = saturate(source.line_count());
    let near = || [line.saturating_sub(1), line, line + 1].into_iter().filter(|line| (1..=last).contains(line));
    let before = || (line.saturating_sub(LINES_BEFORE).max(1)..line.saturating_sub(1).max(1)).rev();
    let all = || near().chain(before()).filter(|line| source.line(*line).len() <= MAX_LINE_BYTES);
    let find = |check: fn(&str) -> Option<Found>| all().find_map(|line| Some(check(source.line(line))?.at(line)));
    let marks = || {
        (1..=last)
            .filter(|line| source.line(*line).len() <= MAX_LINE_BYTES)
            .find_map(|line| Some(merge_mark(source.line(line))?.at(line)))
    };
    marks()
        .or_else(|| find(indentation))
        .or_else(|| all().find_map(|line| Some(field(source.line(line), is_json(source))?.at(line))))
        .or_else(|| find(wrong_bracket))
        .or_else(|| find(open_quote))
        .or_else(|| find(open_bracket))
        .or_else(|| find(value_start))
}

/// The slip on the lines of an unquoted text that was meant to be one line.
pub(super) fn within_plain_text(source: &SourceFile, lines: std::ops::RangeInclusive<u32>) -> Option<Slip> {
    let json = is_json(source);
    lines.take(LINES_BEFORE as usize).filter(|line| source.line(*line).len() <= MAX_LINE_BYTES).find_map(|line| {
        let text = source.line(line);
        Some(merge_mark(text).or_else(|| field(text, json))?.at(line))
    })
}

/// A slip on a line: its characters, counted from 0.
struct Found {
    columns: std::ops::Range<usize>,
    message: String,
    help: String,
}

impl Found {
    fn at(self, line: u32) -> Slip {
        let column = |index: usize| saturate(index + 1);
        let span = Span::on_line(line, column(self.columns.start)..column(self.columns.end));
        Slip { span, message: self.message, help: self.help }
    }
}

#[allow(clippy::unnecessary_wraps, reason = "every check ends with it")]
fn found(columns: std::ops::Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Option<Found> {
    Some(Found { columns, message: message.into(), help: help.into() })
}

fn merge_mark(line: &str) -> Option<Found> {
    let mark = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].into_iter().find(|mark| line.starts_with(mark))?;
    let rest = &line[mark.len()..];
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let message = format!("`{mark}` is the mark of an unresolved merge conflict");
    found(0..mark.len(), message, "keep one side of the conflict and remove all three marks")
}

/// White space before a field that is not made of spaces.
fn indentation(line: &str) -> Option<Found> {
    let first = line.chars().position(|c| !is_blank(c)).filter(|end| *end > 0)?;
    let (index, c) = line.chars().take(first).enumerate().find(|(_, c)| *c != ' ')?;
    let end = index + line.chars().skip(index).take_while(|other| *other == c).count();
    let message = format!("the indentation contains {}", described(c));
    found(index..end, message, "indent with spaces only")
}

fn is_json(source: &SourceFile) -> bool {
    source.text().trim_start().starts_with(['{', '['])
}

/// A field whose name, colon or space after the colon is typed in another way. JSON needs no space.
fn field(line: &str, json: bool) -> Option<Found> {
    let chars: Vec<char> = line.chars().collect();
    let mut start = chars.iter().position(|c| *c != ' ')?;
    if let Some(slip) = list_mark(&chars, start) {
        return Some(slip);
    }
    while matches!(chars.get(start), Some('-' | ' ' | '{')) {
        start += 1;
    }
    let quote = chars.get(start).copied().filter(|c| matches!(c, '"' | '\''));
    start += usize::from(quote.is_some());
    let word = chars[start..].iter().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-')).count();
    let name: String = chars[start..start + word].iter().collect();
    let colon = start + word + usize::from(quote.is_some() && chars.get(start + word) == quote.as_ref());
    let blanks = chars[colon.min(chars.len())..].iter().take_while(|c| is_blank(**c)).count();
    if word == 0 || !is_field(&name) {
        return None;
    }
    let after = colon + blanks;
    let c = *chars.get(after)?;
    let next = chars.get(after + 1).copied();
    match c {
        '：' | '﹕' | '︰' | '∶' | '；' | '＝' | '=' => {
            let message = format!("{} is not the colon of a field", described(c));
            found(after..after + 1, message, format!("write `{name}: ` with a plain colon and a space"))
        }
        ':' if next.is_some_and(|next| next != ' ' && is_blank(next) && next != '\t') => {
            let next = next.unwrap_or(' ');
            let end = after + 1 + chars[after + 1..].iter().take_while(|other| **other == next).count();
            let message = format!("{} follows the colon of `{name}`", described(next));
            found(after + 1..end, message, "write a plain space after the colon")
        }
        ':' if next.is_some_and(|next| !is_blank(next)) && !(json && quote.is_some()) => {
            let message = format!("missing space after the colon of `{name}`");
            found(after..after + 1, message, format!("write `{name}: ` with a space after the colon"))
        }
        _ => None,
    }
}

/// A mark of a list item that is another dash, or has no space after it.
fn list_mark(chars: &[char], start: usize) -> Option<Found> {
    let c = chars[start];
    let rest: String = chars[start + 1..].iter().collect();
    let item = || is_field(rest.trim_start().split([':', '：', ' ']).next().unwrap_or_default());
    if matches!(c, '－' | '–' | '—' | '−' | '•' | '·') && item() {
        let message = format!("{} is not the mark of a list item", described(c));
        return found(start..start + 1, message, "write `- ` with a plain hyphen and a space");
    }
    let next = *chars.get(start + 1)?;
    if c == '-' && next != ' ' && item() {
        if is_blank(next) {
            let message = format!("{} follows the mark of a list item", described(next));
            return found(start + 1..start + 2, message, "write a plain space after `-`");
        }
        return found(start..start + 1, "missing space after the mark of a list item", "write `- ` with a space");
    }
    None
}

/// Whether the word names something of a declaration, in any of the ways that are recognised.
fn is_field(word: &str) -> bool {
    const OTHERS: [&str; 12] = [
        "version", "letters", "defaults", "from", "to", "accounts", "settings", "profile", "role", "region",
        "endpoint", "lints",
    ];
    OTHERS.contains(&word) || super::document::FIELDS.contains(&word) || super::fields::means(word).is_some()
}

/// The value of a line's field, and where it starts, in characters.
fn value(line: &str) -> Option<(usize, Vec<char>)> {
    let chars: Vec<char> = line.chars().collect();
    let colon = chars.windows(2).position(|pair| pair == [':', ' '])?;
    let start = colon + 2 + chars[colon + 2..].iter().take_while(|c| **c == ' ').count();
    (start < chars.len()).then(|| (start, chars[start..].to_vec()))
}

/// A list in brackets that is closed by another bracket, or parted by other commas.
fn wrong_bracket(line: &str) -> Option<Found> {
    let (start, value) = value(line)?;
    let (closing, wrong) = match value.first()? {
        '[' => (']', ['］', '】', '〕', '」']),
        '{' => ('}', ['｝', '】', '』', '」']),
        _ => return None,
    };
    if value.contains(&closing) {
        return None;
    }
    let index = value.iter().rposition(|c| wrong.contains(c))?;
    let message = format!("{} does not close `{}`", described(value[index]), value[0]);
    found(start + index..start + index + 1, message, format!("write `{closing}` instead"))
}

/// A quotation mark that is not closed on its line.
fn open_quote(line: &str) -> Option<Found> {
    let chars: Vec<char> = line.chars().collect();
    let opens = |index: usize| index == 0 || matches!(chars[index - 1], ' ' | '[' | ',' | '{' | ':');
    let mut open: Option<(usize, char)> = None;
    let mut index = 0;
    while index < chars.len() {
        match (open, chars[index]) {
            (None, '#') if index == 0 || chars[index - 1] == ' ' => break,
            (None, c @ ('"' | '\'')) if opens(index) => open = Some((index, c)),
            (Some((_, '"')), '\\') => index += 1,
            (Some((_, quote)), c) if c == quote => open = None,
            _ => {}
        }
        index += 1;
    }
    let (at, quote) = open?;
    let closing = ['”', '“', '’', '‘', '＂', '＇', '」', '』'];
    if let Some(index) = chars.iter().rposition(|c| closing.contains(c)).filter(|index| *index > at) {
        let message = format!("{} does not close the quotation mark `{quote}`", described(chars[index]));
        return found(index..index + 1, message, format!("write `{quote}` instead"));
    }
    found(
        at..at + 1,
        format!("the quotation mark `{quote}` is not closed"),
        format!("add `{quote}` at the end of the value"),
    )
}

/// A bracket that is not closed on its line.
fn open_bracket(line: &str) -> Option<Found> {
    let (start, value) = value(line)?;
    let closing = match value.first()? {
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    if value.contains(&closing) {
        return None;
    }
    let message = format!("the bracket `{}` is not closed", value[0]);
    found(start..start + 1, message, format!("add `{closing}` at the end of the list"))
}

/// A value that starts with a character that has a meaning in YAML.
fn value_start(line: &str) -> Option<Found> {
    let (start, value) = value(line)?;
    let c = *value.first()?;
    let reserved = matches!(c, '@' | '`' | '%' | '*' | '&' | '!' | '|' | '>' | ',' | ']' | '}');
    let message = format!("a value can't start with `{c}` without quotation marks");
    if reserved { found(start..start + 1, message, "put the value in quotation marks") } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip(text: &str, line: u32) -> (u32, u32, String, String) {
        let slip = behind_error(&SourceFile::new("f", text), line).expect(text);
        (slip.span.start.line, slip.span.start.column, slip.message, slip.help)
    }

    #[test]
    fn a_slip_is_found_where_it_is_and_by_name() {
        for (text, line, place, part) in [
            (
                "- name: a\n  authorizer:\u{3000}b\n  scan: c",
                3,
                (2, 14),
                "a full-width space (U+3000) follows the colon",
            ),
            ("- name: a\n\u{A0}\u{A0}authorizer: b\n  scan: c", 3, (2, 1), "contains a no-break space (U+00A0)"),
            ("- name: a\n\tauthorizer: b", 1, (2, 1), "contains a tab"),
            ("- name: a\n  authorizer:b\n  scan: c", 3, (2, 13), "missing space after the colon of `authorizer`"),
            ("- name: a\n  授权方：b\n  scan: c", 3, (2, 6), "`：` (full-width colon, U+FF1A)"),
            (
                "- name: a\n  authorizer: \"b”\n  scan: c",
                2,
                (2, 17),
                "`”` (right double quotation mark, U+201D) does not close",
            ),
            ("- name: a\n  authorizer: \"b\n  scan: c", 2, (2, 15), "the quotation mark `\"` is not closed"),
            (
                "- name: a\n  signatures: [b, c】\n  scan: c",
                3,
                (2, 20),
                "`】` (right black lenticular bracket, U+3011)",
            ),
            ("- name: a\n  signatures: [b, c\n  scan: c", 3, (2, 15), "the bracket `[` is not closed"),
            ("letters:\n<<<<<<< HEAD\n  - name: a\n=======", 3, (2, 1), "unresolved merge conflict"),
            ("letters:\n  －name: a\n    scan: b", 3, (2, 3), "`－` (full-width hyphen, U+FF0D)"),
            ("letters:\n  -name: a\n    scan: b", 3, (2, 3), "missing space after the mark of a list item"),
        ] {
            let (at_line, column, message, _) = slip(text, line);
            assert_eq!((at_line, column), place, "{text}: {message}");
            assert!(message.contains(part), "{message}");
        }
    }
}
