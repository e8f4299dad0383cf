//! A document: its version, its defaults, its letters.

use std::{collections::HashMap, ptr, rc::Rc, sync::Arc};

pub(super) use super::letter::Reason;
use super::{
    Code, Diagnostic, Fix, Severity,
    blanks::Blanks,
    declared::{Declared, Places, Verdict},
    letter::{Entries, PictureSource, Reader, Shared, Slot},
    outline::{self, Outline, taken, unshared},
    source::Span,
    tree::{Entry, Node, Value},
};
use crate::{letter::Field, wording::plural};

/// What a document says around its letters.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) inherited: Arc<Shared>,
    /// The list of letters.
    pub(super) list: Option<Node>,
    /// How many fields there are up to that list, with it.
    pub(super) fields: usize,
    /// Where the next field is.
    pub(super) next: Option<Span>,
    /// Where the first field is.
    start: Span,
}

/// How bad it is that the parties of some defaults break rules for new letters: as bad as for the
/// letter for which it is worst.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Worst([Option<Severity>; 2]);

impl Worst {
    /// Takes a letter into account that has the defaults.
    pub(super) fn note(&mut self, letter: &Declared, severity: Severity) {
        let [authorizer, authorized_party, ..] = letter.own().missing();
        for (inherits, worst) in [authorizer, authorized_party].into_iter().zip(&mut self.0) {
            if inherits && *worst != Some(Severity::Error) {
                *worst = Some(severity);
            }
        }
    }
}

/// The letters that were read, and the defaults of all documents.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) letters: Vec<Declared>,
    pub(super) defaults: Vec<Arc<Shared>>,
}

pub(super) const FIELDS: [&str; 8] = {
    let mut names = [""; 8];
    let mut i = 0;
    while i < names.len() {
        names[i] = Field::ALL[i].as_str();
        i += 1;
    }
    names
};

