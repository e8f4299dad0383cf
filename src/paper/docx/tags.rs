//! The tags in a Word document: found across the runs into which Word splits a line, and moved to
//! where they repeat whole paragraphs or rows.
//!
//! Word cuts a line wherever its format, its language or its history of edits changes, so a tag can
//! begin in one run and end in another. It then stands in the first of them. The tags of a block
//! that is not within one paragraph are moved out of their paragraphs, as a paragraph or a row can
//! only be repeated as a whole.

use std::collections::{BTreeMap, HashMap};

use super::{
    super::{
        TemplateProblem,
        source::{BlockPart, Piece, Tag, TagSpan, tags_in, unclosed},
    },
    markup::{Kind, Markup},
};

/// The elements whose children a block may repeat.
const CONTAINERS: [&str; 9] = ["body", "tbl", "tc", "hdr", "ftr", "txbxContent", "sdtContent", "footnote", "endnote"];

/// A tag and where it stands.
struct Placed {
    tag: Tag,
    /// The start tag of its paragraph.
    paragraph: usize,
    /// The node of text in which it begins.
    node: usize,
    part: BlockPart,
}

/// A range of a node's text that belongs to a tag: the tag itself where it begins, and nothing
/// where it goes on.
struct Cut {
    start: usize,
    end: usize,
    tag: Option<usize>,
}

/// Where tags that were moved are written.
#[derive(Default)]
struct Moves {
    before: BTreeMap<usize, Vec<usize>>,
    after: BTreeMap<usize, Vec<usize>>,
    /// Elements that are nothing but their tags.
    instead: BTreeMap<usize, Vec<usize>>,
    moved: Vec<bool>,
}

/// The part as markup and tags, and what is wrong with the tags. `part` says which part it is.
pub(super) fn pieces(markup: &Markup<'_>, part: &str) -> (Vec<Piece>, Vec<TemplateProblem>) {
    let (placed, cuts, mut problems) = find(markup, part);
    let mut moves = Moves { moved: vec![false; placed.len()], ..Moves::default() };
    let held = held(markup, &placed);
    for block in blocks(&placed) {
        if let Err(problem) = moves.add(markup, &placed, &held, &block) {
            problems.push(problem);
        }
    }
    (written(markup, &placed, &cuts, &moves), problems)
}

/// The tags of all paragraphs, and which texts they take up.
fn find(markup: &Markup<'_>, part: &str) -> (Vec<Placed>, HashMap<usize, Vec<Cut>>, Vec<TemplateProblem>) {
    let mut paragraphs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    // The paragraph that each node is in, by those of the nodes before it.
    let mut inside: Vec<Option<usize>> = Vec::with_capacity(markup.nodes.len());
    for (index, node) in markup.nodes.iter().enumerate() {
        if node.kind == Kind::Start("p") {
            paragraphs.entry(index).or_default();
        }
        let paragraph =
            node.parent.and_then(|parent| if markup.name(parent) == "p" { Some(parent) } else { inside[parent] });
        inside.push(paragraph);
        if let Some(paragraph) = paragraph.filter(|_| is_run_text(markup, index)) {
            paragraphs.entry(paragraph).or_default().push(index);
        }
    }
    let mut placed = Vec::new();
    let mut cuts: HashMap<usize, Vec<Cut>> = HashMap::new();
    let mut problems = Vec::new();
    for (number, (paragraph, texts)) in paragraphs.into_iter().enumerate() {
        let line: String = texts.iter().map(|node| text_of(markup, *node)).collect();
        let place = format!("paragraph {} of {part}", number + 1);
        for found in tags_in(&line) {
            match found {
                TagSpan::Open { start } => problems.push(unclosed(&line[start..], place.clone())),
                TagSpan::Tag { start, end } => {
                    let tag = Tag { text: typed(&line[start..end]), place: place.clone() };
                    let node = cut(markup, &texts, start, end, placed.len(), &mut cuts);
                    placed.push(Placed { part: BlockPart::of(&tag.text), tag, paragraph, node });
                }
            }
        }
    }
    (placed, cuts, problems)
}

