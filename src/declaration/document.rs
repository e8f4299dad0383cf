//! A document: its version, its defaults, its letters.

use std::{collections::HashMap, ptr, rc::Rc};

use super::{
    Code, Diagnostic, FileId, Fix, Severity,
    blanks::Blanks,
    letter::{Entries, Located, PictureSource, PlacedSignatures, Reader, Shared, Slot},
    outline::{self, Outline, taken, unshared},
    source::Span,
    tree::{Entry, Node, Value},
};
use crate::{
    letter::{Field, Letter, LetterName, OrganizationCode, Party, Validity},
    wording::plural,
};

/// A letter as far as it could be read.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) file: FileId,
    /// The line of its first field.
    pub(super) line: u32,
    pub(super) name: Option<Located<LetterName>>,
    pub(super) picture: Option<Located<PictureSource>>,
    /// The rest of it; `None` when something in it was complained about.
    pub(super) content: Option<Box<Content>>,
}

/// A letter's fields but its name and its picture.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) authorizer: Located<Party>,
    pub(super) authorized_party: Located<Party>,
    pub(super) organization_code: Located<OrganizationCode>,
    pub(super) validity: Located<Validity>,
    pub(super) signatures: Located<PlacedSignatures>,
}

/// The defaults of a document, and how bad it is that their parties break rules for new letters: as
/// bad as for the letter for which it is worst.
#[derive(Debug)]
pub(super) struct Defaults {
    shared: Shared,
    worst: [Option<Severity>; 2],
}

impl Defaults {
    fn parties(&self) -> [&Slot<Party>; 2] {
        [&self.shared.authorizer, &self.shared.authorized_party]
    }

    /// Whether how bad a problem of theirs is depends on the letters.
    fn depend_on_letters(&self) -> bool {
        self.parties().into_iter().any(|party| matches!(party, Slot::Good(Located { fault: Some(_), .. })))
    }
}

impl Declared {
    /// The letter without its picture, when it says everything else.
    pub(super) fn terms(&self) -> Option<Letter<()>> {
        let (name, content) = (self.name.as_ref()?, self.content.as_deref()?);
        Some(Letter {
            name: name.value.clone(),
            authorizer: content.authorizer.value.clone(),
            authorized_party: content.authorized_party.value.clone(),
            organization_code: content.organization_code.value.clone(),
            validity: content.validity.value,
            signatures: content.signatures.value.names.clone(),
            picture: (),
        })
    }