impl<'a> Reader<'a, '_> {
    /// Complains about a file with nothing in it but comments.
    pub(super) fn empty(&mut self) {
        let help = "begin with `version: 1`, then `letters:` with a list of letters, or `letters: []` for none";
        self.collector.report_with_help(Code::VersionMissing, "the file declares nothing", Span::first(), help);
    }

    /// Reads what a document says around its letters.
    pub(super) fn frame(&mut self, node: Node) -> Option<Frame> {
        let Value::Mapping(mut entries) = node.value else {
            let help = "begin with `version: 1`, then `letters:` with a list of letters";
            let message =
                format!("a document must be a mapping with version and letters, and is {}", node.value.kind());
            if !matches!(node.value, Value::Refused) {
                self.collector.report_with_help(Code::WrongType, message, node.span, help);
            }
            return None;
        };
        let start = entries.first().map_or(node.span, |entry| entry.key.span);
        let [version, defaults, list] = self.collector.entries(&entries, &["version", "defaults", "letters"], &[]);
        if let Some(entry) = version {
            self.collector.version(&entry.value);
        } else {
            let fix = self.blanks(node.span).before(&["version"], start);
            self.collector.version_missing(start, fix);
        }
        let inherited = Arc::new(defaults.map_or(Shared::NONE, |entry| self.defaults(&entry.value)));
        let index = list.and_then(|list| entries.iter().position(|entry| ptr::eq(entry, list)));
        let fields = index.map_or(entries.len(), |index| index + 1);
        let next = entries.get(fields).map(|entry| entry.key.span);
        let list = index.map(|index| taken(&mut entries, index));
        Some(Frame { inherited, list, fields, next, start })
    }

    /// Reads one document and adds what it says to `read`. It has an outline when each letter
    /// stands on lines of its own.
    pub(super) fn document(&mut self, node: Node, read: &mut Read) -> Option<Outline> {
        let Frame { inherited, list, fields, next, start } = self.frame(node)?;
        read.defaults.push(Arc::clone(&inherited));
        let mut worst = Worst::default();
        let mut marks = None;
        if let Some(list) = list {
            marks = outline::marks(self.source, &list, next);
            worst = self.letters(list, &inherited, &mut read.letters);
        } else {
            let help = "add `letters:` with a list of letters, or `letters: []` for none";
            self.collector.report_with_help(Code::FieldMissing, "the document has no letters", start, help);
        }
        if self.reason == Reason::Once {
            self.judge_defaults(&inherited, worst);
        }
        let (column, lines) = marks?;
        let foot = next.map(|next| next.start);
        Some(Outline { inherited, fields, column, lines, foot, anchored: false })
    }

    /// Reads letters of a document again, or new ones in their place.
    pub(super) fn letters_below(&mut self, outline: &Outline, items: Vec<Node>, letters: &mut Vec<Declared>) {
        self.items(items, &outline.inherited, letters);
    }

    /// Reports the rules for new letters that the defaults break.
    pub(super) fn judge_defaults(&mut self, inherited: &Shared, Worst(worst): Worst) {
        for (party, worst) in [&inherited.authorizer, &inherited.authorized_party].into_iter().zip(worst) {
            self.report_fault(party.fault(), worst.unwrap_or(Severity::Error));
        }
    }

    /// Reports what is wrong with a letter because of its defaults.
    pub(super) fn judge(&mut self, letter: &Declared, verdict: Verdict) {
        letter.faults().for_each(|fault| self.report_fault(Some(fault), verdict.severity));
        self.missing_fields(letter, verdict);
    }

    /// Reports a rule for new letters that a value breaks.
    fn report_fault(&mut self, fault: Option<&Diagnostic>, severity: Severity) {
        let Some(mut fault) = fault.cloned() else { return };
        fault.renumber(|_| self.collector.file);
        self.collector.push(if severity == Severity::Warning { fault.as_warning() } else { fault });
    }

    fn defaults(&mut self, node: &Node) -> Shared {
        let Value::Mapping(entries) = &node.value else {
            self.collector.wrong_type("defaults: expected a mapping of fields", &node.value, node.span);
            return Shared::NONE;
        };
        let found = self.fields(entries);
        for field in [Field::Name, Field::Scan, Field::FileKey] {
            if let Some(entry) = found[field as usize] {
                let message = format!("{field} is different for each letter and can't have a default");
                let help = "write it in each letter";
                self.collector.report_with_help(Code::DefaultForbidden, message, entry.key.span, help);
            }
        }
        self.shared(&found)
    }

    fn fields<'n>(&mut self, entries: &'n [Entry]) -> Entries<'n> {
        self.collector.entries(entries, &FIELDS, &super::fields::other_names())
    }

    fn letters(&mut self, node: Node, inherited: &Arc<Shared>, letters: &mut Vec<Declared>) -> Worst {
        if let Value::Sequence(items) = node.value {
            return self.items(unshared(items), inherited, letters);
        }
        let expected = "letters: expected a list with `- ` before each letter";
        self.collector.wrong_type(expected, &node.value, node.span);
        Worst::default()
    }

    /// Reads the items of the list of letters. Each one's part of the tree is dropped once it is
    /// read.
    fn items(&mut self, items: Vec<Node>, inherited: &Arc<Shared>, letters: &mut Vec<Declared>) -> Worst {
        let mut worst = Worst::default();
        // An alias repeats a letter, name and all: complained about once, and not read again
        // however often it is repeated. Kept here, it is known as shared to the last.
        let mut seen: HashMap<*const Vec<Entry>, (Span, Rc<Vec<Entry>>)> = HashMap::new();
        for item in items {
            let Value::Mapping(entries) = &item.value else {
                self.collector.wrong_type("expected a letter, which is a mapping of fields", &item.value, item.span);
                continue;
            };
            let repeated = Rc::strong_count(entries) > 1;
            let known = || seen.insert(Rc::as_ptr(entries), (item.span, Rc::clone(entries)));
            if let Some((first, _)) = repeated.then(known).flatten() {
                let first = self.collector.place(first);
                let message = "the alias declares the same letter again";
                let diagnostic = self.collector.diagnostic(Code::NameDuplicate, message, item.span);
                self.collector.push(diagnostic.relate(first, "first declared here").help("remove the alias"));
                continue;
            }
            let letter = self.letter(entries, item.span, inherited);
            if self.reason == Reason::Live {
                letters.push(letter);
                continue;
            }
            let verdict = letter.verdict();
            worst.note(&letter, verdict.severity);
            self.judge(&letter, verdict);
            letters.extend((!letter.is_useless()).then(|| letter.without_remains()));
        }
        worst
    }

    /// A letter, judged by itself.
    fn letter(&mut self, entries: &[Entry], mapping: Span, inherited: &Arc<Shared>) -> Declared {
        let found = self.fields(entries);
        let node = |field: Field| found[field as usize].map(|entry| &entry.value);
        let first = entries.first().map_or(mapping, |entry| entry.key.span);
        let name = self.name(node(Field::Name));
        let own = self.shared(&found);
        let picture = match (node(Field::Scan), node(Field::FileKey)) {
            (Some(scan), None) => self.scan(scan),
            (None, Some(key)) => self.file_key(key),
            (None, None) => Slot::Missing,
            (Some(scan), Some(key)) => self.picture_twice(scan, key),
        };
        let (file, inherited) = (self.collector.file, Arc::clone(inherited));
        let own = own.missing().contains(&false).then(|| Box::new(own));
        let places = Places { mapping, first, name: node(Field::Name).map(|name| name.span) };
        let is_pictured = !picture.is_missing();
        let letter = Declared { file, name, picture: picture.into_good(), own, inherited, places };
        if !is_pictured {
            let help = "add `scan: path/of/picture.jpg`, or `fileKey:` for one that is already uploaded";
            let message = "the letter has neither scan nor fileKey";
            let diagnostic = self.collector.diagnostic(Code::PictureMissing, message, letter.place()).help(help);
            self.collector.push(diagnostic.mend(self.template(&letter.places, &["scan"])));
        }
        letter
    }

    /// How missing fields can be added to a letter.
    fn template(&self, places: &Places, missing: &[&str]) -> Option<Fix> {
        let blanks = self.blanks(places.mapping);
        places.name.map_or_else(|| blanks.before(missing, places.first), |name| blanks.after(missing, name))
    }

    /// How missing fields can be added to the mapping with this place.
    fn blanks(&self, mapping: Span) -> Blanks<'a> {
        Blanks { source: self.source, file: self.collector.file, mapping }
    }

    /// Both are judged, since either may stay.
    fn picture_twice(&mut self, scan: &Node, key: &Node) -> Slot<PictureSource> {
        self.scan(scan);
        self.file_key(key);
        let diagnostic =
            self.collector.diagnostic(Code::PictureTwice, "the letter has both scan and fileKey", key.span);
        let scan = self.collector.place(scan.span);
        self.collector.push(diagnostic.relate(scan, "the scan").help("keep one of them"));
        Slot::Bad
    }

    fn missing_fields(&mut self, letter: &Declared, verdict: Verdict) {
        let missing = verdict.missing(letter);
        if !missing.is_empty() {
            let named: Vec<String> = missing.iter().map(|field| format!("`{field}`")).collect();
            let message = format!("missing {} {}", plural(named.len(), "field"), named.join(", "));
            let help = if missing == ["name"] { "add the name" } else { "add it to the letter or to `defaults`" };
            let fix = self.template(&letter.places, &missing);
            let diagnostic = self.collector.diagnostic(Code::FieldMissing, message, letter.place());
            self.collector.push(diagnostic.help(help).mend(fix));
        }
    }
}
