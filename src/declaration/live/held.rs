//! A file whose text changes: which of its letters have to be read again.

use std::{collections::VecDeque, mem, ops::Range, path::PathBuf, sync::Arc};

use super::{
    super::{
        Diagnostic, FileId, LintLevels, LoadOptions, SourceFile,
        collector::Collector,
        declared::{Declared, Verdict},
        document::{Reason, Worst},
        letter::Shared,
        lint::value::Calendar,
        outline::{self, Outline},
        reading::{self, Again, Around, Part, ReadFrame, Reading},
        source::{self, Spliced, saturate},
        tree::Node,
        workspace::Workspace,
        yaml::{self, Limits},
    },
    LiveDeclarations,
    areas::Rules,
    known::Known,
    shift::Shift,
};

/// A file and what it says.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) id: FileId,
    pub(super) path: PathBuf,
    pub(super) rules: Arc<Rules>,
    pub(super) kind: Kind,
    /// Its text is the editor's, whatever is on the disk.
    pub(super) open: bool,
    pub(super) source: SourceFile,
    /// What is wrong around the letters, or wherever letters can't be told apart.
    around: Told,
    stretches: Vec<Stretch>,
    /// The defaults of its documents.
    defaults: Vec<Arc<Shared>>,
    /// With what stretches can be read by themselves.
    outline: Option<Outline>,
    unread: Unread,
    /// Everything that is wrong with a file that is no YAML from some line on, so that it declares
    /// nothing.
    broken: Option<Vec<Diagnostic>>,
    values: usize,
    /// Letters that it had at the last look.
    pub(super) gone: Vec<Known>,
    /// Whether it was no YAML at the last look.
    pub(super) was_broken: bool,
    /// Whether it says something else than at the last look.
    pub(super) changed: bool,
}

/// What a file says.
#[derive(Debug)]
pub(super) enum Kind {
    /// Letters.
    Letters,
    /// The accounts and settings of a workspace: those of the last text without an error.
    Workspace(Option<Box<Workspace>>),
}

/// What is another text, and was not read, besides stretches that are marked so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unread {
    Stretches,
    /// What is around the letters, too.
    Around,
    /// All of it.
    Everything,
}

/// The lines from the mark of one letter to the next.
#[derive(Debug, Default)]
struct Stretch {
    line: u32,
    letters: Vec<Known>,
    told: Told,
    /// Its text is another one, and was not read.
    unread: bool,
    /// Whether it repeats something that stands elsewhere.
    aliased: bool,
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
        let is_workspace = LiveDeclarations::is_workspace_file(&path);
        let mut held = Self {
            id,
            path,
            rules,
            kind: if is_workspace { Kind::Workspace(None) } else { Kind::Letters },
            open: false,
            source: SourceFile::new("", ""),
            around: Told::default(),
            stretches: Vec::new(),
            defaults: Vec::new(),
            outline: None,
            unread: Unread::Stretches,
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
        let reading = reading.numbered(self.id);
        let Reading { source, letters, defaults, problems, of_yaml, values, mut outline, aliased } = reading;
        let lines = outline.as_mut().map_or_else(|| vec![1], |outline| mem::take(&mut outline.lines));
        let end = outline.as_ref().and_then(Outline::foot_line).unwrap_or(u32::MAX);
        let part = Part { letters, problems: problems.collected(), of_yaml, values, lines, aliased };
        let old: Vec<Known> = self.stretches.drain(..).flat_map(|stretch| stretch.letters).collect();
        (self.around, self.stretches) = spread((part, end), judge((&source, self.id), &self.rules.options));
        (self.source, self.defaults, self.outline, self.values) = (source, defaults, outline, values);
        self.gone.extend(replaced(old, &mut self.stretches));
        (self.unread, self.broken) = (Unread::Stretches, None);
        self.changed = true;
    }

    /// Reads all of the text again, as on another day.
    pub(super) fn read_again(&mut self) {
        let source = mem::replace(&mut self.source, SourceFile::new("", ""));
        match self.kind {
            Kind::Letters => self.hold(Reading::of_source(source, Reason::Live, &self.rules.options)),
            Kind::Workspace(_) => self.hold_workspace(source::refuse_nul(FileId(0), source)),
        }
    }