    /// Where the letter's values stand, those that it has from the defaults too.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut spans = Vec::from_iter(self.name.as_ref().map(|name| name.span));
        spans.extend(self.picture.as_ref().map(|picture| picture.span));
        if let Some(content) = &self.content {
            let Content { authorizer, authorized_party, organization_code, validity, signatures } = &**content;
            spans.extend([authorizer.span, authorized_party.span, organization_code.span, validity.span]);
            spans.extend(signatures.value.spans.iter());
        }
        spans
    }
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

    /// Reads one document and adds its letters to `letters`. It has an outline when each letter
    /// stands on lines of its own, with nothing but letters after the first.
    pub(super) fn document(&mut self, node: Node, letters: &mut Vec<Declared>) -> Option<Outline> {
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
        let shared = defaults.map_or(Shared::NONE, |entry| self.defaults(&entry.value));
        let mut defaults = Defaults { shared, worst: [None; 2] };
        let list = list.and_then(|list| entries.iter().position(|entry| ptr::eq(entry, list)));
        let fields = entries.len();
        let is_last = list.is_some_and(|index| index + 1 == fields);
        let mut marks = None;
        match list.map(|index| taken(&mut entries, index)) {
            Some(list) => {
                marks = outline::marks(self.source, &list).filter(|_| is_last);
                self.letters(list, &mut defaults, letters);
            }
            None => self.collector.report_with_help(
                Code::FieldMissing,
                "the document has no letters",
                start,
                "add `letters:` with a list of letters, or `letters: []` for none",
            ),
        }
        for (party, worst) in defaults.parties().into_iter().zip(defaults.worst) {
            self.report_fault(party, worst.unwrap_or(Severity::Error));
        }
        let (column, lines) = marks.filter(|_| !defaults.depend_on_letters())?;
        Some(Outline { defaults, fields, column, lines })
    }

    /// Reads letters of a document again, or new ones in their place.
    pub(super) fn letters_below(&mut self, outline: &Outline, items: Vec<Node>, letters: &mut Vec<Declared>) {
        let mut defaults = Defaults { shared: outline.defaults.shared.clone(), worst: [None; 2] };
        self.items(items, &mut defaults, letters);
    }

    /// Reports the rule for new letters that a value breaks.
    fn report_fault<T>(&mut self, slot: &Slot<T>, severity: Severity) {
        if let Slot::Good(Located { fault: Some(fault), .. }) = slot {
            let fault = Diagnostic::clone(fault);
            self.collector.push(if severity == Severity::Warning { fault.as_warning() } else { fault });
        }
    }

    /// Reports the rules for new letters that a letter's name and parties break. For a letter that
    /// the console named, which is sure to exist, they are warnings.
    fn faults(&mut self, name: &Slot<LetterName>, own: &Shared, defaults: &mut Defaults) {
        let authorizer =
            if matches!(own.authorizer, Slot::Missing) { &defaults.shared.authorizer } else { &own.authorizer };
        let severity = match (name, authorizer) {
            (Slot::Good(name), Slot::Good(authorizer)) if name.value.is_of_console(&authorizer.value) => {
                Severity::Warning
            }
            _ => Severity::Error,
        };
        self.report_fault(name, severity);
        for (party, worst) in [&own.authorizer, &own.authorized_party].into_iter().zip(&mut defaults.worst) {
            self.report_fault(party, severity);
            if matches!(party, Slot::Missing) && *worst != Some(Severity::Error) {
                *worst = Some(severity);
            }
        }
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

    fn letters(&mut self, node: Node, defaults: &mut Defaults, letters: &mut Vec<Declared>) {
        let Value::Sequence(items) = node.value else {
            let expected = "letters: expected a list with `- ` before each letter";
            return self.collector.wrong_type(expected, &node.value, node.span);
        };
        self.items(unshared(items), defaults, letters);
    }

    /// Reads the items of the list of letters. Each one's part of the tree is dropped once it is
    /// read.
    fn items(&mut self, items: Vec<Node>, defaults: &mut Defaults, letters: &mut Vec<Declared>) {
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
            letters.extend(self.letter(entries, item.span, defaults));
        }
    }

    /// What is left of a letter once it is judged; `None` when that is nothing.
    fn letter(&mut self, entries: &[Entry], span: Span, defaults: &mut Defaults) -> Option<Declared> {
        let found = self.fields(entries);
        let node = |field: Field| found[field as usize].map(|entry| &entry.value);
        let head = entries.first().map_or(span, |entry| entry.key.span);
        let name = self.name(node(Field::Name));
        let own = self.shared(&found);
        self.faults(&name, &own, defaults);
        let defaults = &defaults.shared;
        let picture = match (node(Field::Scan), node(Field::FileKey)) {
            (Some(scan), None) => self.scan(scan),
            (None, Some(key)) => self.file_key(key),
            (None, None) => Slot::Missing,
            (Some(scan), Some(key)) => self.picture_twice(scan, key),
        };
        let shared = Shared {
            authorizer: own.authorizer.or(&defaults.authorizer),
            authorized_party: own.authorized_party.or(&defaults.authorized_party),
            organization_code: own.organization_code.or(&defaults.organization_code),
            validity: own.validity.or(&defaults.validity),
            signatures: own.signatures.or(&defaults.signatures),
        };
        let at = if let Slot::Good(name) = &name { name.span } else { head };
        let blanks = self.blanks(span);
        let named = node(Field::Name).map(|name| name.span);
        let template =
            |missing: &[&str]| named.map_or_else(|| blanks.before(missing, head), |name| blanks.after(missing, name));
        self.missing_fields(&name, &shared, at, template);
        if matches!(picture, Slot::Missing) {
            let help = "add `scan: path/of/picture.jpg`, or `fileKey:` for one that is already uploaded";
            let message = "the letter has neither scan nor fileKey";
            let diagnostic = self.collector.diagnostic(Code::PictureMissing, message, at).help(help);
            self.collector.push(diagnostic.mend(template(&["scan"])));
        }
        let (name, picture, content) = (name.good(), picture.good(), content(shared).map(Box::new));
        let nothing = name.is_none() && picture.is_none() && content.is_none();
        (!nothing).then_some(Declared { file: self.collector.file, line: head.start.line, name, picture, content })
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

    fn missing_fields(
        &mut self,
        name: &Slot<LetterName>,
        shared: &Shared,
        at: Span,
        template: impl FnOnce(&[&str]) -> Option<Fix>,
    ) {
        fn missing<T>(slot: &Slot<T>) -> bool {
            matches!(slot, Slot::Missing)
        }
        let missing: Vec<&str> = [
            (Field::Name, missing(name)),
            (Field::Authorizer, missing(&shared.authorizer)),
            (Field::AuthorizedParty, missing(&shared.authorized_party)),
            (Field::OrganizationCode, missing(&shared.organization_code)),
            (Field::Validity, missing(&shared.validity)),
            (Field::Signatures, missing(&shared.signatures)),
        ]
        .into_iter()
        .filter_map(|(field, missing)| missing.then_some(field.as_str()))
        .collect();
        if !missing.is_empty() {
            let named: Vec<String> = missing.iter().map(|field| format!("`{field}`")).collect();
            let message = format!("missing {} {}", plural(named.len(), "field"), named.join(", "));
            let help = if missing == ["name"] { "add the name" } else { "add it to the letter or to `defaults`" };
            let fix = template(&missing);
            self.collector.push(self.collector.diagnostic(Code::FieldMissing, message, at).help(help).mend(fix));
        }
    }
}

fn content(shared: Shared) -> Option<Content> {
    Some(Content {
        authorizer: shared.authorizer.good()?,
        authorized_party: shared.authorized_party.good()?,
        organization_code: shared.organization_code.good()?,
        validity: shared.validity.good()?,
        signatures: shared.signatures.good()?,
    })
}
