//! A source line with marks under some of its characters, right in columns whatever is in the line.

use crate::{
    declaration::{SourceFile, Span},
    escape::{visible_chars, width},
};

/// Lines with more bytes than this are not shown: finding a character in them would take too long.
const MAX_LINE_BYTES: usize = 64 * 1024;
/// How many characters are shown before and after the beginning of what is marked.
const CONTEXT: (usize, usize) = (60, 100);

/// A line as it is shown.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    /// The line, or the part around the span, safe to show.
    pub(super) line: String,
    /// How many columns are before the marks.
    pub(super) indent: usize,
    /// How many columns are marked.
    pub(super) marked: usize,
}

/// The first line of `span`; `None` when it is too long to show.
pub(super) fn snippet(file: &SourceFile, span: Span) -> Option<Snippet> {
    let source = file.line(span.start.line);
    if source.len() > MAX_LINE_BYTES {
        return None;
    }
    let start = span.start.column as usize - 1;
    let end = if span.end.line == span.start.line { span.end.column as usize - 1 } else { usize::MAX };
    let first = start.saturating_sub(CONTEXT.0);
    let last = start + CONTEXT.1;
    let window: String = source.chars().skip(first).take(last - first).collect();
    let shown: Vec<_> = visible_chars(&window).collect();
    let (start, end) = (start.min(last) - first, end.clamp(start, last) - first);
    let part = |from: usize, to: usize| shown[from.min(shown.len())..to.min(shown.len())].concat();
    let (ahead, behind) = (first > 0, source.chars().nth(last).is_some());
    let ellipsis = |there: bool| if there { "…" } else { "" };
    let before = format!("{}{}", ellipsis(ahead), part(0, start));
    let marked = part(start, end);
    let after = part(end, last - first);
    Some(Snippet {
        indent: width(&before),
        marked: width(marked.trim_end()).max(1),
        line: format!("{before}{marked}{after}{}", ellipsis(behind)).trim_end().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::Position;

    fn shown(line: &str, columns: std::ops::Range<u32>) -> (String, String) {
        let position = |column| Position { line: 1, column };
        let span = Span { start: position(columns.start), end: position(columns.end) };
        let snippet = snippet(&SourceFile::new("f", line), span).expect("short");
        (snippet.line, format!("{}{}", " ".repeat(snippet.indent), "^".repeat(snippet.marked)))
    }

    #[test]
    fn marks_stand_under_wide_characters() {
        assert_eq!(shown("name: 菜鸟-书", 9..10), ("name: 菜鸟-书".into(), "          ^".into()));
        assert_eq!(shown("name: 菜鸟-书", 7..9), ("name: 菜鸟-书".into(), "      ^^^^".into()));
    }

    #[test]
    fn marks_stand_right_after_characters_that_are_escaped() {
        assert_eq!(shown("\ta\u{1b}b", 4..5), ("\\ta\\u{1b}b".into(), "         ^".into()));
    }

    #[test]
    fn a_mark_does_not_part_what_must_be_escaped() {
        assert_eq!(shown("甲##[error]", 2..3), ("甲\\u{23}#[error]".into(), "  ^^^^^^".into()));
    }

    #[test]
    fn the_end_of_a_line_can_be_marked() {
        assert_eq!(shown("name:", 6..6), ("name:".into(), "     ^".into()));
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let line = format!("{}菜{}", "a".repeat(500), "b".repeat(500));
        let (shown, marks) = shown(&line, 501..502);
        assert!(shown.starts_with("…aaa") && shown.ends_with("b…") && width(&shown) < 170);
        assert_eq!(marks, format!("{}^^", " ".repeat(61)));
    }
}
