//! What a page is made of.

use std::{
    collections::BTreeMap,
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A page.
pub(crate) struct Page {
    /// From the folder of the project.
    pub(crate) path: PathBuf,
    pub(crate) source: String,
    pub(crate) blocks: Vec<Block>,
    pub(crate) headings: Vec<Heading>,
    pub(crate) links: Vec<Link>,
    /// The cells of each row of each table, as they are written.
    pub(crate) rows: Vec<usize>,
}

/// A block of code with a fence.
pub(crate) struct Block {
    pub(crate) language: String,
    /// The file that the block is written to.
    pub(crate) file: Option<String>,
    pub(crate) text: String,
    /// Where the text stands in the page.
    pub(crate) range: Range<usize>,
    pub(crate) line: usize,
}

/// A heading.
pub(crate) struct Heading {
    pub(crate) level: HeadingLevel,
    /// What a link to it says after `#`, as GitHub and GitLab make it.
    pub(crate) anchor: String,
}

/// A link or a picture.
pub(crate) struct Link {
    pub(crate) target: String,
    pub(crate) line: usize,
}

impl Page {
    /// Reads a page of the project.
    pub(crate) fn read(path: &Path) -> Self {
        let source = fs::read_to_string(crate::docs::root().join(path))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self::parse(path, source)
    }

    fn parse(path: &Path, source: String) -> Self {
        let (mut blocks, mut headings, mut links, mut rows) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let line_of = |at: usize| source[..at].matches('\n').count() + 1;
        let mut anchors = Anchors::default();
        let mut heading: Option<(HeadingLevel, String)> = None;
        let mut block: Option<Block> = None;
        for (event, range) in Parser::new_ext(&source, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    block = Some(Block::begin(&info, line_of(range.start)));
                }
                Event::End(TagEnd::CodeBlock) => blocks.extend(block.take()),
                Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
                Event::End(TagEnd::Heading(_)) => {
                    let (level, text) = heading.take().expect("it began");
                    headings.push(Heading { level, anchor: anchors.of(&text) });
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    links.push(Link { target: dest_url.into_string(), line: line_of(range.start) });
                }
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(0),
                Event::Start(Tag::TableCell) => *rows.last_mut().expect("a cell is in a row") += 1,
                Event::Text(text) | Event::Code(text) => match (&mut block, &mut heading) {
                    (Some(block), _) => block.append(&text, range),
                    (None, Some((_, heading))) => heading.push_str(&text),
                    (None, None) => {}
                },
                _ => {}
            }
        }
        Self { path: path.to_owned(), source, blocks, headings, links, rows }
    }

    /// Whether a link to this part of the page leads somewhere.
    pub(crate) fn has(&self, anchor: &str) -> bool {
        self.headings.iter().any(|heading| heading.anchor == anchor)
    }
}

impl Block {
    fn begin(info: &str, line: usize) -> Self {
        let mut words = info.split_whitespace();
        let language = words.next().unwrap_or_default().to_owned();
        let file = words.find_map(|word| word.strip_prefix("file=")).map(str::to_owned);
        Self { language, file, text: String::new(), range: 0..0, line }
    }

    fn append(&mut self, text: &str, range: Range<usize>) {
        self.range = if self.text.is_empty() { range } else { self.range.start..range.end };
        self.text.push_str(text);
    }
}

/// Makes anchors of headings: the same one twice gets a number.
#[derive(Default)]
struct Anchors(BTreeMap<String, usize>);

impl Anchors {
    fn of(&mut self, heading: &str) -> String {
        let kept = heading.to_lowercase().replace(' ', "-");
        let anchor: String = kept.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
        let seen = self.0.entry(anchor.clone()).or_default();
        *seen += 1;
        if *seen == 1 { anchor } else { format!("{anchor}-{}", *seen - 1) }
    }
}
