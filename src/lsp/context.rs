//! What stands at a position, as the text around it tells: it may be no YAML yet.

use crate::{
    declaration::{FileId, LetterView, LiveDeclarations, Place, Position, SourceFile, Span},
    letter::Field,
};

/// A position within a declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Context {
    /// The field on whose line it is, or to whose list the line belongs.
    pub(super) field: Option<Field>,
    /// Whether it is in the name of a field, or where one would be written.
    pub(super) on_key: bool,
    /// How many columns the line is indented, the mark of a list item included.
    pub(super) indent: usize,
    /// Where the name or the value begins that is being typed at the position.
    pub(super) typed: Position,
    /// Whether it is in a letter that is written in braces.
    pub(super) in_braces: bool,
}

impl Context {
    pub(super) fn at(source: &SourceFile, at: Position) -> Self {
        let line = source.line(at.line);
        if let Some(part) = open_part(line, at.column as usize - 1) {
            return Self::in_open_braces(part, at);
        }
        let content = line.trim_start_matches([' ', '-']);
        let indent = line.len() - content.len();
        let (field, key) = match field_of(content) {
            Some((field, key)) => (Some(field), Some(key)),
            None if content.contains(':') => (None, Some(usize::MAX)),
            None => (list_around(source, at.line, indent), None),
        };
        let column = at.column as usize - 1;
        let on_key = match key {
            Some(key) => field.is_some() && column <= indent + key,
            None => field.is_none(),
        };
        let value = key.filter(|_| field.is_some() && !on_key).map_or(indent, |key| indent + key + 1);
        let typed = typed_from(line, value.min(column)..column, field == Some(Field::Signatures));
        Self { field, on_key, indent, typed: Position { line: at.line, column: typed }, in_braces: false }
    }

    /// A position behind a part of a line in braces that are not closed yet.
    fn in_open_braces(part: &str, at: Position) -> Self {
        let name = part.trim_start_matches([' ', '"', '\'']);
        let (key, value) = name.split_once(':').unwrap_or((name, ""));
        let is_value = name.contains(':');
        let key = key.trim_end_matches([' ', '"', '\'']);
        let field = Field::ALL.into_iter().find(|field| is_value && field.as_str() == key);
        let listed = value.rsplit(['[', ',']).next().unwrap_or(value);
        let typed = if is_value { listed.trim_start_matches([' ', '"', '\'']) } else { name };
        let length = u32::try_from(typed.chars().count()).unwrap_or_default();
        let typed = Position { line: at.line, column: at.column.saturating_sub(length) };
        Self { field, on_key: !is_value, indent: 1, typed, in_braces: true }
    }

    /// Whether what is typed begins right behind a colon.
    pub(super) fn follows_colon(&self, source: &SourceFile) -> bool {
        self.before(source) == Some(':')
    }

    fn before(&self, source: &SourceFile) -> Option<char> {
        source.line(self.typed.line).chars().take(self.typed.column as usize - 1).last()
    }

    /// Whether a quotation mark stands before what is typed.
    pub(super) fn within_quotes(&self, source: &SourceFile) -> bool {
        matches!(self.before(source), Some('"' | '\''))
    }
}

/// The column, from 1, at which begins what is typed within these columns from 0: behind spaces and
/// a quotation mark, and in a list behind the item before.
fn typed_from(line: &str, within: std::ops::Range<usize>, in_list: bool) -> u32 {
    let mut start = within.start;
    for (column, c) in line.chars().enumerate().take(within.end).skip(within.start) {
        if (column == start && matches!(c, ' ' | '"' | '\'')) || (in_list && matches!(c, '[' | ',')) {
            start = column + 1;
        }
    }
    u32::try_from(start + 1).unwrap_or(u32::MAX)
}

impl Context {
    /// The same where a letter is written in braces, whose fields are no lines.
    pub(super) fn within(self, place: Option<&Place>) -> Self {
        match place.filter(|place| place.in_braces) {
            Some(place) => {
                let (field, on_key, typed) = (place.field, place.on_name, place.typed);
                Self { field, on_key, indent: self.indent.max(1), typed, in_braces: true }
            }
            None => self,
        }
    }
}

/// What stands between the last comma and a column, from 0, of a line of one letter in braces that
/// are open there.
fn open_part(line: &str, column: usize) -> Option<&str> {
    let before = line.char_indices().nth(column).map_or(line, |(byte, _)| &line[..byte]);
    let inner = before.trim_start_matches([' ', '-']).strip_prefix('{')?;
    let (mut quote, mut brackets, mut start) = (None, 0, 0);
    for (byte, c) in inner.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => brackets += 1,
            (None, ']') => brackets -= 1,
            (None, '}') => return None,
            (None, ',') if brackets == 0 => start = byte + 1,
            _ => {}
        }
    }
    Some(&inner[start..])
}

