//! Places that move when lines are added or taken away above them.

use std::sync::Arc;

use super::super::{Diagnostic, Position, Span, declared::Declared, letter::Located};

/// Lines that were added or taken away above others.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    /// The first line that is elsewhere now.
    pub(super) from: u32,
    pub(super) down: i64,
}

impl Shift {
    pub(super) fn line(self, line: u32) -> u32 {
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

    /// Moves what a letter says itself. Its defaults are those of all.
    pub(super) fn declared(self, letter: &mut Declared) {
        let Declared { name, picture, own, places, .. } = letter;
        if let Some(Located { span, fault, .. }) = name.good_mut() {
            self.span(span);
            if let Some(fault) = fault {
                self.diagnostic(Arc::make_mut(fault));
            }
        }
        if let Some(picture) = picture {
            self.span(&mut picture.span);
        }
        if let Some(own) = own {
            for span in own.spans() {
                self.span(span);
            }
            for fault in own.faults() {
                self.diagnostic(fault);
            }
        }
        for span in [&mut places.mapping, &mut places.first].into_iter().chain(&mut places.name) {
            self.span(span);
        }
    }
}
