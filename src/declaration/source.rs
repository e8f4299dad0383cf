use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
};

use super::{Code, Diagnostic};

/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// A file of declarations, by its number in [`super::Loaded::files`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub(super) u32);

impl FileId {
    /// The file's index in [`super::Loaded::files`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A position in a text: the line and the column in characters, both counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

/// A stretch of text, the end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The position of the first character.
    pub start: Position,
    /// The position after the last character.
    pub end: Position,
}

impl Span {
    /// The stretch of the characters `columns` of one line.
    pub(super) fn on_line(line: u32, columns: Range<u32>) -> Self {
        Self { start: Position { line, column: columns.start }, end: Position { line, column: columns.end } }
    }

    /// The very beginning of a file.
    pub(super) fn first() -> Self {
        Self::on_line(1, 1..1)
    }
}

/// A stretch of text in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Location {
    /// The file.
    pub file: FileId,
    /// Where in the file.
    pub span: Span,
}

/// A file of declarations as text.
#[derive(Debug)]
pub struct SourceFile {
    name: Arc<str>,
    text: String,
    /// Where each line starts, in bytes.
    lines: Vec<u32>,
    /// The character of a long line that was looked for last.
    last: Mutex<Found>,
}

/// Where a character is: its line, counted from 1, and its column and byte in it, from 0.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    line: u32,
    column: usize,
    byte: usize,
}

/// How many bytes a line has in which characters are counted from its start each time. Documents
/// may be one line of many megabytes, and the next place is close to the last one.
const SHORT_LINE: usize = 512;

impl SourceFile {
    /// A file of that name and text. Lines end as YAML's do: with CR, LF or both.
    ///
    /// The text must be smaller than 4 GiB, as [`MAX_FILE_BYTES`] takes care of.
    pub fn new(name: impl Into<Arc<str>>, text: impl Into<String>) -> Self {
        let (name, text) = (name.into(), text.into());
        let lines = std::iter::once(0).chain(line_starts(&text).map(offset)).collect();
        Self { name, text, lines, last: Mutex::default() }
    }

    /// Puts `new` in the place of some bytes of the text, and tells which lines are others now.
    pub(super) fn splice(&mut self, bytes: Range<usize>, new: &str) -> Spliced {
        // With the line of the character before, whose end may be half of one now.
        let first = self.lines.partition_point(|start| (*start as usize) < bytes.start.max(1)) - 1;
        let after = self.lines.partition_point(|start| *start as usize <= bytes.end);
        let start = self.lines[first] as usize;
        let old_end = self.lines.get(after).map(|end| *end as usize);
        let removed = bytes.len();
        self.text.replace_range(bytes, new);
        let moved = |byte: usize| byte - removed + new.len();
        let end = old_end.map_or(self.text.len(), moved);
        let starts = line_starts(&self.text[start..end]).map(|byte| start + byte);
        let starts: Vec<u32> = starts.filter(|byte| old_end.is_none() || *byte < end).map(offset).collect();
        self.last = Mutex::default();
        let (old, lines) = (after - first, starts.len() + 1);
        self.lines[after..].iter_mut().for_each(|byte| *byte = offset(moved(*byte as usize)));
        self.lines.splice(first + 1..after, starts);
        Spliced { first: saturate(first + 1), old: saturate(old), new: saturate(lines) }
    }

    /// Lets go of the text of all lines but these, counted from 1. Lines keep their numbers.
    pub(super) fn keep_lines(&mut self, kept: &BTreeSet<u32>) {
        let mut text = String::new();
        for index in 0..self.lines.len() {
            let start = self.lines[index] as usize;
            self.lines[index] = offset(text.len());
            if kept.contains(&saturate(index + 1)) {
                let end = self.lines.get(index + 1).map_or(self.text.len(), |end| *end as usize);
                text.push_str(&self.text[start..end]);
            }
        }
        self.text = text;
        self.last = Mutex::default();
    }

