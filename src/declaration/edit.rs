//! Changes of a file's text that mend a problem, and nothing else of it.

use super::{
    Location,
    source::{SourceFile, Span, saturate},
};

/// What mends a problem.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// The changes, all of one file; they do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it is applied without a person who looks at it.
    pub safety: Safety,
}

/// Whether a fix is sure to be what was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Safety {
    /// It is: the text can't mean anything else.
    Safe,
    /// Probably: a person confirms it.
    Confirm,
}

/// A text in the place of another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Edit {
    /// What is replaced; an empty place is where something is inserted.
    pub place: Location,
    /// What is written there.
    pub text: String,
}

impl Fix {
    pub(super) fn new(title: impl Into<String>, edit: Edit, safety: Safety) -> Self {
        Self { title: title.into(), edits: vec![edit], safety }
    }

    /// The fix that gives a scalar the value `new` in the place of `old`, in the quotation marks
    /// that it has. `None` for a scalar that is not written as it reads.
    pub(super) fn of_value(
        source: &SourceFile,
        place: Location,
        (old, new): (&str, &str),
        safety: Safety,
    ) -> Option<Self> {
        let (span, quote) = written(source, place.span, old)?;
        let text = match quote {
            None if is_plain(new) => new.to_owned(),
            Some('"') | None if !new.contains(['"', '\\']) => match quote {
                None => format!("\"{new}\""),
                _ => new.to_owned(),
            },
            Some('\'') if !new.contains('\'') => new.to_owned(),
            _ => return None,
        };
        let place = Location { span, ..place };
        Some(Self::new(format!("Write `{new}`"), Edit { place, text }, safety))
    }
}

/// Where a scalar's value is written within its span, and in which quotation marks.
fn written(source: &SourceFile, span: Span, value: &str) -> Option<(Span, Option<char>)> {
    let slice = source.slice(span).filter(|_| !value.is_empty())?;
    let quote = slice.chars().next_back().filter(|c| matches!(c, '"' | '\''));
    let quoted = quote.and_then(|quote| {
        let before = slice.strip_suffix(quote)?.strip_suffix(value)?;
        before.ends_with(quote).then_some((before, Some(quote)))
    });
    // An anchor or a tag may come before the value.
    let (before, quote) = quoted.or_else(|| Some((slice.strip_suffix(value)?, None)))?;
    let start = span.start.column + saturate(before.chars().count());
    Some((Span::on_line(span.start.line, start..start + saturate(value.chars().count())), quote))
}

/// Whether a text reads as itself without quotation marks, wherever it stands.
fn is_plain(text: &str) -> bool {
    text.starts_with(char::is_alphanumeric)
        && !text.ends_with([' ', ':'])
        && !text.contains(['[', ']', '{', '}', ',', '"', '\'', '\\', '\t', '\n', '\r'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !matches!(text, "null" | "Null" | "NULL")
}

/// Whether two positions are the wrong way round, or the places have a character in common.
pub(super) fn overlap(a: &Span, b: &Span) -> bool {
    a.start < b.end && b.start < a.end || a.start == b.start
}

/// The edits of groups that are made as a whole, those left out that overlap an earlier one; in the
/// order of the text.
pub(crate) fn apart<'e>(groups: impl Iterator<Item = &'e [Edit]>) -> Vec<&'e Edit> {
    parted(groups).0
}

/// The edits, and of how many groups they are.
fn parted<'e>(groups: impl Iterator<Item = &'e [Edit]>) -> (Vec<&'e Edit>, usize) {
    let mut groups: Vec<&[Edit]> = groups.filter(|edits| !edits.is_empty()).collect();
    groups.sort_by_key(|edits| edits.iter().map(|edit| edit.place.span.start).min());
    let mut taken: Vec<&Edit> = Vec::new();
    let mut made = 0;
    for group in groups {
        // Sorted by where they begin: only the last ones can reach into the next.
        let last = taken.iter().rev().take(REACH).map(|edit| edit.place.span.end).max();
        let free = |edit: &Edit| {
            last.is_none_or(|last| edit.place.span.start >= last)
                && taken.last().is_none_or(|taken| !overlap(&taken.place.span, &edit.place.span))
        };
        if group.iter().all(free) {
            taken.extend(group);
            made += 1;
        }
    }
    taken.sort_by_key(|edit| edit.place.span.start);
    (taken, made)
}

/// The most edits of one fix.
const REACH: usize = 8;

/// A text with edits made in it, those that overlap an earlier one left out; and how many fixes
/// were made.
pub(super) fn applied<'e>(source: &SourceFile, edits: impl Iterator<Item = &'e [Edit]>) -> (String, usize) {
    let (taken, made) = parted(edits);
    let mut text = String::with_capacity(source.text().len());
    let mut from = 0;
    for edit in taken {
        let (start, end) = (source.offset(edit.place.span.start), source.offset(edit.place.span.end));
        text.push_str(&source.text()[from..start]);
        text.push_str(&edit.text);
        from = end;
    }
    text.push_str(&source.text()[from..]);
    (text, made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::FileId;

    fn mended(line: &str, columns: std::ops::Range<u32>, old: &str, new: &str) -> Option<String> {
        let source = SourceFile::new("f", line);
        let place = Location { file: FileId(0), span: Span::on_line(1, columns) };
        let fix = Fix::of_value(&source, place, (old, new), Safety::Safe)?;
        Some(applied(&source, [&fix.edits[..]].into_iter()).0)
    }

    #[test]
    fn a_value_keeps_its_quotation_marks_and_what_is_around_it() {
        for (line, columns, old, new, expected) in [
            ("a: ９ # c", 4..5, "９", "9", Some("a: 9 # c")),
            ("a: \" 菜 \"", 4..9, " 菜 ", "菜", Some("a: \"菜\"")),
            ("a: ' 菜 '", 4..9, " 菜 ", "菜", Some("a: '菜'")),
            ("a: &x ９", 4..8, "９", "9", Some("a: &x 9")),
            ("a: ９", 4..5, "９", "[9", Some("a: \"[9\"")),
            ("a: \"\\u83dc \"", 4..13, "菜 ", "菜", None),
            ("a: '９'", 4..7, "９", "'", None),
        ] {
            assert_eq!(mended(line, columns, old, new).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn of_edits_that_overlap_the_first_is_made() {
        let source = SourceFile::new("f", "菜鸟网络\r\n裹裹");
        let edit = |line, columns: std::ops::Range<u32>, text: &str| {
            let place = Location { file: FileId(0), span: Span::on_line(line, columns) };
            vec![Edit { place, text: text.to_owned() }]
        };
        let edits = [edit(2, 1..2, "丙"), edit(1, 2..4, "乙"), edit(1, 1..3, "甲"), edit(2, 3..3, "!")];
        let (text, made) = applied(&source, edits.iter().map(Vec::as_slice));
        assert_eq!((text.as_str(), made), ("甲网络\r\n丙裹!", 3));
    }
}
