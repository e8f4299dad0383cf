//! One file of declarations, read as far as it can be judged by itself.
//!
//! While a file is typed, the letters that an edit touches are read again without the others. They
//! are read as they stand, by the same parser and the same rules, below the head of their file: the
//! text before the first letter. What is around the letters is read again without them.

use std::{ops::Range, path::Path, sync::Arc};

use super::{
    Code, Diagnostic, FileId, LintLevels, LoadOptions, Severity, SourceFile,
    collector::Collector,
    declared::Declared,
    discover::{self, DeclarationFile},
    document::{Frame, Read, Reason},
    letter::{Reader, Shared},
    lint::value::Calendar,
    outline::Outline,
    source::{self, saturate},
    tree::{Node, Value},
    workspace::{self, Workspace},
    yaml::{self, Trees},
};

/// What one file says, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) source: SourceFile,
    pub(super) letters: Vec<Declared>,
    /// The defaults of its documents.
    pub(super) defaults: Vec<Arc<Shared>>,
    /// The problems that show without any other file.
    pub(super) problems: Collector,
    /// How many of the problems were found before the first letter was read: they are about YAML.
    pub(super) of_yaml: usize,
    /// How many values the file has.
    pub(super) values: usize,
    /// With what some of the letters can be read again.
    pub(super) outline: Option<Outline>,
    /// The lines with aliases.
    pub(super) aliased: Vec<u32>,
}

impl Reading {
    /// Reads a file, or says why it can't be read.
    pub(super) fn of_file(
        found: &DeclarationFile,
        reason: Reason,
        options: &LoadOptions,
    ) -> Result<Self, Box<Diagnostic>> {
        discover::read(found).map(|bytes| Self::of_bytes((&found.name, bytes), reason, options))
    }

    /// Reads the bytes of a file. Until it is [`Self::numbered`], it is the first of all files.
    pub(super) fn of_bytes((name, bytes): (&str, Vec<u8>), reason: Reason, options: &LoadOptions) -> Self {
        let (source, problem) = source::decode(FIRST, name, bytes);
        match problem {
            Some(problem) => Self::refused(source, problem, options),
            None => Self::of_text(source, reason, options),
        }
    }

    /// Reads a text. Until it is [`Self::numbered`], it is the first of all files.
    pub(super) fn of_source(source: SourceFile, reason: Reason, options: &LoadOptions) -> Self {
        match source::refuse_nul(FIRST, source) {
            (source, Some(problem)) => Self::refused(source, problem, options),
            (source, None) => Self::of_text(source, reason, options),
        }
    }

    fn refused(source: SourceFile, problem: Diagnostic, options: &LoadOptions) -> Self {
        let mut reading = Self::empty(source, options);
        reading.problems.push(problem);
        reading
    }

    fn of_text(source: SourceFile, reason: Reason, options: &LoadOptions) -> Self {
        let mut problems = Collector::new(options.lints.clone());
        let mut collector = problems.for_file(FIRST);
        let Some(trees) = yaml::parse(&source, &mut collector, yaml::Limits::USUAL) else {
            let of_yaml = problems.len();
            return Self { problems, of_yaml, ..Self::empty(source, options) };
        };
        let of_yaml = problems.len();
        let mut read = Read::default();
        let mut reader = reader(&source, &mut problems, (FIRST, reason), options);
        let Trees { documents, anchored, aliased, values } = trees;
        if documents.is_empty() {
            reader.empty();
        }
        let alone = documents.len() == 1 && !source.text().contains("\\u");
        let outlines = documents.into_iter().map(|document| reader.document(document, &mut read));
        // Letters may mean what they do because of the head.
        let is_above = |outline: &Outline| anchored.is_none_or(|last| last < outline.lines[0]);
        let outline = outlines.last().flatten().filter(|outline| alone && is_above(outline));
        let outline = outline.map(|outline| Outline { anchored: anchored.is_some(), ..outline });
        let Read { letters, defaults } = read;
        Self { source, letters, defaults, problems, of_yaml, values, outline, aliased }
    }