/// The field with which a line begins, and the length of its name in characters.
fn field_of(content: &str) -> Option<(Field, usize)> {
    let (key, _) = content.split_once(':')?;
    let name = key.trim().trim_matches(['"', '\'']);
    let field = Field::ALL.into_iter().find(|field| field.as_str() == name)?;
    Some((field, key.chars().count()))
}

/// The field whose list in lines or in brackets a line without a field is in.
fn list_around(source: &SourceFile, line: u32, indent: usize) -> Option<Field> {
    const LINES: u32 = 200;
    (line.saturating_sub(LINES).max(1)..line).rev().find_map(|above| {
        let text = source.line(above);
        let content = text.trim_start_matches([' ', '-']);
        let above_indent = text.len() - content.len();
        (!content.is_empty() && content.contains(':')).then(|| {
            let field = field_of(content).filter(|_| above_indent < indent.max(1));
            let rest = content.split_once(':').map_or("", |(_, rest)| rest.trim());
            field.filter(|_| rest.is_empty() || rest.starts_with('[')).map(|(field, _)| field)
        })
    })?
}

/// The letter that a position is in: the last one that begins before.
pub(super) fn letter_at(live: &LiveDeclarations, file: FileId, at: Position) -> Option<LetterView<'_>> {
    live.letters_of(file).take_while(|letter| letter.line <= at.line).last()
}

pub(super) fn contains(span: Span, at: Position) -> bool {
    span.start <= at && at <= span.end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_known_by_the_text_around_it() {
        let text = "version: 1\nletters:\n  - name: 甲\n    authorizer: 菜\n    signatures:\n      - 网\n    si\n    scan: a/b\n";
        let source = SourceFile::new("f", text);
        for (line, column, field, on_key) in [
            (3, 5, Some(Field::Name), true),
            (3, 11, Some(Field::Name), false),
            (4, 18, Some(Field::Authorizer), false),
            (6, 10, Some(Field::Signatures), false),
            (7, 7, None, true),
            (8, 13, Some(Field::Scan), false),
            (1, 10, None, false),
        ] {
            let context = Context::at(&source, Position { line, column });
            assert_eq!((context.field, context.on_key), (field, on_key), "{line}:{column}");
        }
    }

    #[test]
    fn braces_that_are_still_open_are_read_up_to_the_position() {
        for (line, field, on_key, typed) in [
            ("  - {name: 甲, ", None, true, ""),
            ("  - {name: 甲, auth", None, true, "auth"),
            ("  - {", None, true, ""),
            ("  - {\"na", None, true, "na"),
            ("  - {name: 甲, authorizer: 菜", Some(Field::Authorizer), false, "菜"),
            ("  - {name: \"甲, {\", authorizer: \"菜", Some(Field::Authorizer), false, "菜"),
            ("  - {signatures: [菜鸟, 裹", Some(Field::Signatures), false, "裹"),
            ("  - {signatures: [菜鸟], ", None, true, ""),
        ] {
            let source = SourceFile::new("f", format!("version: 1\nletters:\n{line}\n"));
            let column = u32::try_from(line.chars().count() + 1).unwrap();
            let context = Context::at(&source, Position { line: 3, column });
            let found: String = line.chars().skip(context.typed.column as usize - 1).collect();
            assert_eq!((context.field, context.on_key, &*found), (field, on_key, typed), "{line}");
            assert!(context.in_braces, "{line}");
        }
        assert!(open_part("  - {name: 甲}", 13).is_none());
    }

    #[test]
    fn what_is_typed_begins_behind_what_stands_before() {
        for (line, typed) in [
            ("    authorizer: 支付宝(中", "支付宝(中"),
            ("    authorizer:", ""),
            ("    scan: scans/新的 扫", "scans/新的 扫"),
            ("    signatures: [菜鸟, 支", "支"),
            ("    signatures: [菜", "菜"),
            ("    signatures: [", ""),
            ("    authorizer: \"菜", "菜"),
            ("      - 菜鸟", "菜鸟"),
            ("    sig", "sig"),
            ("  - na", "na"),
            ("  - ", ""),
        ] {
            let source = SourceFile::new("f", format!("version: 1\nletters:\n  - name: 甲\n    signatures:\n{line}\n"));
            let column = u32::try_from(line.chars().count() + 1).unwrap();
            let context = Context::at(&source, Position { line: 5, column });
            let found: String = line.chars().skip(context.typed.column as usize - 1).collect();
            assert_eq!(found, typed, "{line}");
        }
    }
}
