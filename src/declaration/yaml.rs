//! Text → trees, with limits that keep hostile files harmless.

use std::{borrow::Cow, collections::HashMap, rc::Rc};

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::{
    Code, Diagnostic,
    bounded::{BoundedInput, Steps},
    collector::FileCollector,
    diagnostic::quoted,
    source::{Position, SourceFile, Span, saturate},
    surrogates,
    tree::{Entry, Node, Scalar, Value},
    typing,
};

/// What one file may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How deep lists and mappings may be nested. A letter's signatures are the deepest that there
    /// is, at 4.
    depth: usize,
    /// How many values there may be, keys included. 100,000 letters with three signatures each have
    /// 2,000,000.
    pub(super) values: usize,
}

impl Limits {
    pub(super) const USUAL: Self = Self { depth: 32, values: 2_500_000 };
}

/// A file's documents, and what else matters to who reads a part of it again.
pub(super) struct Trees {
    pub(super) documents: Vec<Node>,
    /// The last line on which a value has an anchor, so that another part of the file may mean what
    /// it does because of that.
    pub(super) anchored: Option<u32>,
    /// The lines with aliases, in their order.
    pub(super) aliased: Vec<u32>,
    /// How many values there are.
    pub(super) values: usize,
}

/// The documents of a file; `None` when it is no YAML, which the collector then knows.
pub(super) fn parse(source: &SourceFile, collector: &mut FileCollector<'_>, limits: Limits) -> Option<Trees> {
    // A document that begins as a list or mapping in brackets could be a key for all that the
    // parser knows, and it keeps all of it in memory to find out. After the mark of a document it
    // cannot, so JSON gets one, and its first line 4 columns.
    let marked = source.text().starts_with(['{', '[']);
    let hidden = surrogates::hidden(source.text());
    let text = hidden.as_deref().unwrap_or(source.text());
    let text = if marked { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) };
    let origin = Origin { marked, ..Origin::default() };
    read(source, (&text, origin), collector, (limits, hidden.is_some()))
}

/// The documents of some lines of a file below its `head`, as if nothing were between the two.
///
/// `text` is both of them; `skipped` lines of the file are between them.
pub(super) fn parse_part(
    source: &SourceFile,
    (text, head, skipped): (&str, u32, u32),
    collector: &mut FileCollector<'_>,
    limits: Limits,
) -> Option<Trees> {
    read(source, (text, Origin { marked: false, head, skipped }), collector, (limits, false))
}

fn read(
    source: &SourceFile,
    (text, origin): (&str, Origin),
    collector: &mut FileCollector<'_>,
    (limits, surrogates): (Limits, bool),
) -> Option<Trees> {
    let steps = Steps::default();
    let mut parser = Parser::new(BoundedInput::new(text, &steps));
    let mut builder = Builder {
        source,
        collector,
        limits,
        open: Vec::new(),
        anchors: HashMap::new(),
        keys: Vec::new(),
        anchored: None,
        aliased: Vec::new(),
        surrogates,
        documents: Vec::new(),
        values: 0,
    };
    let mut last = Span::first();
    loop {
        steps.refill();
        let event = parser.next_event();
        if steps.exhausted() {
            let message = "what follows is too long for one value, or for a list in brackets at this place";
            let help = "write it with `- ` before each item, each on a line of its own";
            builder.collector.report_with_help(Code::YamlLimits, message, last, help);
            return None;
        }
        match event {
            Some(Ok((event, span))) => {
                last = origin.place(span);
                builder.take(event, last).ok()?;
            }
            Some(Err(error)) => {
                let mark = *error.marker();
                let at = origin.place(saphyr_parser::Span::empty(mark)).start;
                builder.collector.push(syntax_error(builder.collector, source, at, error.info()));
                return None;
            }
            None => {
                let Builder { documents, anchored, aliased, values, .. } = builder;
                return Some(Trees { documents, anchored, aliased, values });
            }
        }
    }
}

const MARK: &str = "--- ";

/// Where the text that the parser is given stands in its file.
#[derive(Debug, Clone, Copy, Default)]
struct Origin {
    /// [`MARK`] is before the text.
    marked: bool,
    /// How many lines are those of the file's beginning.
    head: u32,
    /// How many lines of the file are left out after those.
    skipped: u32,
}

impl Origin {
    /// A place as the file has it.
    fn place(self, span: saphyr_parser::Span) -> Span {
        let position = |mark: Marker| {
            let added = if self.marked && mark.line() == 1 { MARK.len() } else { 0 };
            let line = saturate(mark.line());
            let line = if line > self.head { line.saturating_add(self.skipped) } else { line };
            Position { line, column: saturate((mark.col() + 1).saturating_sub(added).max(1)) }
        };
        Span { start: position(span.start), end: position(span.end) }
    }
}