    /// Reads a workspace file, which has no letters; and what it says when it has no error.
    pub(super) fn of_workspace(
        path: &Path,
        (source, problem): (SourceFile, Option<Diagnostic>),
        options: &LoadOptions,
    ) -> (Self, Option<Workspace>) {
        let mut problems = Collector::new(LintLevels::default());
        let workspace = match problem {
            Some(problem) => {
                problems.push(problem);
                None
            }
            None => workspace::of_source(path, &source, &mut problems),
        };
        let has_error = problems.all().any(|problem| problem.severity == Severity::Error);
        (Self { problems, ..Self::empty(source, options) }, workspace.filter(|_| !has_error))
    }

    /// A file that says nothing, and about which there is nothing to say.
    pub(super) fn of_nothing(name: &str, options: &LoadOptions) -> Self {
        Self::empty(SourceFile::new(name, ""), options)
    }

    fn empty(source: SourceFile, options: &LoadOptions) -> Self {
        let problems = Collector::new(options.lints.clone());
        Self {
            source,
            letters: Vec::new(),
            defaults: Vec::new(),
            problems,
            of_yaml: 0,
            values: 0,
            outline: None,
            aliased: Vec::new(),
        }
    }

    /// The same as the file of another number.
    pub(super) fn numbered(mut self, id: FileId) -> Self {
        if id != FIRST {
            self.problems.renumber(|_| id);
            self.letters.iter_mut().for_each(|letter| letter.file = id);
        }
        self
    }
}

const FIRST: FileId = FileId(0);

pub(super) fn reader<'a, 'd>(
    source: &'a SourceFile,
    problems: &'d mut Collector,
    (id, reason): (FileId, Reason),
    options: &LoadOptions,
) -> Reader<'a, 'd> {
    let calendar = Calendar { today: options.today, expiring_days: options.expiring_days };
    Reader { source, collector: problems.for_file(id), calendar, reason }
}

/// Lines of a file that were read again.
#[derive(Debug)]
pub(super) enum Again {
    /// Letters and nothing else, up to the line after the last one.
    Letters(Part, u32),
    /// They are no YAML, so that nothing of the file is read beyond: what is wrong, and why, at
    /// last.
    Broken(Vec<Diagnostic>),
    /// They can't be read without the rest of the file.
    Entangled,
}

/// Some of a file's letters.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) letters: Vec<Declared>,
    pub(super) problems: Vec<Diagnostic>,
    /// How many of the problems are about YAML.
    pub(super) of_yaml: usize,
    /// How many values they have, with the head of the file.
    pub(super) values: usize,
    /// The line of each letter's mark.
    pub(super) lines: Vec<u32>,
    /// The lines with aliases.
    pub(super) aliased: Vec<u32>,
}

/// What stands around the letters of a file, read again without them.
#[derive(Debug)]
pub(super) enum Around {
    /// All of it.
    Frame(Box<ReadFrame>),
    /// What is above the letters is no YAML, so that nothing of the file is read beyond: what is
    /// wrong with its YAML.
    BrokenHead(Vec<Diagnostic>),
    /// What is below them is no YAML: what is wrong with the YAML of both.
    BrokenFoot(Vec<Diagnostic>),
    /// It can't be read without the letters.
    Entangled,
}

/// What a file says around its letters.
#[derive(Debug)]
pub(super) struct ReadFrame {
    pub(super) inherited: Arc<Shared>,
    /// How many fields the document has up to its letters, with these.
    pub(super) fields: usize,
    pub(super) problems: Vec<Diagnostic>,
    /// How many of the problems are about YAML.
    pub(super) of_yaml: usize,
    pub(super) values: usize,
    /// Whether letters may repeat something of it.
    pub(super) anchored: bool,
}