    /// Takes the text of a workspace file, or why it is none.
    pub(super) fn hold_workspace(&mut self, read: (SourceFile, Option<Diagnostic>)) {
        let (reading, workspace) = Reading::of_workspace(&self.path, read, &self.rules.options);
        if let Some(workspace) = workspace {
            self.kind = Kind::Workspace(Some(Box::new(workspace)));
        }
        self.hold(reading);
    }

    /// Takes it for a file that is not there.
    pub(super) fn forget(&mut self) {
        if let Kind::Workspace(workspace) = &mut self.kind {
            *workspace = None;
        }
        self.hold(Reading::of_nothing(self.source.name(), &self.rules.options));
    }

    pub(super) fn workspace(&self) -> Option<&Workspace> {
        match &self.kind {
            Kind::Workspace(workspace) => workspace.as_deref(),
            Kind::Letters => None,
        }
    }

    /// Puts a text in the place of some bytes. What it says is to be read, see [`Self::read`].
    pub(super) fn edit(&mut self, bytes: Range<usize>, new: &str) {
        self.changed = true;
        let line_end = self.source.line_end();
        let spliced = self.source.splice(bytes, new);
        // What adds lines to a letter ends them as the first line ends.
        let is_usual = !new.contains('\0') && line_end == self.source.line_end();
        if !(is_usual && self.mark_unread(spliced)) {
            self.unread = Unread::Everything;
        }
    }

    /// Reads what is unread: the letters that are others now, and all of the text where these can't
    /// be told apart.
    pub(super) fn read(&mut self) {
        if self.unread == Unread::Everything || !self.read_unread() {
            self.read_again();
        }
    }

    /// The line on which a stretch begins, or what follows the last one.
    fn begins(&self, index: usize) -> u32 {
        let foot = || self.outline.as_ref().and_then(Outline::foot_line);
        let end = || foot().unwrap_or_else(|| saturate(self.source.line_count()) + 1);
        self.stretches.get(index).map_or_else(end, |stretch| stretch.line)
    }

    /// Marks what an edit touched: what is around the letters, or one stretch that is made of those
    /// in its lines; `false` when these can't be told apart.
    fn mark_unread(&mut self, Spliced { first, old, new }: Spliced) -> bool {
        let after = first + old;
        let foot = self.outline.as_ref().and_then(Outline::foot_line);
        let from = self.stretches.partition_point(|stretch| stretch.line <= first);
        let to = self.stretches.partition_point(|stretch| stretch.line < after);
        if self.outline.is_none() || self.unread == Unread::Everything || self.stretches.is_empty() {
            return false;
        }
        let is_below = foot.is_some_and(|foot| first >= foot);
        let is_above = to == 0;
        let is_across = from == 0 || foot.is_some_and(|foot| after > foot);
        let shift = Shift { from: after, down: i64::from(new) - i64::from(old) };
        if is_above || is_below {
            self.unread = Unread::Around;
        } else if is_across {
            return false;
        } else {
            self.mark_stretch(from - 1..to, shift);
        }
        if shift.down != 0 && !is_below {
            self.shift(shift, if is_above { 0 } else { from });
        }
        true
    }

    /// Makes one unread stretch of several.
    fn mark_stretch(&mut self, stretches: Range<usize>, shift: Shift) {
        let others = stretches.start + 1..stretches.end;
        let merged: Vec<Known> = self.stretches.drain(others).flat_map(|stretch| stretch.letters).collect();
        let touched = &mut self.stretches[stretches.start];
        touched.letters.extend(merged);
        touched.told = Told::default();
        touched.unread = true;
        touched.letters.iter_mut().for_each(|known| known.shift(shift));
    }

    /// Moves the stretches from one on, and what is below them.
    fn shift(&mut self, shift: Shift, from: usize) {
        self.stretches[from..].iter_mut().for_each(|stretch| stretch.shift(shift));
        if let Some(foot) = self.outline.as_mut().and_then(|outline| outline.foot.as_mut()) {
            foot.line = shift.line(foot.line);
            self.unread = Unread::Around;
        }
    }

