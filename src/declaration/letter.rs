//! A letter's fields: nodes → typed values with their places.

use std::{path::Path, sync::Arc};

use super::{
    Code, Diagnostic, Edit, Fix, Safety,
    collector::FileCollector,
    lint::value as lint,
    refusal::{self, MAX_BYTES},
    source::{Position, SourceFile, Span},
    tree::{Entry, Node, Scalar, Value},
};
use crate::letter::{
    Field, FileKey, LetterName, OrganizationCode, Party, SignatureName, Signatures, Validity, ValueError,
};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) span: Span,
    /// The rule for new letters that a name or a party breaks. How bad it is depends on the letter.
    pub(super) fault: Option<Arc<Diagnostic>>,
}

impl<T> Located<T> {
    pub(super) const fn new(value: T, span: Span) -> Self {
        Self { value, span, fault: None }
    }
}

/// A field of a letter or of the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot<T> {
    /// Not there.
    Missing,
    /// There, and complained about.
    Bad,
    Good(Located<T>),
}

impl<T> Slot<T> {
    /// This field, or its default when it is not there.
    pub(super) fn or<'a>(&'a self, default: &'a Self) -> &'a Self {
        match self {
            Self::Missing => default,
            other => other,
        }
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    pub(super) fn good(&self) -> Option<&Located<T>> {
        match self {
            Self::Good(located) => Some(located),
            Self::Missing | Self::Bad => None,
        }
    }

    pub(super) fn into_good(self) -> Option<Located<T>> {
        match self {
            Self::Good(located) => Some(located),
            Self::Missing | Self::Bad => None,
        }
    }

    pub(super) fn good_mut(&mut self) -> Option<&mut Located<T>> {
        match self {
            Self::Good(located) => Some(located),
            Self::Missing | Self::Bad => None,
        }
    }

    pub(super) fn fault(&self) -> Option<&Diagnostic> {
        self.good()?.fault.as_deref()
    }

    fn forget_fault(&mut self) {
        self.good_mut().into_iter().for_each(|located| located.fault = None);
    }

    fn value(&self) -> Option<&T> {
        self.good().map(|located| &located.value)
    }
}

/// Where the picture is to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PictureSource {
    Scan(Arc<str>),
    FileKey(FileKey),
}

/// The signatures, and where each of them stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PlacedSignatures {
    pub(super) names: Signatures,
    pub(super) spans: Arc<[Span]>,
}

/// The fields that may have defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shared {
    pub(super) authorizer: Slot<Party>,
    pub(super) authorized_party: Slot<Party>,
    pub(super) organization_code: Slot<OrganizationCode>,
    pub(super) validity: Slot<Validity>,
    pub(super) signatures: Slot<PlacedSignatures>,
}

impl Shared {
    pub(super) const NONE: Self = Self {
        authorizer: Slot::Missing,
        authorized_party: Slot::Missing,
        organization_code: Slot::Missing,
        validity: Slot::Missing,
        signatures: Slot::Missing,
    };

    /// Where its values stand.
    pub(super) fn spans(&mut self) -> impl Iterator<Item = &mut Span> {
        let Self { authorizer, authorized_party, organization_code, validity, signatures } = self;
        let parties = [authorizer, authorized_party].into_iter().filter_map(Slot::good_mut);
        let spans = parties.map(|party| &mut party.span);
        let spans = spans.chain(organization_code.good_mut().map(|code| &mut code.span));
        let spans = spans.chain(validity.good_mut().map(|validity| &mut validity.span));
        let signatures = signatures.good_mut().map(|Located { span, value, .. }| {
            // Those that are shared are copied.
            std::iter::once(span).chain(Arc::make_mut(&mut value.spans))
        });
        spans.chain(signatures.into_iter().flatten())
    }

    /// Whether its parties break rules for new letters.
    pub(super) fn has_fault(&self) -> bool {
        self.authorizer.fault().or(self.authorized_party.fault()).is_some()
    }

    /// The rules for new letters that its parties break.
    pub(super) fn faults(&mut self) -> impl Iterator<Item = &mut Diagnostic> {
        let parties = [&mut self.authorizer, &mut self.authorized_party];
        parties.into_iter().filter_map(|party| Some(Arc::make_mut(party.good_mut()?.fault.as_mut()?)))
    }