/// Reads `lines` of a file again, which begin where a letter began before they changed, and end
/// where one begins.
///
/// A letter looks the same to the parser wherever it stands in the list, as nothing but the head
/// and the depth of the list is known when it begins. The lines are letters by themselves when the
/// next letter, or the end of the file, finds the parser where it was before the first: within the
/// list.
pub(super) fn again(
    source: &SourceFile,
    (outline, head): (&Outline, u32),
    lines: Range<u32>,
    (id, options): (FileId, &LoadOptions),
) -> Again {
    let excerpt = Excerpt { source, outline, head, id };
    let last = saturate(source.line_count()) + 1;
    let end = outline.foot_line().unwrap_or(last);
    if let Ok(part) = excerpt.read(lines.clone(), options) {
        return Again::Letters(part, lines.end);
    }
    // With all that follows, which may be a part of them: the parser gets no further than the
    // mistake.
    match excerpt.read(lines.start..last, options) {
        Ok(part) if end == last => Again::Letters(part, last),
        Err(problems) if !problems.is_empty() => Again::Broken(problems),
        Ok(_) | Err(_) => Again::Entangled,
    }
}

/// Reads what stands around the letters of a file, as if there were a single one that says nothing.
///
/// To the parser, a letter's first character is that of any other, and after the last letter it is
/// where it would be after another one.
pub(super) fn around(
    source: &SourceFile,
    (outline, head): (&Outline, u32),
    (id, options): (FileId, &LoadOptions),
) -> Around {
    let excerpt = Excerpt { source, outline, head, id };
    if excerpt.has_directives() {
        return Around::Entangled;
    }
    let mut problems = Collector::new(options.lints.clone());
    let Some(trees) = excerpt.parse_frame(outline.foot_line(), &mut problems) else {
        if excerpt.parse_frame(None, &mut Collector::new(LintLevels::default())).is_some() {
            let is_told = outline.has_foot(source);
            return if is_told { Around::BrokenFoot(problems.collected()) } else { Around::Entangled };
        }
        let mut problems = Collector::new(options.lints.clone());
        return match yaml::parse(source, &mut problems.for_file(id), yaml::Limits::USUAL) {
            Some(_) => Around::Entangled,
            None => Around::BrokenHead(problems.collected()),
        };
    };
    excerpt.read_frame(trees, problems, options).map_or(Around::Entangled, |frame| Around::Frame(Box::new(frame)))
}

/// The trees of some letters, read as [`again`] does; `None` when they can't be told from the rest.
pub(super) fn trees_of_letters(
    source: &SourceFile,
    (outline, head): (&Outline, u32),
    lines: Range<u32>,
) -> Option<Vec<Node>> {
    let excerpt = Excerpt { source, outline, head, id: FIRST };
    let mut problems = Collector::new(LintLevels::default());
    excerpt.trees(&lines, &mut problems).map(|(items, ..)| items)
}

/// The head of a file, and what is known of the letters below.
struct Excerpt<'a> {
    source: &'a SourceFile,
    outline: &'a Outline,
    /// The line of the first letter.
    head: u32,
    id: FileId,
}

/// What stands in the place of the letter after those that are read.
const NEXT: &str = "- x";