/// The file cannot be read to its end; why is in the collector.
struct Halt;

struct Builder<'s, 'd> {
    source: &'s SourceFile,
    collector: &'s mut FileCollector<'d>,
    limits: Limits,
    open: Vec<Open>,
    /// What each anchor stands for; `None` as long as it is open.
    anchors: HashMap<usize, Option<Value>>,
    /// The line of the last one.
    anchored: Option<u32>,
    aliased: Vec<u32>,
    /// The first texts of keys, which all letters share.
    keys: Vec<Rc<str>>,
    /// Whether halves of characters stand in the text as private characters.
    surrogates: bool,
    documents: Vec<Node>,
    values: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    start: Span,
    anchor: usize,
    refused: bool,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping { entries: Vec<Entry>, key: Option<Node> },
}

impl Builder<'_, '_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Halt> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let text = if self.surrogates { surrogates::revealed(text, style) } else { text };
                // The line break at the end of a block text is YAML's, and nothing that somebody
                // wrote.
                let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let text = self.text(if block { text.trim() } else { &text });
                let scalar = Value::Scalar(Scalar::new(text, plain));
                let slipped = plain && span.start.line < span.end.line && self.slipped(span);
                let value =
                    if slipped || self.refuses(tag.as_deref(), SCALAR_TAGS, span) { Value::Refused } else { scalar };
                if anchor > 0 {
                    self.anchored = Some(span.end.line);
                    self.anchors.insert(anchor, Some(value.clone()));
                }
                self.add(Node { span, value })
            }
            Event::SequenceStart(anchor, tag) => {
                let refused = self.refuses(tag.as_deref(), &["seq"], span);
                self.open(Open { start: span, anchor, refused, items: Items::Sequence(Vec::new()) })
            }
            Event::MappingStart(anchor, tag) => {
                let refused = self.refuses(tag.as_deref(), &["map"], span);
                let items = Items::Mapping { entries: Vec::new(), key: None };
                self.open(Open { start: span, anchor, refused, items })
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Alias(anchor) => {
                self.aliased.push(span.start.line);
                let value = self.alias(anchor, span);
                self.add(Node { span, value })
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    /// A text in memory: that of a key once for all that are the same, as there is one for each
    /// field of each letter.
    fn text(&mut self, text: &str) -> Rc<str> {
        let is_key = matches!(self.open.last(), Some(Open { items: Items::Mapping { key: None, .. }, .. }));
        let known = self.keys.iter().find(|key| is_key && ***key == *text);
        let shared = known.map_or_else(|| text.into(), Rc::clone);
        if is_key && known.is_none() && self.keys.len() < SHARED_KEYS {
            self.keys.push(Rc::clone(&shared));
        }
        shared
    }

    /// Reports a field with a slip that YAML takes for another line of the text before it.
    fn slipped(&mut self, span: Span) -> bool {
        let Some(slip) = typing::within_plain_text(self.source, span.start.line + 1..=span.end.line) else {
            return false;
        };
        self.collector.push(slip.diagnostic(self.collector));
        true
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Value {
        match self.anchors.get(&anchor) {
            Some(Some(value)) => return value.clone(),
            Some(None) => {
                let message = "the alias stands for something that it is itself a part of";
                self.collector.report(Code::YamlAlias, message, span);
            }
            // To the parser, an anchor outlives its document.
            None => self.collector.push(unknown_anchor(self.collector, self.source, span)),
        }
        Value::Refused
    }

    fn open(&mut self, open: Open) -> Result<(), Halt> {
        if self.open.len() == self.limits.depth {
            let message = format!("lists and mappings are nested more than {} deep", self.limits.depth);
            self.collector.report(Code::YamlLimits, message, open.start);
            return Err(Halt);
        }
        if open.anchor > 0 {
            self.anchored = Some(open.start.end.line);
            self.anchors.insert(open.anchor, None);
        }
        self.open.push(open);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Halt> {
        let open = self.open.pop().expect("the parser ends only what it has begun");
        let value = match open.items {
            _ if open.refused => Value::Refused,
            // A vector has room for more than it holds: most of the memory of many small ones.
            Items::Sequence(mut items) => {
                items.shrink_to_fit();
                Value::Sequence(Rc::new(items))
            }
            Items::Mapping { mut entries, .. } => {
                entries.shrink_to_fit();
                Value::Mapping(Rc::new(entries))
            }
        };
        if open.anchor > 0 {
            self.anchors.insert(open.anchor, Some(value.clone()));
        }
        self.add(Node { span: Span { start: open.start.start, end: end.end }, value })
    }

    fn add(&mut self, node: Node) -> Result<(), Halt> {
        self.values += 1;
        if self.values > self.limits.values {
            let message = format!("the file has more than {} values", self.limits.values);
            self.collector.report_with_help(
                Code::YamlLimits,
                message,
                node.span,
                "spread the letters over several files",
            );
            return Err(Halt);
        }
        match self.open.last_mut().map(|open| &mut open.items) {
            None => self.documents.push(node),
            Some(Items::Sequence(items)) => items.push(node),
            Some(Items::Mapping { entries, key }) => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push(Entry { key, value: node }),
            },
        }
        Ok(())
    }

    /// Complains about a tag that would change what the value is.
    fn refuses(&mut self, tag: Option<&Tag>, harmless: &[&str], span: Span) -> bool {
        let Some(tag) = tag else { return false };
        let name = format!("{}{}", tag.handle, tag.suffix);
        let core = name.strip_prefix("tag:yaml.org,2002:");
        if name == "!" || core.is_some_and(|core| harmless.contains(&core)) {
            return false;
        }
        let shown = core.map_or_else(|| name.clone(), |core| format!("!!{core}"));
        let message = format!("the tag `{shown}` has no meaning here");
        let diagnostic = self.collector.diagnostic(Code::YamlTag, message, span);
        self.collector.push(diagnostic.help("remove the tag: every value is the text that stands there"));
        true
    }
}

/// How many texts of keys are shared: as many as a file has fields, and some for other styles.
const SHARED_KEYS: usize = 32;

/// Tags that leave a scalar the text that it is.
const SCALAR_TAGS: &[&str] = &["str", "int", "float", "bool", "timestamp"];

fn syntax_error(collector: &FileCollector<'_>, source: &SourceFile, at: Position, info: &str) -> Diagnostic {
    let Position { line, column } = at;
    let here = Span::on_line(line, column..column + 1);
    if info.contains("unknown anchor") {
        return unknown_anchor(collector, source, here);
    }
    if let Some(slip) = typing::behind_error(source, line) {
        return slip.diagnostic(collector);
    }
    let help = if info.contains("Unicode character escape") {
        "write the character itself, or the escapes of both its halves"
    } else {
        "check the indentation, and quote a text that starts with a symbol or contains `: ` or ` #`"
    };
    collector.diagnostic(Code::YamlSyntax, format!("invalid YAML: {info}"), here).help(help)
}

/// An alias whose anchor is not before it in its document, but maybe elsewhere.
fn unknown_anchor(collector: &FileCollector<'_>, source: &SourceFile, here: Span) -> Diagnostic {
    let Position { line, column } = here.start;
    let rest = source.line(line).chars().skip(column as usize - 1).skip_while(|c| *c == '*');
    let name: String = rest.take_while(|c| !c.is_whitespace() && !",[]{}".contains(*c)).collect();
    let end = column + saturate(name.chars().count()) + 1;
    let alias = Span::on_line(line, column..end);
    let message = format!("the alias {} has no anchor before it in this document", quoted(&format!("*{name}")));
    let diagnostic = collector.diagnostic(Code::YamlAlias, message, alias);
    let anchor = format!("&{name}");
    let is_anchor = |line: &str| line.split([' ', '\t', ',', '[', ']', '{', '}']).any(|word| word == anchor);
    let elsewhere = (1..=saturate(source.line_count())).find(|line| is_anchor(source.line(*line)));
    let Some(elsewhere) = elsewhere.filter(|_| !name.is_empty()) else {
        return diagnostic.help("mark the value that it repeats with `&` and the same name, or write the value here");
    };
    let start = source.line(elsewhere).find(&anchor).map_or(0, |byte| source.line(elsewhere)[..byte].chars().count());
    let start = saturate(start + 1);
    let place = collector.place(Span::on_line(elsewhere, start..start + saturate(anchor.chars().count())));
    let label = if elsewhere < line { "this anchor is of another document" } else { "this anchor comes later" };
    diagnostic.relate(place, label).help("write the value here; an alias reaches back within its own document only")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declaration::{FileId, LintLevels, collector::Collector};

    fn parsed(text: &str, limits: Limits) -> Result<usize, (Code, Position)> {
        let mut collector = Collector::new(LintLevels::default());
        let source = SourceFile::new("f", text);
        let documents = parse(&source, &mut collector.for_file(FileId(0)), limits).map(|trees| trees.documents.len());
        documents.ok_or_else(|| {
            let problem = collector.finish().remove(0);
            (problem.code, problem.place.expect("placed").span.start)
        })
    }

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "# 中文注释\n键: [菜鸟, \"引 号\"]\r\n二: 值";
        let mut collector = Collector::new(LintLevels::default());
        let source = SourceFile::new("f", text);
        let Trees { documents, .. } = parse(&source, &mut collector.for_file(FileId(0)), Limits::USUAL).expect("YAML");
        let Value::Mapping(entries) = &documents[0].value else { panic!("a mapping") };
        let slices = |node: &Node| source.slice(node.span).map(str::to_owned);
        assert_eq!(slices(&entries[0].key).as_deref(), Some("键"));
        assert_eq!(slices(&entries[0].value).as_deref(), Some("[菜鸟, \"引 号\"]"));
        assert_eq!(slices(&entries[1].value).as_deref(), Some("值"));
        assert_eq!(entries[1].value.span.start, Position { line: 3, column: 4 });
    }

    #[test]
    fn a_file_has_limits() {
        let limits = Limits { depth: 2, values: 4 };
        assert_eq!(parsed("[[a], b]", limits), Ok(1));
        assert_eq!(parsed("[[[a]]]", limits), Err((Code::YamlLimits, Position { line: 1, column: 3 })));
        assert_eq!(parsed("[a, b, c,\n d]", limits), Err((Code::YamlLimits, Position { line: 1, column: 1 })));
        assert_eq!(parsed("[a, b, c,\n d, e]", limits), Err((Code::YamlLimits, Position { line: 2, column: 5 })));
    }

    #[test]
    fn what_the_parser_would_keep_in_memory_to_look_ahead_is_bounded() {
        let start = Position { line: 1, column: 1 };
        for text in [format!("- [{}]", "1,".repeat(1_000_000)), format!("[[{}]]", "{},".repeat(1_000_000))] {
            assert_eq!(parsed(&text, Limits::USUAL).map_err(|(code, at)| (code, at.line)), Err((Code::YamlLimits, 1)));
        }
        assert_eq!(parsed(&"\n".repeat(2_000_000), Limits::USUAL), Err((Code::YamlLimits, start)));
    }

    #[test]
    fn json_has_the_places_that_it_has() {
        let error = parsed("{\"菜\": 1, ]", Limits::USUAL);
        assert_eq!(error, Err((Code::YamlSyntax, Position { line: 1, column: 10 })));
        assert_eq!(
            parsed("[a,\n !x b]", Limits { depth: 0, values: 9 }),
            Err((Code::YamlLimits, Position { line: 1, column: 1 }))
        );
        assert_eq!(parsed(&format!("{{a: [{}]}}", "1,".repeat(1_000_000)), Limits::USUAL), Ok(1));
    }

    fn problem(text: &str) -> Diagnostic {
        let mut collector = Collector::new(LintLevels::default());
        let source = SourceFile::new("f", text);
        parse(&source, &mut collector.for_file(FileId(0)), Limits::USUAL);
        collector.finish().remove(0)
    }

    #[test]
    fn an_alias_without_its_anchor_is_told_where_the_anchor_is() {
        let across = problem("a: &全 菜鸟\n---\nb: [*全, c]\n");
        assert_eq!(
            (across.code, across.message.as_str()),
            (Code::YamlAlias, "the alias `*全` has no anchor before it in this document")
        );
        assert_eq!(across.place.unwrap().span, Span::on_line(3, 5..7));
        assert_eq!(across.related[0].label, "this anchor is of another document");
        assert_eq!(across.related[0].place.span, Span::on_line(1, 4..6));
        assert_eq!(problem("a: *x\nb: &x 1\n").related[0].label, "this anchor comes later");
        assert_eq!(problem("a: *x\n").related, []);
    }

    #[test]
    fn half_a_character_is_refused_and_a_whole_one_read() {
        let text = |documents: &[Node]| {
            let Value::Sequence(items) = &documents[0].value else { panic!("a list") };
            items.iter().map(|item| (item.value.clone(), item.span.start.column)).collect::<Vec<_>>()
        };
        let mut collector = Collector::new(LintLevels::default());
        let source = SourceFile::new("f", r#"["\uD83D\uDE00", "菜"]"#);
        let Trees { documents, .. } = parse(&source, &mut collector.for_file(FileId(0)), Limits::USUAL).expect("YAML");
        let [(Value::Scalar(face), 2), (Value::Scalar(other), 18)] = &text(&documents)[..] else { panic!("two texts") };
        assert_eq!((&**face, &**other), ("😀", "菜"));
        assert!(problem(r#"{"version":1, "name":"\uD83D"}"#).help.unwrap().contains("both its halves"));
    }

    #[test]
    fn a_full_width_colon_is_found_where_it_stands() {
        let error = parsed("version: 1\nletters:\n  - name：菜鸟\n    scan: x\n", Limits::USUAL);
        assert_eq!(error, Err((Code::YamlSyntax, Position { line: 3, column: 9 })));
    }
}