    /// Forgets what was said of the rules for new letters.
    pub(super) fn forget_faults(&mut self) {
        [&mut self.authorizer, &mut self.authorized_party].into_iter().for_each(Slot::forget_fault);
    }

    /// Which fields say something else than others, wherever they stand.
    pub(super) fn differences(&self, other: &Self) -> [bool; 5] {
        fn names(slot: &Slot<PlacedSignatures>) -> Option<&Signatures> {
            slot.value().map(|signatures| &signatures.names)
        }
        [
            self.authorizer.value() != other.authorizer.value(),
            self.authorized_party.value() != other.authorized_party.value(),
            self.organization_code.value() != other.organization_code.value(),
            self.validity.value() != other.validity.value(),
            names(&self.signatures) != names(&other.signatures),
        ]
    }

    /// Which fields are missing.
    pub(super) fn missing(&self) -> [bool; 5] {
        [
            self.authorizer.is_missing(),
            self.authorized_party.is_missing(),
            self.organization_code.is_missing(),
            self.validity.is_missing(),
            self.signatures.is_missing(),
        ]
    }

    /// The fields, in the order in which they are told of here.
    pub(super) const FIELDS: [Field; 5] =
        [Field::Authorizer, Field::AuthorizedParty, Field::OrganizationCode, Field::Validity, Field::Signatures];
}

/// What becomes of letters and problems that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// They are looked at once: all problems are told, and what can't be used is dropped.
    Once,
    /// Their document's defaults may be others later: what depends on these is left to
    /// [`Reader::judge`] and [`Reader::judge_defaults`].
    Live,
}

/// Reads the values of one file.
pub(super) struct Reader<'a, 'd> {
    pub(super) source: &'a SourceFile,
    pub(super) collector: FileCollector<'d>,
    pub(super) calendar: lint::Calendar,
    pub(super) reason: Reason,
}

/// The entries of a letter or of the defaults by field.
pub(super) type Entries<'n> = [Option<&'n Entry>; Field::ALL.len()];

impl Reader<'_, '_> {
    pub(super) fn shared(&mut self, entries: &Entries<'_>) -> Shared {
        let node = |field: Field| entries[field as usize].map(|entry| &entry.value);
        let (authorizer, party, code) =
            (node(Field::Authorizer), node(Field::AuthorizedParty), node(Field::OrganizationCode));
        let (validity, signatures) = (node(Field::Validity), node(Field::Signatures));
        Shared {
            authorizer: self.party(Field::Authorizer, authorizer),
            authorized_party: self.party(Field::AuthorizedParty, party),
            organization_code: self.organization_code(code),
            validity: validity.map_or(Slot::Missing, |node| self.validity(node)),
            signatures: signatures.map_or(Slot::Missing, |node| self.signatures(node)),
        }
    }

    pub(super) fn name(&mut self, node: Option<&Node>) -> Slot<LetterName> {
        self.old_or_new(Field::Name, node, LetterName::check_new, |text| LetterName::try_from(text))
    }

    fn party(&mut self, field: Field, node: Option<&Node>) -> Slot<Party> {
        self.old_or_new(field, node, |text| Party::check_new(field, text), |text| Party::parse(field, text))
    }