/// Cuts a tag out of the texts of its paragraph, and returns the node in which it begins.
fn cut(
    markup: &Markup<'_>,
    texts: &[usize],
    start: usize,
    end: usize,
    tag: usize,
    cuts: &mut HashMap<usize, Vec<Cut>>,
) -> usize {
    let mut first = None;
    let mut at = 0;
    for node in texts {
        let length = text_of(markup, *node).len();
        let (from, to) = (start.max(at), end.min(at + length));
        if from < to {
            let begins = first.is_none().then_some(tag);
            cuts.entry(*node).or_default().push(Cut { start: from - at, end: to - at, tag: begins });
            first.get_or_insert(*node);
        }
        at += length;
    }
    first.expect("a tag has characters")
}

fn text_of<'a>(markup: &'a Markup<'_>, node: usize) -> &'a str {
    match &markup.nodes[node].kind {
        Kind::Text(text) => text,
        _ => "",
    }
}

/// A tag as its author typed it: Word turns quotation marks and spaces into others.
fn typed(tag: &str) -> String {
    let plain = |c| match c {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '\u{a0}' | '\u{3000}' | '\n' => ' ',
        c => c,
    };
    tag.chars().map(plain).collect()
}

/// The blocks of the document, from the inside to the outside, each as its tags. The engine tells
/// of those that do not end.
fn blocks(placed: &[Placed]) -> Vec<Vec<usize>> {
    let mut open: Vec<Vec<usize>> = Vec::new();
    let mut blocks = Vec::new();
    for (index, tag) in placed.iter().enumerate() {
        match (tag.part, open.last_mut()) {
            (BlockPart::Begin, _) => open.push(vec![index]),
            (BlockPart::Middle, Some(block)) => block.push(index),
            (BlockPart::End, Some(block)) => {
                block.push(index);
                blocks.extend(open.pop());
            }
            _ => {}
        }
    }
    blocks
}

impl Moves {
    /// Moves the tags of a block to where they repeat whole elements, unless it is within one
    /// paragraph.
    fn add(
        &mut self,
        markup: &Markup<'_>,
        placed: &[Placed],
        held: &[Held],
        block: &[usize],
    ) -> Result<(), TemplateProblem> {
        let first = &placed[block[0]];
        if block.iter().all(|tag| placed[*tag].paragraph == first.paragraph) {
            return Ok(());
        }
        let misplaced = |tag: &Placed, message: &str| TemplateProblem {
            place: tag.tag.place.clone(),
            message: format!("`{}` {message}", tag.tag.text),
            help: Some("put each tag of the block into a paragraph or a row of its own".to_owned()),
        };
        let holder = |ancestor: &usize| {
            block.iter().all(|tag| markup.ancestors(placed[*tag].node).any(|other| other == *ancestor))
        };
        let container = markup.ancestors(first.node).find(holder).expect("the root holds every node");
        if markup.name(container) == "tr" {
            return self.around_row(placed, block, container).map_err(|tag| misplaced(&placed[tag], "splits a row"));
        }
        if !CONTAINERS.contains(&markup.name(container)) {
            return Err(misplaced(first, "ends elsewhere in the document"));
        }
        for tag in block {
            let mut path = markup.ancestors(placed[*tag].node);
            let child =
                path.find(|node| markup.nodes[*node].parent == Some(container)).expect("it is below the container");
            let place = match placed[*tag].part {
                _ if is_bare(markup, child, held) => &mut self.instead,
                BlockPart::Begin => &mut self.before,
                BlockPart::End => &mut self.after,
                _ => return Err(misplaced(&placed[*tag], "stands beside other text")),
            };
            place.entry(child).or_default().push(*tag);
            self.moved[*tag] = true;
        }
        Ok(())
    }

    /// A block from one cell of a row to another repeats the row. Fails with the tag that does
    /// neither begin nor end it.
    fn around_row(&mut self, placed: &[Placed], block: &[usize], row: usize) -> Result<(), usize> {
        for tag in block {
            let place = match placed[*tag].part {
                BlockPart::Begin => &mut self.before,
                BlockPart::End => &mut self.after,
                _ => return Err(*tag),
            };
            place.entry(row).or_default().push(*tag);
            self.moved[*tag] = true;
        }
        Ok(())
    }
}

/// What the nodes before a place hold: what an element holds is the difference of two.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    /// Characters of text, but for white space.
    text: usize,
    /// Those of them that are tags of blocks.
    blocks: usize,
    /// What can't go: other tags, pictures, and what ends a section.
    others: usize,
}