    /// Reads what is unread, up to what is no YAML; `false` when that takes the whole file.
    fn read_unread(&mut self) -> bool {
        self.broken = None;
        if self.stretches.is_empty() || self.outline.is_none() {
            return self.unread == Unread::Stretches && self.stretches.iter().all(|stretch| !stretch.unread);
        }
        let mut broken_foot = None;
        if self.unread == Unread::Around {
            match self.read_around() {
                Around::Frame(frame) => {
                    if !self.frame(*frame) {
                        return false;
                    }
                }
                Around::BrokenHead(problems) => {
                    self.broken = Some(problems);
                    return true;
                }
                Around::BrokenFoot(problems) => broken_foot = Some(problems),
                Around::Entangled => return false,
            }
        }
        if !self.read_stretches(broken_foot.as_deref()) {
            return false;
        }
        let end = self.begins(self.stretches.len());
        self.broken = self.broken.take().or_else(|| Some(self.broken_at(end, &broken_foot?, &[])));
        // Values that are gone are counted too, until all of the file is read again.
        !self.stretches.is_empty() && self.values <= Limits::USUAL.values
    }

    fn read_around(&self) -> Around {
        let Some(outline) = &self.outline else { return Around::Entangled };
        reading::around(&self.source, (outline, self.begins(0)), (self.id, &self.rules.options))
    }

    /// Takes what is around the letters, and tells them of their defaults; `false` when too many of
    /// them are others because of it.
    fn frame(&mut self, frame: ReadFrame) -> bool {
        /// More letters are read faster as a whole.
        const MOST: usize = 100;
        let ReadFrame { inherited, fields, problems, of_yaml, values, anchored } = frame;
        let Some(outline) = &mut self.outline else { return false };
        let was_anchored = mem::replace(&mut outline.anchored, anchored);
        outline.fields = fields;
        let old = Arc::clone(&outline.inherited);
        if was_anchored || anchored {
            let aliased = self.stretches.iter_mut().filter(|stretch| stretch.aliased);
            if aliased.map(|stretch| stretch.unread = true).count() > MOST {
                return false;
            }
        }
        let mut problems = problems.into_iter();
        self.around = Told { of_yaml: problems.by_ref().take(of_yaml).collect(), by_rules: problems.collect() };
        self.values += values;
        self.unread = Unread::Stretches;
        if *old != *inherited {
            let differ = old.differences(&inherited);
            let judge = judge((&self.source, self.id), &self.rules.options);
            let letters = self.stretches.iter_mut().flat_map(|stretch| &mut stretch.letters);
            letters.for_each(|known| known.inherit((&inherited, differ), &judge));
            outline.inherited = Arc::clone(&inherited);
            self.defaults = vec![inherited];
        }
        true
    }

    /// Reads the stretches that are unread, up to one that is no YAML; `false` when they can't be
    /// read by themselves.
    fn read_stretches(&mut self, broken_foot: Option<&[Diagnostic]>) -> bool {
        let mut next = 0;
        while let Some(index) = self.stretches[next..].iter().position(|stretch| stretch.unread) {
            let index = next + index;
            let (head, lines) = (self.begins(0), self.begins(index)..self.begins(index + 1));
            let Some(outline) = &self.outline else { return false };
            match reading::again(&self.source, (outline, head), lines.clone(), (self.id, &self.rules.options)) {
                Again::Letters(part, end) => {
                    self.values += part.values;
                    let to = self.stretches.partition_point(|stretch| stretch.line < end);
                    let (_, mut read) = spread((part, end), judge((&self.source, self.id), &self.rules.options));
                    next = index + read.len();
                    let old: Vec<Stretch> = self.stretches.drain(index..to).collect();
                    self.gone.extend(replaced(old.into_iter().flat_map(|stretch| stretch.letters), &mut read));
                    self.stretches.splice(index..index, read);
                }
                Again::Broken(problems) => {
                    let around = broken_foot.unwrap_or(&self.around.of_yaml);
                    self.broken = Some(self.broken_at(lines.start, around, &problems));
                    break;
                }
                Again::Entangled => return false,
            }
        }
        true
    }

    /// Everything that is wrong with the YAML of a file that can't be read from a line on.
    fn broken_at(&self, line: u32, around: &[Diagnostic], problems: &[Diagnostic]) -> Vec<Diagnostic> {
        let is_read = |problem: &&Diagnostic| problem.place.is_none_or(|place| place.span.start.line < line);
        let is_foot = self.begins(self.stretches.len()) == line;
        let around = around.iter().filter(|problem| is_foot || is_read(problem));
        let read = self.stretches.iter().take_while(|stretch| stretch.line < line);
        around.chain(read.flat_map(|stretch| &stretch.told.of_yaml)).chain(problems).cloned().collect()
    }

