//! What stands at a position, by the tree of the text and not by its lines.

use super::{
    super::{
        FileId, Position, SourceFile, Span,
        tree::{Entry, Node, Value},
    },
    LiveDeclarations,
};
use crate::letter::Field;

/// A position within a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The field in whose name or value it is.
    pub field: Option<Field>,
    /// Whether it is where the name of a field is written.
    pub on_name: bool,
    /// The fields that the letter has.
    pub fields: Vec<Field>,
    /// Whether the letter is written in braces.
    pub in_braces: bool,
    /// Where the name or the value begins that is being written at the position, behind a quotation
    /// mark.
    pub typed: Position,
}

impl LiveDeclarations {
    /// Where in a letter a position is; `None` when it is in none, or the text around it is no
    /// YAML.
    #[must_use]
    pub fn place(&self, file: FileId, at: Position) -> Option<Place> {
        let held = &self.files[file.index()];
        let letters = held.trees_around(at.line)?;
        let letter = letters.iter().rfind(|letter| letter.span.start <= at)?;
        let Value::Mapping(entries) = &letter.value else { return None };
        within(&held.source, entries, letter.span, at)
    }
}

fn within(source: &SourceFile, entries: &[Entry], span: Span, at: Position) -> Option<Place> {
    let in_braces = source.text()[source.offset(span.start)..].starts_with('{');
    // The end may be the brace or what follows it.
    let is_closed = || at == span.end && source.text()[..source.offset(at)].ends_with('}');
    if in_braces && (at == span.start || at > span.end || is_closed()) {
        return None;
    }
    let fields = entries.iter().filter_map(|entry| named(&entry.key)).collect();
    let typed = |scalar: Option<&Node>| scalar.map_or(at, |scalar| behind_quote(source, scalar));
    let place = |field, on_name, node| Some(Place { field, on_name, fields, in_braces, typed: typed(node) });
    let Some(Entry { key, value }) = entries.iter().rfind(|entry| entry.key.span.start <= at) else {
        return if in_braces { place(None, true, None) } else { None };
    };
    if at <= key.span.end {
        return place(named(key), true, Some(key));
    }
    if in_braces {
        let end = source.offset(value.span.end.max(key.span.end));
        let behind = source.text().get(end..source.offset(at)).is_some_and(|between| between.contains(','));
        return place(named(key).filter(|_| !behind), behind, scalar_at(value, at));
    }
    let in_value = at.line == key.span.end.line || value.span.start <= at && at <= value.span.end && !is_nothing(value);
    if in_value { place(named(key), false, scalar_at(value, at)) } else { None }
}

/// The text at a position: a value, or an item of it.
fn scalar_at(value: &Node, at: Position) -> Option<&Node> {
    let is_at = |node: &Node| node.span.start <= at && at <= node.span.end && !is_nothing(node);
    match &value.value {
        Value::Sequence(items) => items.iter().find(|item| is_at(item)),
        _ => Some(value).filter(|value| is_at(value)),
    }
}

/// Where the text of a scalar begins.
fn behind_quote(source: &SourceFile, scalar: &Node) -> Position {
    let start = scalar.span.start;
    let quoted = source.text()[source.offset(start)..].starts_with(['"', '\'']);
    Position { column: start.column + u32::from(quoted), ..start }
}

fn named(key: &Node) -> Option<Field> {
    let Value::Scalar(name) = &key.value else { return None };
    Field::ALL.into_iter().find(|field| field.as_str() == &**name)
}

fn is_nothing(value: &Node) -> bool {
    matches!(&value.value, Value::Scalar(scalar) if scalar.is_null())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::declaration::Asked;

    /// The place of `|` in the text of a letter, and what is typed there.
    fn place(head: &str, letter: &str) -> Option<(Option<Field>, bool, String)> {
        let text = format!("{head}{letter}");
        let at = text.find('|').unwrap();
        let mut live = LiveDeclarations::new(Asked::default(), jiff::civil::date(2026, 6, 1));
        let path = Path::new("/letters/letters.yaml");
        live.open(path, text.replacen('|', "", 1));
        let file = live.number(path).unwrap();
        let before = &text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
        let at = Position { line: line.try_into().unwrap(), column: column.try_into().unwrap() };
        live.place(file, at).map(|place| {
            let typed = live.source(file).slice(Span { start: place.typed, end: at }).unwrap_or_default().to_owned();
            (place.field, place.on_name, typed)
        })
    }

    #[test]
    fn a_position_in_a_letter_is_known_by_its_tree() {
        const BLOCK: &str = "version: 1\nletters:\n  - {name: 乙}\n";
        const JSON: &str = "{\"version\": 1, \"letters\": [{\"name\": \"乙\"},\n";
        let value = |field| (Some(field), false);
        let name = |field| (Some(field), true);
        for (letter, (field, on_name), typed) in [
            ("{name: 甲, |}", (None, true), ""),
            ("{|}", (None, true), ""),
            ("{name: 甲, au|}", (None, true), "au"),
            ("{na|me: 甲}", name(Field::Name), "na"),
            ("{name: 甲|, authorizer: 乙}", value(Field::Name), "甲"),
            ("{name: \"甲|\", authorizer: 乙}", value(Field::Name), "甲"),
            ("{name: 甲, authorizer: |, scan: a}", value(Field::Authorizer), ""),
            ("{name: 甲,\n     authorizer: |\n     }", value(Field::Authorizer), ""),
            ("{name: 甲, signatures: [菜鸟, |]}", value(Field::Signatures), ""),
            ("{name: 甲, signatures: [菜鸟, 裹|]}", value(Field::Signatures), "裹"),
            ("{name: 甲, signatures: [菜鸟], |}", (None, true), ""),
        ] {
            for (head, tail) in [(format!("{BLOCK}  - "), ""), (JSON.to_owned(), "]}")] {
                let found = place(&head, &format!("{letter}{tail}"));
                assert_eq!(found, Some((field, on_name, typed.to_owned())), "{head}{letter}");
            }
        }
        let found = |letter: &str| place(&format!("{BLOCK}  - "), letter).map(|(field, on_name, _)| (field, on_name));
        assert_eq!(found("name: 甲\n    signatures:\n      - 菜|\n"), Some(value(Field::Signatures)));
        assert_eq!(found("name: |\n    scan: b\n"), Some(value(Field::Name)));
        assert_eq!(found("name: 甲\n    |\n"), None);
        assert_eq!(found("{name: \"甲, |"), None);
    }
}
