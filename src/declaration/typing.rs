//! Slips of typing that keep a file from being YAML, found where they stand and not where a parser
//! notices.

use super::{
    Code, Diagnostic, Edit, Fix, Safety,
    characters::{described, is_blank},
    collector::FileCollector,
    source::{SourceFile, Span, saturate},
};

/// A slip, in words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slip {
    pub(super) span: Span,
    pub(super) message: String,
    pub(super) help: String,
    /// What is written, where, and whether that is sure.
    pub(super) edit: Option<(Span, String, Safety)>,
}

impl Slip {
    /// The problem that the slip is.
    pub(super) fn diagnostic(self, collector: &FileCollector<'_>) -> Diagnostic {
        let fix = self.edit.map(|(span, text, safety)| {
            let edit = Edit { place: collector.place(span), text };
            Fix::new(sentence(&self.help), edit, safety)
        });
        collector.diagnostic(Code::YamlSyntax, self.message, self.span).help(self.help).mend(fix)
    }
}

fn sentence(help: &str) -> String {
    let mut characters = help.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
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
    let find = |check: fn(&str) -> Option<LineSlip>| all().find_map(|line| Some(check(source.line(line))?.at(line)));
    let marks = || {
        (1..=last)
            .filter(|line| source.line(*line).len() <= MAX_LINE_BYTES)
            .find_map(|line| Some(merge_mark(source.line(line))?.at(line)))
    };
    marks()
        .or_else(|| all().find_map(|line| indentation(source, line)))
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
struct LineSlip {
    columns: std::ops::Range<usize>,
    message: String,
    help: String,
    edit: Option<(std::ops::Range<usize>, String, Safety)>,
}

impl LineSlip {
    fn at(self, line: u32) -> Slip {
        let column = |index: usize| saturate(index + 1);
        let span = |columns: &std::ops::Range<usize>| Span::on_line(line, column(columns.start)..column(columns.end));
        let edit = self.edit.map(|(columns, text, safety)| (span(&columns), text, safety));
        Slip { span: span(&self.columns), message: self.message, help: self.help, edit }
    }

    /// The slip with what mends it.
    #[allow(clippy::unnecessary_wraps, reason = "every check ends with it")]
    fn write(mut self, columns: std::ops::Range<usize>, text: &str, safety: Safety) -> Option<Self> {
        self.edit = Some((columns, text.to_owned(), safety));
        Some(self)
    }
}

fn slip(columns: std::ops::Range<usize>, message: impl Into<String>, help: impl Into<String>) -> LineSlip {
    LineSlip { columns, message: message.into(), help: help.into(), edit: None }
}

fn merge_mark(line: &str) -> Option<LineSlip> {
    let mark = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"].into_iter().find(|mark| line.starts_with(mark))?;
    let rest = &line[mark.len()..];
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let message = format!("`{mark}` is the mark of an unresolved merge conflict");
    Some(slip(0..mark.len(), message, "keep one side of the conflict and remove all three marks"))
}

/// White space before a field that is not made of spaces.
fn indentation(source: &SourceFile, number: u32) -> Option<Slip> {
    let line = source.line(number);
    let first = line.chars().position(|c| !is_blank(c)).filter(|end| *end > 0)?;
    let (index, c) = line.chars().take(first).enumerate().find(|(_, c)| *c != ' ')?;
    let end = index + line.chars().skip(index).take_while(|other| *other == c).count();
    let message = format!("the indentation contains {}", described(c));
    let found = slip(index..end, message, "indent with spaces only");
    let mended = indent_beside(source, number).map(|columns| (0..first, " ".repeat(columns), Safety::Safe));
    Some(LineSlip { edit: mended, ..found }.at(number))
}

/// How far a line is indented that belongs with the field on the line after it, or else with the
/// one before.
fn indent_beside(source: &SourceFile, number: u32) -> Option<usize> {
    let is_item = source.line(number).trim_start().starts_with("- ");
    let beside = |number: u32| -> Option<usize> {
        let line = source.line(number);
        let spaces = line.len() - line.trim_start_matches(' ').len();
        let rest = &line[spaces..];
        if rest.starts_with(is_blank) || rest.is_empty() || rest.starts_with('#') {
            return None;
        }
        match rest.strip_prefix("- ") {
            Some(_) if is_item => Some(spaces),
            Some(field) => Some(spaces + 2 + field.len() - field.trim_start_matches(' ').len()),
            None if is_item || spaces == 0 => None,
            None => Some(spaces),
        }
    };
    let after = || beside(number + 1).filter(|_| !source.line(number + 1).trim_start().starts_with("- ") || is_item);
    after().or_else(|| beside(number.checked_sub(1)?))
}

fn is_json(source: &SourceFile) -> bool {
    source.text().trim_start().starts_with(['{', '['])
}

/// A field whose name, colon or space after the colon is typed in another way. JSON needs no space.
fn field(line: &str, json: bool) -> Option<LineSlip> {
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
            let safety = if matches!(c, '；' | '＝' | '=') { Safety::Confirm } else { Safety::Safe };
            let text = if next == Some(' ') || next.is_none() { ":" } else { ": " };
            slip(after..after + 1, message, format!("write `{name}: ` with a plain colon and a space")).write(
                colon..after + 1,
                text,
                safety,
            )
        }
        ':' if next.is_some_and(|next| next != ' ' && is_blank(next) && next != '\t') => {
            let next = next.unwrap_or(' ');
            let end = after + 1 + chars[after + 1..].iter().take_while(|other| **other == next).count();
            let message = format!("{} follows the colon of `{name}`", described(next));
            slip(after + 1..end, message, "write a plain space after the colon").write(
                after + 1..end,
                " ",
                Safety::Safe,
            )
        }
        ':' if next.is_some_and(|next| !is_blank(next)) && !(json && quote.is_some()) => {
            let message = format!("missing space after the colon of `{name}`");
            slip(after..after + 1, message, format!("write `{name}: ` with a space after the colon")).write(
                after + 1..after + 1,
                " ",
                Safety::Safe,
            )
        }
        _ => None,
    }
}

