//! Where the letters of a document stand, and how they are told from what is around them.

use std::{mem, rc::Rc};

use super::{
    SourceFile,
    document::Defaults,
    tree::{Entry, Node, Value},
};

/// What a document says around its letters. With it, some of them can be read again without the
/// others.
#[derive(Debug)]
pub(super) struct Outline {
    pub(super) defaults: Defaults,
    /// How many fields the document has.
    pub(super) fields: usize,
    /// The column of the `-` before each letter.
    pub(super) column: u32,
    /// The line of each letter's `-`, from the top.
    pub(super) lines: Vec<u32>,
}

impl Outline {
    /// Whether a line begins a letter.
    pub(super) fn marks_a_letter(&self, line: &str) -> bool {
        is_marked(line, self.column) && matches!(line.as_bytes().get(self.column as usize), None | Some(b' '))
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
        is_same.then(|| unshared(items))
    }
}

/// The column and the lines of the marks of a list's items; `None` when they do not stand on lines
/// of their own.
pub(super) fn marks(source: &SourceFile, list: &Node) -> Option<(u32, Vec<u32>)> {
    let Value::Sequence(items) = &list.value else { return None };
    let column = list.span.start.column;
    Some((column, item_lines(source, column, items)?))
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
