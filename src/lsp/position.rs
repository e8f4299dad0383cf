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

/// A range of a text without the byte order mark that the editor counts.
pub(super) fn without_mark(range: Range) -> Range {
    let shifted = |at: Position| match at.line {
        0 => Position { character: at.character.saturating_sub(1), ..at },
        _ => at,
    };
    Range { start: shifted(range.start), end: shifted(range.end) }
}

/// The bytes of a range of a text.
pub(super) fn bytes(source: &SourceFile, range: Range) -> std::ops::Range<usize> {
    let (start, end) = (byte(source, range.start), byte(source, range.end));
    start..end.max(start)
}

/// The byte at a position; the end of its line when that is shorter.
fn byte(source: &SourceFile, at: Position) -> usize {
    let line = at.line.saturating_add(1);
    let text = source.line(line);
    let mut units = 0;
    let within = text.char_indices().find(|(_, c)| {
        let is_there = units >= at.character as usize;
        units += c.len_utf16();
        is_there
    });
    source.line_start(line) + within.map_or(text.len(), |(byte, _)| byte)
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
        let text = "a\r\n😀菜b\nc";
        let source = SourceFile::new("f", text);
        let at = |from: (u32, u32), to: (u32, u32)| {
            let position = |(line, character)| Position { line, character };
            &text[bytes(&source, Range { start: position(from), end: position(to) })]
        };
        assert_eq!(at((1, 2), (1, 3)), "菜");
        assert_eq!(at((1, 3), (2, 0)), "b\n");
        assert_eq!(at((0, 9), (1, 0)), "\r\n");
        assert_eq!(at((9, 0), (9, 0)), "");
        // Within a character is after it, and an end before the start is the start.
        assert_eq!(at((1, 1), (1, 4)), "菜b");
        assert_eq!(at((1, 4), (1, 2)), "");
    }
}
