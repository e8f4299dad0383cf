//! A letter, and what was found out about it beyond its own text.

use super::{
    super::{
        Diagnostic,
        document::{Content, Declared},
        letter::PictureSource,
        lint::across::{self, Kind},
        pictures::Resolved,
    },
    held::Shift,
    ties::{Tie, Ties},
};
use crate::letter::Picture;

/// A letter that is looked at while it changes.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) declared: Declared,
    /// Its picture, once that was looked for.
    pub(super) picture: Option<Resolved>,
    /// What it may have in common with others by which they are compared.
    pub(super) ties: Vec<Tie>,
    /// The letters between the same companies, of which one may succeed it.
    pub(super) relation: Option<Tie>,
    /// Whether one does, by the last look.
    pub(super) succeeded: bool,
}

impl Known {
    pub(super) fn new(declared: Declared) -> Self {
        Self { declared, picture: None, ties: Vec::new(), relation: None, succeeded: false }
    }

    pub(super) fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()?.picture.as_ref()
    }

    /// What is wrong with its picture.
    pub(super) fn complaints(&self) -> &[Diagnostic] {
        self.picture.as_ref().map_or(&[], |resolved| &resolved.complaints)
    }

    /// Whether its picture is a file.
    pub(super) fn has_scan(&self) -> bool {
        self.declared.picture.as_ref().is_some_and(|picture| matches!(picture.value, PictureSource::Scan(_)))
    }

    /// Whether its picture awaits being decoded.
    pub(super) fn is_undecoded(&self) -> bool {
        self.picture.as_ref().is_some_and(|resolved| resolved.undecoded)
    }

    pub(super) fn shift(&mut self, shift: Shift) {
        shift.declared(&mut self.declared);
        let complaints = self.picture.iter_mut().flat_map(|resolved| &mut resolved.complaints);
        complaints.for_each(|complaint| shift.diagnostic(complaint));
    }

    /// Ties it to others of its account, by what it says and shows. `number` tells it from all
    /// others.
    pub(super) fn bind(&mut self, (number, account): (u64, usize), (ties, relations): (&mut Ties, &mut Ties)) {
        self.ties = across::common(&self.declared, self.picture(), |group, kind| match kind {
            Kind::Any => ties.tie((account, group), number),
            Kind::Party(party) => ties.tie((account, group), party.as_str()),
        });
        if across::is_odd_alone(&self.declared) {
            self.ties.extend([0, 1].map(|kind| ties.tie(number, kind)));
        }
        self.relation = self.declared.content.as_ref().map(|content| {
            let Content { authorizer, authorized_party, organization_code, .. } = &**content;
            let [authorizer, authorized_party] = [authorizer, authorized_party].map(|party| party.value.as_str());
            relations.tie((account, authorizer, authorized_party, organization_code.value.as_str()), number)
        });
        self.ties.iter().for_each(|tie| ties.add(*tie));
        self.relation.into_iter().for_each(|tie| relations.add(tie));
    }

    /// Unties it.
    pub(super) fn release(&mut self, (ties, relations): (&mut Ties, &mut Ties)) {
        self.ties.drain(..).for_each(|tie| ties.remove(tie));
        self.relation.take().into_iter().for_each(|tie| relations.remove(tie));
    }
}
