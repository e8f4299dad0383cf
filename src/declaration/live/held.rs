//! A file whose text changes: which of its letters have to be read again.

use std::{mem, ops::Range, path::PathBuf, sync::Arc};

use super::{
    super::{
        Diagnostic, FileId, LintLevels, Position, SourceFile, Span,
        collector::Collector,
        document::Declared,
        lint::value::Calendar,
        outline::{self, Outline},
        reading::{self, Again, Part, Reading},
        source::{Spliced, saturate},
        tree::Node,
        yaml::{self, Limits},
    },
    areas::Rules,
    known::Known,
};

/// A file and what it says.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: FileId,
    pub(super) path: PathBuf,
    pub(super) rules: Arc<Rules>,
    /// Its text is the editor's, whatever is on the disk.
    pub(super) open: bool,
    pub(super) source: SourceFile,
    /// What is wrong above the first letter, or wherever letters can't be told apart.
    head: Told,
    stretches: Vec<Stretch>,
    /// With what stretches can be read by themselves.
    outline: Option<Outline>,
    /// Why the file is no YAML from some letter on, so that it declares nothing.
    broken: Option<Vec<Diagnostic>>,
    values: usize,
    /// Letters that it had at the last look.
    pub(super) gone: Vec<Known>,
    /// Whether it was no YAML at the last look.
    pub(super) was_broken: bool,
    /// Whether it says something else than at the last look.
    pub(super) changed: bool,
}

/// The lines from the mark of one letter to the next.
#[derive(Debug, Default)]
struct Stretch {
    line: u32,
    letters: Vec<Known>,
    told: Told,
    /// Its text is another one, and was not read.
    unread: bool,
}

/// What is wrong with a stretch of text.
#[derive(Debug, Default)]
struct Told {
    /// With its YAML, whatever that says.
    of_yaml: Vec<Diagnostic>,
    by_rules: Vec<Diagnostic>,
}

impl Held {
    pub(super) fn new(path: PathBuf, (reading, rules): (Reading, Arc<Rules>), id: FileId) -> Self {
        let mut held = Self {
            id,
            path,
            rules,
            open: false,
            source: SourceFile::new("", ""),
            head: Told::default(),
            stretches: Vec::new(),
            outline: None,
            broken: None,
            values: 0,
            gone: Vec::new(),
            was_broken: false,
            changed: true,
        };
        held.hold(reading);
        held
    }

    /// Takes what was read of its text.
    pub(super) fn hold(&mut self, reading: Reading) {
        let Reading { source, letters, problems, of_yaml, values, mut outline } = reading.numbered(self.id);
        self.gone.extend(self.stretches.drain(..).flat_map(|stretch| stretch.letters));
        let lines = outline.as_mut().map_or_else(|| vec![1], |outline| mem::take(&mut outline.lines));
        let part = Part { letters, problems: problems.collected(), of_yaml, values, lines };
        (self.head, self.stretches) = spread(part);
        (self.source, self.outline, self.values) = (source, outline, values);
        self.broken = None;
        self.changed = true;
    }

    /// Reads all of the text again, as on another day.
    pub(super) fn read_again(&mut self) {
        let source = mem::replace(&mut self.source, SourceFile::new("", ""));
        self.hold(Reading::of_source(source, &self.rules.options));
    }

    /// Puts a text in the place of some bytes, and reads the letters that are others now.
    pub(super) fn edit(&mut self, bytes: Range<usize>, new: &str) {
        self.changed = true;
        let spliced = self.source.splice(bytes, new);
        let is_text = !new.contains('\0');
        if !(is_text && self.mark_unread(spliced) && self.read_unread()) {
            self.read_again();
        }
    }

    /// Makes one unread stretch of those that an edit touched; `false` when it touched something
    /// else too.
    fn mark_unread(&mut self, Spliced { first, old, new }: Spliced) -> bool {
        let after = first + old;
        let from = self.stretches.partition_point(|stretch| stretch.line <= first);
        let to = self.stretches.partition_point(|stretch| stretch.line < after);
        if self.outline.is_none() || from == 0 {
            return false;
        }
        let from = from - 1;
        let merged: Vec<Known> = self.stretches.drain(from + 1..to).flat_map(|stretch| stretch.letters).collect();
        let touched = &mut self.stretches[from];
        touched.letters.extend(merged);
        touched.told = Told::default();
        touched.unread = true;
        let down = i64::from(new) - i64::from(old);
        if down != 0 {
            let shift = Shift { from: after, down };
            touched.letters.iter_mut().for_each(|known| known.shift(shift));
            self.stretches[from + 1..].iter_mut().for_each(|stretch| stretch.shift(shift));
        }
        true
    }

    /// Reads what is unread, up to what is no YAML; `false` when that takes the whole file.
    fn read_unread(&mut self) -> bool {
        let Some(outline) = &self.outline else { return false };
        self.broken = None;
        let last = saturate(self.source.line_count()) + 1;
        while let Some(index) = self.stretches.iter().position(|stretch| stretch.unread) {
            let begins = |index: usize| self.stretches.get(index).map_or(last, |stretch| stretch.line);
            let (head, lines) = (begins(0), begins(index)..begins(index + 1));
            match reading::again(&self.source, (outline, head), lines, (self.id, &self.rules.options)) {
                Again::Letters(part, end) => {
                    self.values += part.values;
                    let to = self.stretches.partition_point(|stretch| stretch.line < end);
                    let (_, read) = spread(part);
                    let old = self.stretches.splice(index..to, read);
                    self.gone.extend(old.flat_map(|stretch| stretch.letters));
                }
                Again::Broken(problems) => {
                    self.broken = Some(problems);
                    break;
                }
                Again::Entangled => return false,
            }
        }
        // Values that are gone are counted too, until all of the file is read again.
        !self.stretches.is_empty() && self.values <= Limits::USUAL.values
    }