/// What is held before each node, and before the end.
fn held(markup: &Markup<'_>, placed: &[Placed]) -> Vec<Held> {
    let mut held = vec![Held::default(); markup.nodes.len() + 1];
    for index in 0..markup.nodes.len() {
        // A section ends with its last paragraph.
        held[index + 1].others = usize::from(["drawing", "pict", "object", "sectPr"].contains(&markup.name(index)));
        if is_run_text(markup, index) {
            held[index + 1].text = visible_length(text_of(markup, index));
        }
    }
    for tag in placed {
        match tag.part {
            BlockPart::None => held[tag.node + 1].others += 1,
            _ => held[tag.node + 1].blocks += visible_length(&tag.tag.text),
        }
    }
    for index in 1..held.len() {
        let before = held[index - 1];
        held[index].text += before.text;
        held[index].blocks += before.blocks;
        held[index].others += before.others;
    }
    held
}

/// Whether an element holds nothing but tags of blocks, so that it can go. A cell needs its last
/// paragraph.
fn is_bare(markup: &Markup<'_>, element: usize, held: &[Held]) -> bool {
    let (before, after) = (held[element], held[markup.nodes[element].end + 1]);
    let is_tags = after.text - before.text == after.blocks - before.blocks;
    is_tags && after.others == before.others && !is_last_of_cell(markup, element)
}

/// Whether a node is text of a run.
fn is_run_text(markup: &Markup<'_>, node: usize) -> bool {
    let node = &markup.nodes[node];
    matches!(node.kind, Kind::Text(_)) && node.parent.is_some_and(|parent| markup.name(parent) == "t")
}

fn is_last_of_cell(markup: &Markup<'_>, element: usize) -> bool {
    let node = &markup.nodes[element];
    let next = markup.nodes.get(node.end + 1).map(|next| &next.kind);
    node.parent.is_some_and(|parent| markup.name(parent) == "tc") && next == Some(&Kind::End)
}

fn visible_length(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The nodes in their order, with the tags at their places.
fn written(markup: &Markup<'_>, placed: &[Placed], cuts: &HashMap<usize, Vec<Cut>>, moves: &Moves) -> Vec<Piece> {
    let mut out = Out(Vec::new());
    let tags = |of: &BTreeMap<usize, Vec<usize>>, node: usize| -> Vec<usize> {
        let mut tags = of.get(&node).cloned().unwrap_or_default();
        tags.sort_unstable();
        tags
    };
    let starts: HashMap<usize, usize> = moves.after.keys().map(|start| (markup.nodes[*start].end, *start)).collect();
    let mut index = 0;
    while let Some(node) = markup.nodes.get(index) {
        out.tags(&tags(&moves.before, index), placed);
        if moves.instead.contains_key(&index) {
            out.tags(&tags(&moves.instead, index), placed);
            index = node.end + 1;
            continue;
        }
        match cuts.get(&index) {
            Some(cuts) => out.text(text_of(markup, index), cuts, placed, &moves.moved),
            None => out.markup(node.raw),
        }
        if let Some(start) = starts.get(&index) {
            out.tags(&tags(&moves.after, *start), placed);
        }
        index += 1;
    }
    out.0
}

/// Pieces, with one piece of markup between two tags.
struct Out(Vec<Piece>);

impl Out {
    fn markup(&mut self, raw: &str) {
        match self.0.last_mut() {
            Some(Piece::Markup(markup)) => markup.push_str(raw),
            _ => self.0.push(Piece::Markup(raw.to_owned())),
        }
    }

    fn tags(&mut self, tags: &[usize], placed: &[Placed]) {
        self.0.extend(tags.iter().map(|tag| Piece::Tag(placed[*tag].tag.clone())));
    }

    /// A text with its tags, but for those that were moved.
    fn text(&mut self, text: &str, cuts: &[Cut], placed: &[Placed], moved: &[bool]) {
        let mut at = 0;
        for cut in cuts {
            self.markup(&quick_xml::escape::escape(&text[at..cut.start]));
            if let Some(tag) = cut.tag.filter(|tag| !moved[*tag]) {
                self.tags(&[tag], placed);
            }
            at = cut.end;
        }
        self.markup(&quick_xml::escape::escape(&text[at..]));
    }
}