    /// The byte at which a line starts, counted from 1; the end of the text when there is no such
    /// line.
    pub(crate) fn line_start(&self, line: u32) -> usize {
        let start = (line as usize).checked_sub(1).and_then(|index| self.lines.get(index));
        start.map_or(self.text.len(), |start| *start as usize)
    }

    /// The file as it was given or found below a folder that was given, with `/` between its parts.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same name, to keep.
    pub(super) fn shared_name(&self) -> Arc<str> {
        Arc::clone(&self.name)
    }

    /// All of the text, without a byte order mark.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of a line, counted from 1, without its end; empty when there is no such line.
    pub fn line(&self, line: u32) -> &str {
        let index = line as usize;
        let Some(&start) = index.checked_sub(1).and_then(|i| self.lines.get(i)) else { return "" };
        let end = self.lines.get(index).map_or(self.text.len(), |end| *end as usize);
        self.text[start as usize..end].trim_end_matches(['\r', '\n'])
    }

    /// How many lines there are.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// The position of the character that starts at a byte of the text.
    pub(super) fn position(&self, byte: usize) -> Position {
        let line = self.lines.partition_point(|start| *start as usize <= byte);
        let start = self.lines[line - 1] as usize;
        let column = self.text[start..byte].chars().count() + 1;
        Position { line: saturate(line), column: saturate(column) }
    }

    /// The byte at which the character of a position starts, the end of the line when it has fewer
    /// characters.
    pub(super) fn offset(&self, at: Position) -> usize {
        let index = (at.line as usize).saturating_sub(1);
        let Some(&start) = self.lines.get(index) else { return self.text.len() };
        start as usize + self.byte_in_line(at).unwrap_or(self.line(at.line).len())
    }

    /// The byte of its line at which the character of a position starts, or at which the line ends;
    /// `None` when the line has fewer characters.
    fn byte_in_line(&self, at: Position) -> Option<usize> {
        let (line, column) = (self.line(at.line), (at.column as usize).saturating_sub(1));
        if line.len() <= SHORT_LINE {
            return line.char_indices().map(|(byte, _)| byte).chain([line.len()]).nth(column);
        }
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let near = *last;
        let known = if near.line == at.line && near.column / 2 < column { near } else { Found::default() };
        let byte = if known.column <= column {
            let mut bytes = line[known.byte..].char_indices().map(|(byte, _)| known.byte + byte).chain([line.len()]);
            bytes.nth(column - known.column)?
        } else {
            line[..known.byte].char_indices().map(|(byte, _)| byte).rev().nth(known.column - column - 1)?
        };
        *last = Found { line: at.line, column, byte };
        Some(byte)
    }

    /// How the lines end: as the first one does.
    pub(super) fn line_end(&self) -> &'static str {
        let end = self.lines.get(1).map_or("", |second| &self.text[..*second as usize]);
        match end {
            end if end.ends_with("\r\n") => "\r\n",
            end if end.ends_with('\r') => "\r",
            _ => "\n",
        }
    }

    /// The text of a span within one line.
    pub(super) fn slice(&self, span: Span) -> Option<&str> {
        if span.start.line != span.end.line {
            return None;
        }
        self.line(span.start.line).get(self.byte_in_line(span.start)?..self.byte_in_line(span.end)?)
    }
}

/// Lines that an edit touched: there were `old` of them from `first` on, and there are `new` in
/// their place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Spliced {
    pub(super) first: u32,
    pub(super) old: u32,
    pub(super) new: u32,
}

/// The bytes at which lines start, but for the first one.
fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(i, b)| match b {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.map(|(i, _)| i + 1)
}

fn offset(byte: usize) -> u32 {
    u32::try_from(byte).expect("files are limited to less than 4 GiB")
}