impl Excerpt<'_> {
    /// Reads lines below the head. Without a problem, it can't be told by themselves what they are.
    fn read(&self, lines: Range<u32>, options: &LoadOptions) -> Result<Part, Vec<Diagnostic>> {
        let mut problems = Collector::new(options.lints.clone());
        let trees = self.trees(&lines, &mut problems);
        let of_yaml = problems.len();
        let Some((items, values, aliased)) = trees else { return Err(problems.collected()) };
        let marks = if items.is_empty() { Some(Vec::new()) } else { self.outline.lines_of(self.source, &items) };
        let Some(marks) = marks else { return Err(Vec::new()) };
        let mut letters = Vec::new();
        let mut reader = reader(self.source, &mut problems, (self.id, Reason::Live), options);
        reader.letters_below(self.outline, items, &mut letters);
        Ok(Part { letters, problems: problems.collected(), of_yaml, values, lines: marks, aliased })
    }

    /// The tree of the head and the foot, with [`NEXT`] in the place of all letters.
    fn parse_frame(&self, foot: Option<u32>, problems: &mut Collector) -> Option<Trees> {
        let text = self.source.text();
        let head = &text[..self.source.line_start(self.head)];
        let below = foot.map_or("", |foot| &text[self.source.line_start(foot)..]);
        let text = format!("{head}{:pad$}{NEXT}\n{below}", "", pad = self.outline.column as usize - 1);
        let places = (&*text, self.head - 1, foot.map_or(0, |foot| foot - self.head - 1));
        yaml::parse_part(self.source, places, &mut problems.for_file(self.id), yaml::Limits::USUAL)
    }

    fn read_frame(&self, trees: Trees, mut problems: Collector, options: &LoadOptions) -> Option<ReadFrame> {
        let Trees { documents, anchored, values, .. } = trees;
        let [document] = <[Node; 1]>::try_from(documents).ok()?;
        let of_yaml = problems.len();
        let mut reader = reader(self.source, &mut problems, (self.id, Reason::Live), options);
        let Frame { inherited, list, fields, next, .. } = reader.frame(document)?;
        let Node { span, value: Value::Sequence(items) } = list? else { return None };
        let is_next = matches!(&items[..], [Node { value: Value::Scalar(text), .. }] if NEXT.ends_with(&**text));
        let is_same = is_next && span.start.column == self.outline.column;
        let is_apart = next.map(|next| next.start) == self.outline.foot
            && anchored.is_none_or(|last| last < self.head)
            && !self.source.text().contains("\\u");
        let problems = problems.collected();
        let anchored = anchored.is_some();
        (is_same && is_apart).then_some(ReadFrame { inherited, fields, problems, of_yaml, values, anchored })
    }

    /// Whether the head has directives, which say what tags mean.
    fn has_directives(&self) -> bool {
        (1..self.head).any(|line| self.source.line(line).starts_with('%'))
    }

    /// The letters in lines below the head, and how many values they have. Without them, there is a
    /// problem if the lines are no YAML, and none if it can't be told by themselves what they are.
    fn trees(&self, lines: &Range<u32>, problems: &mut Collector) -> Option<(Vec<Node>, usize, Vec<u32>)> {
        let text = self.text(lines)?;
        let places = (&*text, self.head - 1, lines.start - self.head);
        let trees = yaml::parse_part(self.source, places, &mut problems.for_file(self.id), yaml::Limits::USUAL);
        let is_of_head = |problem: &Diagnostic| problem.place.is_none_or(|place| place.span.start.line < lines.start);
        let is_told = |last: &Diagnostic| !is_of_head(last) && last.code != Code::YamlLimits;
        if trees.is_none() && !problems.last().is_some_and(is_told) {
            problems.remove(|_| true);
        }
        // What is wrong with the head was found before.
        problems.remove(is_of_head);
        let Trees { documents, anchored, aliased, values } = trees?;
        let items = self.items(documents, lines).filter(|_| anchored.is_none_or(|last| last < lines.start));
        if items.is_none() {
            problems.remove(|_| true);
        }
        Some((items?, values, aliased))
    }

    /// The head, the lines, and a letter after them if one follows; `None` when the lines do not
    /// begin as a letter.
    fn text(&self, lines: &Range<u32>) -> Option<String> {
        let text = |lines: &Range<u32>| {
            &self.source.text()[self.source.line_start(lines.start)..self.source.line_start(lines.end)]
        };
        let (head, below) = (text(&(1..self.head)), text(lines));
        let follows = lines.end as usize <= self.source.line_count();
        if below.contains("\\u") || !self.outline.marks_a_letter(self.source.line(lines.start)) {
            return None;
        }
        let pad = self.outline.column as usize - 1;
        let next = if follows { format!("{:pad$}{NEXT}", "") } else { String::new() };
        Some([head, below, &next].concat())
    }

    /// The letters in a document, without the one that only marks their end.
    fn items(&self, documents: Vec<Node>, lines: &Range<u32>) -> Option<Vec<Node>> {
        let [document] = <[Node; 1]>::try_from(documents).ok()?;
        let mut items = self.outline.items(document)?;
        if lines.end as usize <= self.source.line_count() {
            let next = items.pop()?;
            let is_scalar = matches!(&next.value, Value::Scalar(text) if NEXT.ends_with(&**text));
            (is_scalar && next.span.start.line == lines.end).then_some(())?;
        }
        Some(items)
    }
}