    /// The trees of the letters around a line; `None` when that is no YAML.
    pub(super) fn trees_around(&self, line: u32) -> Option<Vec<Node>> {
        if let Some(outline) = &self.outline {
            let index = self.stretches.partition_point(|stretch| stretch.line <= line).checked_sub(1)?;
            let lines = self.begins(index)..self.begins(index + 1);
            return reading::trees_of_letters(&self.source, (outline, self.begins(0)), lines);
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
            let content = known.declared.content();
            content.is_some_and(|content| calendar.is_about_to_end(content.validity.value))
        })
    }

    /// What is wrong with it by itself.
    pub(super) fn told(&self) -> Vec<Diagnostic> {
        if let Some(problems) = &self.broken {
            return problems.clone();
        }
        let told = std::iter::once(&self.around).chain(self.stretches.iter().map(|stretch| &stretch.told));
        let told = told.flat_map(Told::all).cloned();
        let letters = self.letters().flat_map(Known::complaints).cloned();
        told.chain(self.faults_of_defaults()).chain(letters).collect()
    }

    /// The rules for new letters that the defaults break: as bad as for the letters that have them.
    fn faults_of_defaults(&self) -> Vec<Diagnostic> {
        let mut problems = Collector::new(self.rules.options.lints.clone());
        for defaults in self.defaults.iter().filter(|defaults| defaults.has_fault()) {
            let mut worst = Worst::default();
            let letters = self.letters().filter(|known| Arc::ptr_eq(&known.declared.inherited, defaults));
            letters.for_each(|known| worst.note(&known.declared, known.verdict().severity));
            let mut reader = reading::reader(&self.source, &mut problems, (self.id, Reason::Live), &self.rules.options);
            reader.judge_defaults(defaults, worst);
        }
        problems.collected()
    }
}

/// What tells the problems that a letter has because of its defaults.
fn judge((source, id): (&SourceFile, FileId), options: &LoadOptions) -> impl Fn(&Declared, Verdict) -> Vec<Diagnostic> {
    move |letter, verdict| {
        let mut problems = Collector::new(options.lints.clone());
        reading::reader(source, &mut problems, (id, Reason::Live), options).judge(letter, verdict);
        problems.collected()
    }
}

/// Lets new letters take the places of old ones that say the same, from both ends. The others are
/// gone.
fn replaced(old: impl IntoIterator<Item = Known>, new: &mut [Stretch]) -> Vec<Known> {
    let mut old: VecDeque<Known> = old.into_iter().collect();
    let mut new: VecDeque<&mut Known> = new.iter_mut().flat_map(|stretch| &mut stretch.letters).collect();
    while let (Some(was), Some(now)) = (old.front_mut(), new.front_mut())
        && now.replace(was)
    {
        old.pop_front();
        new.pop_front();
    }
    while let (Some(was), Some(now)) = (old.back_mut(), new.back_mut())
        && now.replace(was)
    {
        old.pop_back();
        new.pop_back();
    }
    old.into()
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

/// Letters and problems, each where it stands: around the letters, or with one. These end before a
/// line.
fn spread((part, end): (Part, u32), judge: impl Fn(&Declared, Verdict) -> Vec<Diagnostic>) -> (Told, Vec<Stretch>) {
    let mut around = Told::default();
    let mut stretches: Vec<Stretch> =
        part.lines.iter().map(|line| Stretch { line: *line, ..Stretch::default() }).collect();
    let at = |line: u32| part.lines.partition_point(|begins| *begins <= line).checked_sub(1).filter(|_| line < end);
    for letter in part.letters {
        if let Some(index) = at(letter.line()) {
            stretches[index].letters.push(Known::new(letter, &judge));
        }
    }
    for index in part.aliased.into_iter().filter_map(at) {
        stretches[index].aliased = true;
    }
    for (problem, index) in part.problems.into_iter().zip(0..) {
        let place = problem.place.and_then(|place| at(place.span.start.line));
        let told = place.map_or(&mut around, |place| &mut stretches[place].told);
        if index < part.of_yaml { &mut told.of_yaml } else { &mut told.by_rules }.push(problem);
    }
    (around, stretches)
}
