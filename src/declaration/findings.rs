//! The findings of the rules for each letter, which decide whether it can be created.

use std::{collections::HashMap, sync::Arc};

use super::{
    Diagnostic, FileId, Severity,
    declared::Declared,
    source::{Position, Span},
};
use crate::letter::Finding;

/// The findings of one kind, with the places where they are.
type ByPosition = Vec<(Position, Arc<Finding>)>;

/// What the rules say, by the lines where they say it.
#[derive(Debug, Default)]
pub(super) struct Findings {
    faults: HashMap<(FileId, u32), ByPosition>,
    warnings: HashMap<(FileId, u32), ByPosition>,
}

impl Findings {
    /// The findings among `diagnostics`, of which the same one may be there twice.
    pub(super) fn of<'d>(diagnostics: impl Iterator<Item = &'d Diagnostic>) -> Self {
        let mut findings = Self::default();
        for diagnostic in diagnostics {
            let Some(place) = diagnostic.place else { continue };
            let of_lines = match diagnostic.code {
                code if code.rule().new_letters_only => &mut findings.faults,
                _ if diagnostic.severity == Severity::Error || diagnostic.is_of_the_day() => continue,
                _ => &mut findings.warnings,
            };
            let start = place.span.start;
            let finding = Finding {
                rule: diagnostic.code.as_str(),
                message: diagnostic.message.clone(),
                line: start.line as usize,
                column: start.column as usize,
            };
            let found = of_lines.entry((place.file, start.line)).or_default();
            found.push((start, Arc::new(finding)));
        }
        // A line may be a whole document, with all of its findings.
        for found in findings.faults.values_mut().chain(findings.warnings.values_mut()) {
            found.sort_by(|(a, one), (b, other)| (a, one.rule, &one.message).cmp(&(b, other.rule, &other.message)));
            found.dedup_by(|(_, one), (_, other)| one == other);
        }
        findings
    }

    /// The rules for new letters that a letter breaks, and the warnings about it.
    pub(super) fn about(&self, letter: &Declared) -> (Vec<Arc<Finding>>, Vec<Arc<Finding>>) {
        if self.faults.is_empty() && self.warnings.is_empty() {
            return Default::default();
        }
        let spans = letter.spans();
        (within(&self.faults, letter.file, &spans), within(&self.warnings, letter.file, &spans))
    }
}

fn within(found: &HashMap<(FileId, u32), ByPosition>, file: FileId, spans: &[Span]) -> Vec<Arc<Finding>> {
    if found.is_empty() {
        return Vec::new();
    }
    let mut all: Vec<Arc<Finding>> = Vec::new();
    for span in spans {
        for line in span.start.line..=span.end.line {
            let here = found.get(&(file, line)).map_or(&[][..], Vec::as_slice);
            let before = |end: Position| here.partition_point(|(start, _)| *start < end);
            let inside = before(span.start)..before(span.end).max(before(span.start));
            all.extend(here[inside].iter().map(|(_, finding)| Arc::clone(finding)));
        }
    }
    all.sort_by_key(|finding| (finding.line, finding.column, finding.rule));
    all.dedup();
    all
}