    /// The trees of the letters around a line; `None` when that is no YAML.
    pub(super) fn trees_around(&self, line: u32) -> Option<Vec<Node>> {
        if let Some(outline) = &self.outline {
            let index = self.stretches.partition_point(|stretch| stretch.line <= line).checked_sub(1)?;
            let last = saturate(self.source.line_count()) + 1;
            let begins = |index: usize| self.stretches.get(index).map_or(last, |stretch| stretch.line);
            let lines = begins(index)..begins(index + 1);
            return reading::trees_of_letters(&self.source, (outline, begins(0)), lines);
        }
        let mut problems = Collector::new(LintLevels::default());
        let trees = yaml::parse(&self.source, &mut problems.for_file(self.id), Limits::USUAL)?;
        Some(trees.documents.into_iter().filter_map(outline::letters).flatten().collect())
    }

    /// Whether it is no YAML, and declares nothing.
    pub(super) fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// The letters, as they were when the file was YAML.
    pub(super) fn letters(&self) -> impl Iterator<Item = &Known> {
        self.stretches.iter().flat_map(|stretch| &stretch.letters)
    }

    pub(super) fn letters_mut(&mut self) -> impl Iterator<Item = &mut Known> {
        self.stretches.iter_mut().flat_map(|stretch| &mut stretch.letters)
    }

    /// The letters that it declares.
    pub(super) fn declared(&self) -> impl Iterator<Item = &Known> {
        let all = if self.is_broken() { &[] } else { &self.stretches[..] };
        all.iter().flat_map(|stretch| &stretch.letters)
    }

    /// Those of them that have ended, or end soon.
    pub(super) fn ending(&self) -> impl Iterator<Item = &Known> {
        let options = &self.rules.options;
        let calendar = Calendar { today: options.today, expiring_days: options.expiring_days };
        self.declared().filter(move |known| {
            let content = known.declared.content.as_ref();
            content.is_some_and(|content| calendar.is_about_to_end(content.validity.value))
        })
    }

    /// What is wrong with it by itself.
    pub(super) fn told(&self) -> Vec<Diagnostic> {
        let whole = || self.stretches.iter().map(|stretch| &stretch.told);
        match &self.broken {
            None => std::iter::once(&self.head).chain(whole()).flat_map(Told::all).cloned().collect(),
            Some(problems) => {
                let read = self.stretches.iter().take_while(|stretch| !stretch.unread).map(|stretch| &stretch.told);
                let of_yaml = std::iter::once(&self.head).chain(read).flat_map(|told| &told.of_yaml);
                of_yaml.chain(problems).cloned().collect()
            }
        }
    }
}

impl Told {
    fn all(&self) -> impl Iterator<Item = &Diagnostic> {
        self.of_yaml.iter().chain(&self.by_rules)
    }
}

impl Stretch {
    fn shift(&mut self, shift: Shift) {
        self.line = shift.line(self.line);
        self.letters.iter_mut().for_each(|known| known.shift(shift));
        let Told { of_yaml, by_rules } = &mut self.told;
        of_yaml.iter_mut().chain(by_rules).for_each(|problem| shift.diagnostic(problem));
    }
}

/// Letters and problems, each where it stands: above the first letter, or with one.
fn spread(part: Part) -> (Told, Vec<Stretch>) {
    let mut head = Told::default();
    let mut stretches: Vec<Stretch> =
        part.lines.iter().map(|line| Stretch { line: *line, ..Stretch::default() }).collect();
    let at = |line: u32| part.lines.partition_point(|begins| *begins <= line).checked_sub(1);
    for letter in part.letters {
        if let Some(index) = at(letter.line) {
            stretches[index].letters.push(Known::new(letter));
        }
    }
    for (problem, index) in part.problems.into_iter().zip(0..) {
        let place = problem.place.and_then(|place| at(place.span.start.line));
        let told = place.map_or(&mut head, |place| &mut stretches[place].told);
        if index < part.of_yaml { &mut told.of_yaml } else { &mut told.by_rules }.push(problem);
    }
    (head, stretches)
}

/// Lines that were added or taken away above others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    /// The first line that is elsewhere now.
    from: u32,
    down: i64,
}

impl Shift {
    fn line(self, line: u32) -> u32 {
        let moved = || u32::try_from(i64::from(line) + self.down).unwrap_or(u32::MAX);
        if line < self.from { line } else { moved() }
    }

    pub(super) fn span(self, span: &mut Span) {
        let position = |at: Position| Position { line: self.line(at.line), ..at };
        *span = Span { start: position(span.start), end: position(span.end) };
    }

    pub(super) fn diagnostic(self, diagnostic: &mut Diagnostic) {
        diagnostic.places().for_each(|place| self.span(&mut place.span));
    }

    pub(super) fn declared(self, letter: &mut Declared) {
        letter.line = self.line(letter.line);
        if let Some(name) = &mut letter.name {
            self.span(&mut name.span);
        }
        if let Some(picture) = &mut letter.picture {
            self.span(&mut picture.span);
        }
        let Some(content) = letter.content.as_deref_mut() else { return };
        let values = [
            &mut content.authorizer.span,
            &mut content.authorized_party.span,
            &mut content.organization_code.span,
            &mut content.validity.span,
            &mut content.signatures.span,
        ];
        for span in values {
            self.span(span);
        }
        let spans = &mut content.signatures.value.spans;
        // Those of the defaults are shared by all letters, and stay where they are.
        if spans.iter().any(|span| span.end.line >= self.from) {
            let mut moved: Vec<Span> = spans.to_vec();
            for span in &mut moved {
                self.span(span);
            }
            *spans = Arc::from(moved);
        }
    }
}
