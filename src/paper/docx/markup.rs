//! XML as a list of nodes that keep their bytes: what is not changed is written as it was read.

use quick_xml::{
    Reader,
    events::{BytesRef, Event},
};

/// A part of a document.
#[derive(Debug)]
pub(super) struct Markup<'a> {
    /// The nodes in their order.
    pub nodes: Vec<Node<'a>>,
}

/// A start tag, an end tag, an empty element, a piece of text, or whatever else XML has.
#[derive(Debug)]
pub(super) struct Node<'a> {
    /// Its bytes in the part.
    pub raw: &'a str,
    pub kind: Kind<'a>,
    /// The start tag of the element that holds it.
    pub parent: Option<usize>,
    /// For a start tag, its end tag. For all else, the node itself.
    pub end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind<'a> {
    /// The start tag of an element, by its name without the prefix.
    Start(&'a str),
    End,
    /// An element without content, by its name without the prefix.
    Empty(&'a str),
    /// A piece of text, with its characters as they are read.
    Text(String),
    Other,
}

impl<'a> Markup<'a> {
    /// # Errors
    /// When the text is not XML whose elements all end.
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        Self::nodes(text).map_err(|error| error.to_string())?.ok_or_else(|| "an element does not end".to_owned())
    }

    fn nodes(text: &'a str) -> Result<Option<Self>, quick_xml::Error> {
        let mut reader = Reader::from_str(text);
        let mut nodes: Vec<Node<'a>> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let mut at = 0;
        loop {
            let event = reader.read_event()?;
            let next = usize::try_from(reader.buffer_position()).expect("a part fits into memory");
            let raw = &text[at..next];
            at = next;
            let index = nodes.len();
            let mut node = Node { raw, kind: Kind::Other, parent: open.last().copied(), end: index };
            match event {
                Event::Eof => break,
                Event::Start(_) => {
                    node.kind = Kind::Start(local_name(raw));
                    open.push(index);
                }
                Event::Empty(_) => node.kind = Kind::Empty(local_name(raw)),
                Event::End(_) => {
                    let start = open.pop().expect("the reader checks that elements end");
                    nodes[start].end = index;
                    node.kind = Kind::End;
                    node.parent = nodes[start].parent;
                }
                Event::Text(text) => node.kind = Kind::Text(text.xml10_content().into_owned()),
                Event::CData(text) => node.kind = Kind::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => node.kind = referred(&reference).map_or(Kind::Other, Kind::Text),
                _ => {}
            }
            nodes.push(node);
        }
        Ok(open.is_empty().then_some(Self { nodes }))
    }

    /// The elements that hold a node, from the inside to the outside.
    pub(super) fn ancestors(&self, node: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(self.nodes[node].parent, |index| self.nodes[*index].parent)
    }

    /// The name of an element, without its prefix.
    pub(super) fn name(&self, node: usize) -> &'a str {
        match self.nodes[node].kind {
            Kind::Start(name) | Kind::Empty(name) => name,
            _ => "",
        }
    }
}

/// The name of the element whose tag this is, without its prefix.
fn local_name(tag: &str) -> &str {
    let name = tag.trim_start_matches('<').split(|c: char| c.is_whitespace() || "/>".contains(c)).next().unwrap_or("");
    name.rsplit(':').next().unwrap_or(name)
}

fn referred(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return Some(c.to_string());
    }
    quick_xml::escape::resolve_predefined_entity(reference).map(str::to_owned)
}