/// A mark of a list item that is another dash, or has no space after it.
fn list_mark(chars: &[char], start: usize) -> Option<LineSlip> {
    let c = chars[start];
    let rest: String = chars[start + 1..].iter().collect();
    let item = || is_field(rest.trim_start().split([':', '：', ' ']).next().unwrap_or_default());
    if matches!(c, '－' | '–' | '—' | '−' | '•' | '·') && item() {
        let message = format!("{} is not the mark of a list item", described(c));
        let spaced = chars.get(start + 1) == Some(&' ');
        let text = if spaced { "-" } else { "- " };
        let safety = if matches!(c, '•' | '·') { Safety::Confirm } else { Safety::Safe };
        return slip(start..start + 1, message, "write `- ` with a plain hyphen and a space").write(
            start..start + 1,
            text,
            safety,
        );
    }
    let next = *chars.get(start + 1)?;
    if c == '-' && next != ' ' && item() {
        if is_blank(next) {
            let message = format!("{} follows the mark of a list item", described(next));
            let place = start + 1..start + 2;
            return slip(place.clone(), message, "write a plain space after `-`").write(place, " ", Safety::Safe);
        }
        return slip(start..start + 1, "missing space after the mark of a list item", "write `- ` with a space").write(
            start + 1..start + 1,
            " ",
            Safety::Safe,
        );
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
fn wrong_bracket(line: &str) -> Option<LineSlip> {
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
    let place = start + index..start + index + 1;
    slip(place.clone(), message, format!("write `{closing}` instead")).write(
        place,
        &closing.to_string(),
        Safety::Confirm,
    )
}

/// A quotation mark that is not closed on its line.
fn open_quote(line: &str) -> Option<LineSlip> {
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
        let place = index..index + 1;
        return slip(place.clone(), message, format!("write `{quote}` instead")).write(
            place,
            &quote.to_string(),
            Safety::Confirm,
        );
    }
    let message = format!("the quotation mark `{quote}` is not closed");
    Some(slip(at..at + 1, message, format!("add `{quote}` at the end of the value")))
}

/// A bracket that is not closed on its line.
fn open_bracket(line: &str) -> Option<LineSlip> {
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
    Some(slip(start..start + 1, message, format!("add `{closing}` at the end of the list")))
}

/// A value that starts with a character that has a meaning in YAML.
fn value_start(line: &str) -> Option<LineSlip> {
    let (start, value) = value(line)?;
    let c = *value.first()?;
    let reserved = matches!(c, '@' | '`' | '%' | '*' | '&' | '!' | '|' | '>' | ',' | ']' | '}');
    let message = format!("a value can't start with `{c}` without quotation marks");
    reserved.then(|| slip(start..start + 1, message, "put the value in quotation marks"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slip_behind(text: &str, line: u32) -> (u32, u32, String, String) {
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
            let (at_line, column, message, _) = slip_behind(text, line);
            assert_eq!((at_line, column), place, "{text}: {message}");
            assert!(message.contains(part), "{message}");
        }
    }
}
