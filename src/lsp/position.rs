//! Places as the protocol has them: lines from 0, columns in UTF-16 code units from 0.

use lsp_types::{Position, Range};

use crate::declaration::{self, SourceFile, Span};

/// A span of a file as a range.
pub(super) fn range(source: &SourceFile, span: Span) -> Range {
    Range { start: position(source, span.start), end: position(source, span.end) }
}

pub(super) fn position(source: &SourceFile, at: declaration::Position) -> Position {
    let before = source.line(at.line).chars().take(at.column.saturating_sub(1) as usize);
    let units: usize = before.map(char::len_utf16).sum();
    Position { line: at.line.saturating_sub(1), character: u32::try_from(units).unwrap_or(u32::MAX) }
}

/// The place of a position in the middle of nowhere is the end of its line.
pub(super) fn place(source: &SourceFile, at: Position) -> declaration::Position {
    let mut left = at.character as usize;
    let line = source.line(at.line + 1).chars();
    let before = line.take_while(|c| {
        let fits = left >= c.len_utf16();
        left = left.saturating_sub(c.len_utf16());
        fits
    });
    let column = u32::try_from(before.count() + 1).unwrap_or(u32::MAX);
    declaration::Position { line: at.line + 1, column }
}

/// Makes a change in a text; without a range, the text is new.
pub(super) fn change(text: &mut String, range: Option<Range>, new: &str) {
    let Some(range) = range else {
        new.clone_into(text);
        return;
    };
    let (start, end) = (byte(text, range.start), byte(text, range.end));
    text.replace_range(start..end.max(start), new);
}

fn byte(text: &str, at: Position) -> usize {
    let mut start = 0;
    for _ in 0..at.line {
        let rest = &text.as_bytes()[start..];
        let Some(end) = rest.iter().position(|b| matches!(b, b'\n' | b'\r')) else { return text.len() };
        start += end + if rest[end..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    let line = &text[start..];
    let mut units = 0;
    for (index, c) in line.char_indices() {
        if units >= at.character as usize || matches!(c, '\n' | '\r') {
            return start + index;
        }
        units += c.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_utf16() {
        let source = SourceFile::new("f", "a\n😀菜b\r\nc");
        let at = |line, column| declaration::Position { line, column };
        assert_eq!(position(&source, at(2, 3)), Position { line: 1, character: 3 });
        assert_eq!(place(&source, Position { line: 1, character: 3 }), at(2, 3));
        assert_eq!(place(&source, Position { line: 1, character: 99 }), at(2, 4));
        // Within a character is before it.
        assert_eq!(place(&source, Position { line: 1, character: 1 }), at(2, 1));
    }

    #[test]
    fn changes_are_made_where_the_editor_says() {
        let mut text = "a\r\n😀菜b\nc".to_owned();
        let range = |from: (u32, u32), to: (u32, u32)| {
            let position = |(line, character)| Position { line, character };
            Some(Range { start: position(from), end: position(to) })
        };
        change(&mut text, range((1, 2), (1, 3)), "鸟");
        assert_eq!(text, "a\r\n😀鸟b\nc");
        change(&mut text, range((1, 4), (2, 0)), "");
        assert_eq!(text, "a\r\n😀鸟bc");
        change(&mut text, range((9, 0), (9, 0)), "!");
        assert_eq!(text, "a\r\n😀鸟bc!");
        change(&mut text, None, "new");
        assert_eq!(text, "new");
    }
}