    /// A name or a party, with the rule for new letters that it breaks.
    fn old_or_new<T>(
        &mut self,
        field: Field,
        node: Option<&Node>,
        check: impl FnOnce(&str) -> Result<(), ValueError>,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Slot<T> {
        let Some(node) = node else { return Slot::Missing };
        let Some(text) = self.text(field, node) else { return Slot::Bad };
        let Some(value) = self.hard(field, text, node.span, parse) else { return Slot::Bad };
        let refusal = check(text).err();
        if refusal.is_none() {
            lint::text(&mut self.collector, self.source, field, text, node.span);
        }
        let fault = refusal.map(|error| Arc::new(self.refusal(field, (text, node.span), &error)));
        Slot::Good(Located { value, span: node.span, fault })
    }

    fn organization_code(&mut self, node: Option<&Node>) -> Slot<OrganizationCode> {
        const FIELD: Field = Field::OrganizationCode;
        let Some(node) = node else { return Slot::Missing };
        let Some(text) = self.text(FIELD, node) else { return Slot::Bad };
        let Some(value) = self.hard(FIELD, text, node.span, |text| OrganizationCode::try_from(text)) else {
            return Slot::Bad;
        };
        match OrganizationCode::check_new(text) {
            Ok(()) => lint::text(&mut self.collector, self.source, FIELD, text, node.span),
            Err(error) => self.refuse(FIELD, (text, node.span), &error),
        }
        Slot::Good(Located::new(value, node.span))
    }

    fn signature(&mut self, node: &Node) -> Option<SignatureName> {
        const FIELD: Field = Field::Signatures;
        let text = self.text(FIELD, node)?;
        let name = self.parse(FIELD, text, node.span, |text| SignatureName::try_from(text))?;
        for error in SignatureName::faults(text) {
            self.refuse(FIELD, (text, node.span), &error);
        }
        Some(name)
    }

    fn refusal(&self, field: Field, at: (&str, Span), error: &ValueError) -> Diagnostic {
        refusal::diagnostic(&self.collector, self.source, field, at, error)
    }

    fn refuse(&mut self, field: Field, at: (&str, Span), error: &ValueError) {
        let diagnostic = self.refusal(field, at, error);
        self.collector.push(diagnostic);
    }

    pub(super) fn file_key(&mut self, node: &Node) -> Slot<PictureSource> {
        self.slot(Field::FileKey, Some(node), |text| FileKey::try_from(text).map(PictureSource::FileKey))
    }

    /// A scan's path as far as it can be judged without looking at the file system.
    pub(super) fn scan(&mut self, node: &Node) -> Slot<PictureSource> {
        let Some(text) = self.text(Field::Scan, node) else { return Slot::Bad };
        let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes()[0].is_ascii_alphabetic();
        let (message, help) = if Path::new(&**text).has_root() || drive || text.starts_with('\\') {
            ("scan is an absolute path", "write the path from the folder of this file")
        } else if text.contains('\\') {
            ("scan has a backslash", "write `/` between the parts of a path")
        } else if text.trim().is_empty() {
            ("scan is empty", "write the path of the picture, from the folder of this file")
        } else {
            return Slot::Good(Located::new(PictureSource::Scan(Arc::from(&**text)), node.span));
        };
        let code = if text.trim().is_empty() { Code::ValueEmpty } else { Code::ScanPath };
        self.collector.report_with_help(code, message, node.span, help);
        Slot::Bad
    }

    fn slot<T>(
        &mut self,
        field: Field,
        node: Option<&Node>,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Slot<T> {
        let Some(node) = node else { return Slot::Missing };
        let value = self.text(field, node).and_then(|text| self.parse(field, text, node.span, parse));
        value.map_or(Slot::Bad, |value| Slot::Good(Located::new(value, node.span)))
    }

    /// Parses a text, and looks for what is allowed and probably wrong.
    fn parse<T>(
        &mut self,
        field: Field,
        text: &str,
        span: Span,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        let value = self.hard(field, text, span, parse)?;
        lint::text(&mut self.collector, self.source, field, text, span);
        Some(value)
    }

    /// Parses a text by the rules that hold for every letter.
    fn hard<T>(
        &mut self,
        field: Field,
        text: &str,
        span: Span,
        parse: impl FnOnce(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        parse(text).map_err(|error| self.refuse(field, (text, span), &error)).ok()
    }

    /// The text that stands in a field, when it is a text of a length that makes sense.
    fn text<'n>(&mut self, field: Field, node: &'n Node) -> Option<&'n Scalar> {
        match &node.value {
            Value::Scalar(scalar) if scalar.is_null() => {
                let help = "write a value, or remove the field if `defaults` has it";
                self.collector.report_with_help(Code::ValueEmpty, format!("{field} is empty"), node.span, help);
                None
            }
            Value::Scalar(scalar) if scalar.len() > MAX_BYTES => {
                self.collector.push(refusal::oversized(&self.collector, field, scalar, node.span));
                None
            }
            Value::Scalar(scalar) => Some(scalar),
            other => {
                self.collector.wrong_type(&format!("{field}: expected a string"), other, node.span);
                None
            }
        }
    }

    fn validity(&mut self, node: &Node) -> Slot<Validity> {
        let slot = match &node.value {
            Value::Mapping(entries) => self.validity_of_mapping(entries, node.span),
            _ => self.slot(Field::Validity, Some(node), |text| Validity::try_from(text)),
        };
        if let Slot::Good(validity) = &slot {
            lint::validity(&mut self.collector, self.calendar, validity.value, validity.span);
        }
        slot
    }

    fn validity_of_mapping(&mut self, entries: &[Entry], span: Span) -> Slot<Validity> {
        const KEYS: [&str; 2] = ["from", "to"];
        let mut days = [None; 2];
        let found: [Option<&Entry>; 2] = self.collector.entries(entries, &KEYS, &[]);
        for (index, entry) in found.into_iter().enumerate() {
            let Some(entry) = entry else {
                self.collector.report(Code::FieldMissing, format!("missing field `{}` in validity", KEYS[index]), span);
                continue;
            };
            let Some(text) = self.text(Field::Validity, &entry.value) else { continue };
            let day = |text: &str| Validity::parse_day(text, 0);
            days[index] = self.parse(Field::Validity, text, entry.value.span, day);
        }
        let [Some(from), Some(until)] = days else { return Slot::Bad };
        match Validity::new(from, until) {
            Ok(value) => Slot::Good(Located::new(value, span)),
            Err(error) => {
                self.refuse(Field::Validity, ("", span), &error);
                Slot::Bad
            }
        }
    }

    fn signatures(&mut self, node: &Node) -> Slot<PlacedSignatures> {
        let Value::Sequence(items) = &node.value else {
            let scalar = matches!(node.value, Value::Scalar(_));
            let diagnostic = format!("signatures: expected a list of strings, found {}", node.value.kind());
            if scalar {
                let help = "write the signatures in brackets, as in [菜鸟网络, 菜鸟裹裹]";
                self.collector.report_with_help(Code::WrongType, diagnostic, node.span, help);
            } else {
                self.collector.wrong_type("signatures: expected a list of strings", &node.value, node.span);
            }
            return Slot::Bad;
        };
        if items.len() > Signatures::MAX {
            return self.refuse_signatures(items, node.span, &ValueError::TooManySignatures { count: items.len() });
        }
        let names: Vec<Option<SignatureName>> = items.iter().map(|item| self.signature(item)).collect();
        let Some(names) = names.into_iter().collect::<Option<Vec<_>>>() else { return Slot::Bad };
        match Signatures::try_from(names) {
            Ok(names) => {
                let spans = items.iter().map(|item| item.span).collect();
                Slot::Good(Located::new(PlacedSignatures { names, spans }, node.span))
            }
            Err(error) => self.refuse_signatures(items, node.span, &error),
        }
    }

    /// The fix that takes one item out of a list, and leaves every comment where it is.
    fn without(&self, items: &[Node], index: usize) -> Option<Fix> {
        let (before, item) = (items.get(index.checked_sub(1)?)?.span, items[index].span);
        let (start, end) = (item.start, item.end);
        if start.line != end.line {
            return None;
        }
        let whole = self.source.line(start.line);
        let bare = whole.trim().strip_prefix('-').map(str::trim) == self.source.slice(item);
        let span = if bare {
            // An item on a line of its own goes with the line.
            Span { start: Position { line: start.line, column: 1 }, end: Position { line: start.line + 1, column: 1 } }
        } else {
            let between = Span { start: before.end, end: start };
            let comma = self.source.slice(between)?.trim() == ",";
            comma.then_some(Span { start: before.end, end })?
        };
        let edit = Edit { place: self.collector.place(span), text: String::new() };
        Some(Fix::new("Remove the repetition", edit, Safety::Safe))
    }

    fn refuse_signatures(&mut self, items: &[Node], span: Span, error: &ValueError) -> Slot<PlacedSignatures> {
        let diagnostic = self.refusal(Field::Signatures, ("", span), error);
        let diagnostic = match error {
            ValueError::RepeatedSignature { first, index, .. } => {
                let first = self.collector.place(items[*first].span);
                let again = diagnostic.at(self.collector.place(items[*index].span)).relate(first, "first listed here");
                again.mend(self.without(items, *index))
            }
            _ => diagnostic,
        };
        self.collector.push(diagnostic);
        Slot::Bad
    }
}
