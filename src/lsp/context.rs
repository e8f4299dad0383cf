//! What stands at a position, as the text around it tells: it may be no YAML yet.

use crate::{
    declaration::{FileId, LetterView, LiveDeclarations, Position, SourceFile, Span},
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
    /// The word before the position.
    pub(super) word: String,
}

impl Context {
    pub(super) fn at(source: &SourceFile, at: Position) -> Self {
        let line = source.line(at.line);
        let before: String = line.chars().take(at.column as usize - 1).collect();
        let content = line.trim_start_matches([' ', '-']);
        let indent = line.len() - content.len();
        let word = before.rsplit([' ', '[', ',', ':', '"', '\'', '{']).next().unwrap_or_default().to_owned();
        match field_of(content) {
            Some((field, key)) => {
                let on_key = before.chars().count() <= indent + key;
                Self { field: Some(field), on_key, indent, word }
            }
            None if content.contains(':') => Self { field: None, on_key: false, indent, word },
            None => {
                let field = list_around(source, at.line, indent);
                Self { on_key: field.is_none(), field, indent, word }
            }
        }
    }
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
}