/// A count that a text of at most [`MAX_FILE_BYTES`] keeps far below `u32::MAX`.
pub(super) fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How a file's text is written in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8 { mark: bool },
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// The encoding that the first bytes tell.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match bytes {
            [0xFF, 0xFE, ..] => Self::Utf16Le,
            [0xFE, 0xFF, ..] => Self::Utf16Be,
            bytes => Self::Utf8 { mark: bytes.starts_with(&UTF8_MARK) },
        }
    }

    /// The bytes of a text in this encoding, with the byte order mark that the file has.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        let units = || std::iter::once(0xFEFF).chain(text.encode_utf16());
        match self {
            Self::Utf8 { mark: false } => text.as_bytes().to_vec(),
            Self::Utf8 { mark: true } => [&UTF8_MARK, text.as_bytes()].concat(),
            Self::Utf16Le => units().flat_map(u16::to_le_bytes).collect(),
            Self::Utf16Be => units().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

const UTF8_MARK: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Reads a file's bytes as text: UTF-8, or UTF-16 with a byte order mark.
///
/// Bytes that are not text come back as far as they can be shown, with the reason.
pub(super) fn decode(id: FileId, name: &str, bytes: Vec<u8>) -> (SourceFile, Option<Diagnostic>) {
    match Encoding::of(&bytes) {
        Encoding::Utf16Le => decode_utf16(id, name, &bytes[2..], u16::from_le_bytes),
        Encoding::Utf16Be => decode_utf16(id, name, &bytes[2..], u16::from_be_bytes),
        Encoding::Utf8 { .. } => decode_utf8(id, name, bytes),
    }
}

fn decode_utf8(id: FileId, name: &str, mut bytes: Vec<u8>) -> (SourceFile, Option<Diagnostic>) {
    if bytes.starts_with(&UTF8_MARK) {
        bytes.drain(..UTF8_MARK.len());
    }
    match String::from_utf8(bytes) {
        Ok(text) => refuse_nul(id, SourceFile::new(name, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let file = SourceFile::new(name, String::from_utf8_lossy(error.as_bytes()));
            let byte = error.as_bytes()[at];
            let diagnostic = Diagnostic::new(Code::Encoding, format!("the file is not UTF-8: byte 0x{byte:02X}"))
                .at(place_of(id, &file, at))
                .help("save the file as UTF-8; it may be in GBK or GB18030 now");
            (file, Some(diagnostic))
        }
    }
}

fn decode_utf16(id: FileId, name: &str, bytes: &[u8], read: fn([u8; 2]) -> u16) -> (SourceFile, Option<Diagnostic>) {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
    let file = SourceFile::new(name, String::from_utf16_lossy(&units));
    if rest.is_empty() && char::decode_utf16(units).all(|c| c.is_ok()) {
        return refuse_nul(id, file);
    }
    let diagnostic = Diagnostic::new(Code::Encoding, "the file begins as UTF-16 and is not")
        .at(Location { file: id, span: Span::first() })
        .help("save the file as UTF-8");
    (file, Some(diagnostic))
}

/// A NUL would end the text for the YAML parser, and hide what follows.
pub(super) fn refuse_nul(id: FileId, file: SourceFile) -> (SourceFile, Option<Diagnostic>) {
    let Some(at) = file.text.find('\0') else { return (file, None) };
    let diagnostic = Diagnostic::new(Code::Encoding, "the file has a NUL character, so it is not text")
        .at(place_of(id, &file, at))
        .help("save the file as UTF-8; UTF-16 is read when it begins with a byte order mark");
    (file, Some(diagnostic))
}

fn place_of(file: FileId, source: &SourceFile, byte: usize) -> Location {
    let Position { line, column } = source.position(byte);
    Location { file, span: Span::on_line(line, column..column + 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> (SourceFile, Option<Diagnostic>) {
        decode(FileId(0), "letters.yaml", bytes.to_vec())
    }

    #[test]
    fn lines_end_with_cr_lf_or_both() {
        let file = SourceFile::new("f", "一\r\n二\r三\n\n五");
        let lines: Vec<_> = (0..8).map(|line| file.line(line)).collect();
        assert_eq!(lines, ["", "一", "二", "三", "", "五", "", ""]);
        assert_eq!(file.position("一\r\n二".len() - 3), Position { line: 2, column: 1 });
    }

    #[test]
    fn lines_that_are_kept_have_their_numbers_and_the_others_no_text() {
        let mut file = SourceFile::new("f", "一\r\n二\n三\n\n五");
        file.keep_lines(&BTreeSet::from([2, 5, 9]));
        let lines: Vec<_> = (0..8).map(|line| file.line(line)).collect();
        assert_eq!(lines, ["", "", "二", "", "", "五", "", ""]);
        assert_eq!(file.text(), "二\n五");
    }

    proptest::proptest! {
        #[test]
        fn characters_of_a_long_line_are_where_they_are_in_whatever_order_one_asks(
            text in "[a菜é😀]{300,600}", columns in proptest::collection::vec(1_u32..700, 1..40),
        ) {
            let file = SourceFile::new("f", format!("一\n{text}\n{text}"));
            for (nth, column) in columns.into_iter().enumerate() {
                let line = 2 + u32::try_from(nth % 2).unwrap();
                let byte = text.char_indices().map(|(byte, _)| byte).nth(column as usize - 1).unwrap_or(text.len());
                let at = Position { line, column };
                proptest::prop_assert_eq!(file.offset(at), file.line_start(line) + byte);
                let slice = file.slice(Span::on_line(line, 1..column));
                proptest::prop_assert_eq!(slice, (column as usize <= text.chars().count() + 1).then(|| &text[..byte]));
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn a_text_with_an_edit_has_the_lines_of_the_new_text(
            text in "[a菜\r\n]{0,12}", new in "[b\r\n]{0,4}", from in 0_usize..13, to in 0_usize..13,
        ) {
            let bounds: Vec<usize> = text.char_indices().map(|(byte, _)| byte).chain([text.len()]).collect();
            let at = |index: usize| bounds[index.min(bounds.len() - 1)];
            let bytes = at(from.min(to))..at(from.max(to));
            let mut file = SourceFile::new("f", text.clone());
            let Spliced { first, old, new: lines } = file.splice(bytes.clone(), &new);
            let mut expected = text.clone();
            expected.replace_range(bytes, &new);
            let expected = SourceFile::new("f", expected);
            proptest::prop_assert_eq!((&file.text, &file.lines), (&expected.text, &expected.lines));
            // The lines before and after are what they were.
            let before = SourceFile::new("f", text);
            for line in 1..first {
                proptest::prop_assert_eq!(before.line(line), file.line(line));
            }
            let count = saturate(before.line_count());
            proptest::prop_assert_eq!(count - old + lines, saturate(file.line_count()));
            for line in first + old..=count {
                proptest::prop_assert_eq!(before.line(line), file.line(line + lines - old));
            }
        }
    }

    #[test]
    fn byte_order_marks_and_utf16_are_read() {
        let utf16 = |bytes: fn(u16) -> [u8; 2]| "\u{FEFF}版本".encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        for bytes in ["\u{FEFF}版本".as_bytes(), &utf16(u16::to_le_bytes), &utf16(u16::to_be_bytes)] {
            let (file, problem) = decoded(bytes);
            assert_eq!((file.text(), problem.is_none()), ("版本", true));
        }
    }

    #[test]
    fn what_is_no_text_is_refused_at_its_place() {
        for (bytes, line, column) in [
            (&b"a: 1\n\xE4\xB8\x80\xC4\xE3"[..], 2, 2),
            (b"a\0b", 1, 2),
            (b"\xFF\xFEa", 1, 1),
            (b"\xFF\xFE\x00\xD8", 1, 1),
        ] {
            let problem = decoded(bytes).1.expect("refused");
            assert_eq!(problem.code, Code::Encoding);
            assert_eq!(problem.place.expect("placed").span.start, Position { line, column });
        }
    }
}
