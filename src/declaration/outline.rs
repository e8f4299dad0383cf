//! Where the letters of a document stand, and how they are told from what is around them.

use std::{mem, rc::Rc, sync::Arc};

use super::{
    Position, SourceFile, Span,
    letter::Shared,
    tree::{Entry, Node, Value},
};

/// What a document says around its letters. With it, some of them can be read again without the
/// others.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) inherited: Arc<Shared>,
    /// How many fields the document has up to its letters, with these.
    pub(super) fields: usize,
    /// The column of the `-` before each letter.
    pub(super) column: u32,
    /// The line of each letter's `-`, from the top.
    pub(super) lines: Vec<u32>,
    /// Where the field after the letters is.
    pub(super) foot: Option<Position>,
    /// Whether letters may repeat something of what is around them.
    pub(super) anchored: bool,
}

impl Outline {
    /// Whether a line begins a letter.
    pub(super) fn marks_a_letter(&self, line: &str) -> bool {
        is_marked(line, self.column) && matches!(line.as_bytes().get(self.column as usize), None | Some(b' '))
    }

    /// The line of the field after the letters.
    pub(super) fn foot_line(&self) -> Option<u32> {
        self.foot.map(|foot| foot.line)
    }

    /// Whether the field after the letters still ends their list, whatever else is wrong with it.
    pub(super) fn has_foot(&self, source: &SourceFile) -> bool {
        self.foot.is_some_and(|Position { line, column }| {
            let (indent, field) = source.line(line).split_at_checked(column as usize - 1).unwrap_or_default();
            indent.bytes().all(|b| b == b' ') && field.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"')
        })
    }

    /// The lines on which letters begin; `None` when they do not all have a line of their own.
    pub(super) fn lines_of(&self, source: &SourceFile, items: &[Node]) -> Option<Vec<u32>> {
        item_lines(source, self.column, items)
    }

    /// The letters of a document that has this outline; `None` when it has another one.
    pub(super) fn items(&self, document: Node) -> Option<Vec<Node>> {
        let Value::Mapping(mut entries) = document.value else { return None };
        let last = entries.len().checked_sub(1)?;
        let Node { span, value: Value::Sequence(items) } = taken(&mut entries, last) else { return None };
        let is_same = entries.len() == self.fields && span.start.column == self.column;
        (is_same && !items.iter().any(is_repeated)).then(|| unshared(items))
    }
}

/// The column and the lines of the marks of a list's items, before the field that is `next`; `None`
/// when something does not stand on lines of its own.
pub(super) fn marks(source: &SourceFile, list: &Node, next: Option<Span>) -> Option<(u32, Vec<u32>)> {
    let Value::Sequence(items) = &list.value else { return None };
    let Span { start, .. } = list.span;
    let lines = item_lines(source, start.column, items)?;
    let is_below = |next: Span| {
        let indent = source.line(next.start.line).bytes().take_while(|b| *b == b' ').count();
        indent + 1 == next.start.column as usize && lines.last().is_some_and(|last| *last < next.start.line)
    };
    let is_apart = lines.first() == Some(&start.line) && next.is_none_or(is_below) && !items.iter().any(is_repeated);
    is_apart.then_some((start.column, lines))
}

/// Whether an item is a mapping that stands elsewhere, too.
fn is_repeated(item: &Node) -> bool {
    matches!(&item.value, Value::Mapping(entries) if Rc::strong_count(entries) > 1)
}

/// The letters of a document, as they stand there.
pub(super) fn letters(document: Node) -> Option<Vec<Node>> {
    let Value::Mapping(mut entries) = document.value else { return None };
    let is_letters = |entry: &Entry| matches!(&entry.key.value, Value::Scalar(key) if **key == *"letters");
    let index = entries.iter().position(is_letters)?;
    match taken(&mut entries, index).value {
        Value::Sequence(items) => Some(unshared(items)),
        _ => None,
    }
}

/// The lines on which the marks of a list's items stand, all in one column; `None` when some do
/// not.
fn item_lines(source: &SourceFile, column: u32, items: &[Node]) -> Option<Vec<u32>> {
    let marked = |item: &Node| Some(item.span.start.line).filter(|line| is_marked(source.line(*line), column));
    let lines: Vec<u32> = items.iter().map(marked).collect::<Option<_>>()?;
    lines.is_sorted_by(|a, b| a < b).then_some(lines).filter(|lines| !lines.is_empty())
}

/// Whether a line has nothing before the mark of an item in that column.
fn is_marked(line: &str, column: u32) -> bool {
    let spaces = column as usize - 1;
    let text = line.as_bytes();
    text.get(spaces) == Some(&b'-') && text[..spaces].iter().all(|b| *b == b' ')
}

/// The items of a list, taken out of it where nothing else refers to it.
pub(super) fn unshared(items: Rc<Vec<Node>>) -> Vec<Node> {
    Rc::try_unwrap(items).unwrap_or_else(|shared| shared.to_vec())
}

/// The value of an entry, out of its mapping where nothing else refers to that.
pub(super) fn taken(entries: &mut Rc<Vec<Entry>>, index: usize) -> Node {
    match Rc::get_mut(entries) {
        Some(entries) => {
            let Node { span, value } = &mut entries[index].value;
            Node { span: *span, value: mem::replace(value, Value::Refused) }
        }
        None => entries[index].value.clone(),
    }
}
