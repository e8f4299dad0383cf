//! A letter, and what was found out about it beyond its own text.

use std::sync::Arc;

use super::{
    super::{
        Diagnostic,
        declared::{Declared, Verdict},
        letter::{PictureSource, Shared},
        lint::across::{self, Kind},
        pictures::Resolved,
    },
    shift::Shift,
    ties::{Folded, Tie, Ties},
};
use crate::letter::{Party, Picture};

/// What all letters have to do with each other.
#[derive(Debug)]
pub(super) struct Others {
    pub(super) ties: Ties,
    /// The letters between the same companies.
    pub(super) relations: Ties,
    folded: Folded,
}

impl Default for Others {
    fn default() -> Self {
        Self { ties: Ties::default(), relations: Ties::watched(), folded: Folded::default() }
    }
}

/// A letter that is looked at while it changes.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) declared: Declared,
    /// What its defaults make of it, and what is wrong because of that.
    verdict: Verdict,
    judged: Vec<Diagnostic>,
    /// Its picture, once that was looked for.
    pub(super) picture: Option<Resolved>,
    /// Its own number, once it was tied.
    number: u64,
    /// What it may have in common with others by which they are compared.
    ties: Vec<Tie>,
    /// The letters between the same companies, of which one may succeed it.
    relation: Option<Tie>,
    /// Whether its ties are those of what it says.
    tied: bool,
    /// Whether one does, by the last look.
    pub(super) succeeded: bool,
}

impl Known {
    /// A letter that `judge` tells the problems of.
    pub(super) fn new(declared: Declared, judge: impl FnOnce(&Declared, Verdict) -> Vec<Diagnostic>) -> Self {
        let verdict = declared.verdict();
        let judged = if verdict.is_silent(&declared) { Vec::new() } else { judge(&declared, verdict) };
        Self {
            declared,
            verdict,
            judged,
            picture: None,
            number: 0,
            ties: Vec::new(),
            relation: None,
            tied: false,
            succeeded: false,
        }
    }

    pub(super) fn picture(&self) -> Option<&Picture> {
        self.picture.as_ref()?.picture.as_ref()
    }

    /// What is wrong with it that is not told of its text alone.
    pub(super) fn complaints(&self) -> impl Iterator<Item = &Diagnostic> {
        self.judged.iter().chain(self.picture.iter().flat_map(|resolved| &resolved.complaints))
    }

    pub(super) fn ties(&self) -> &[Tie] {
        &self.ties
    }

    pub(super) fn relation(&self) -> Option<Tie> {
        self.relation
    }

    pub(super) fn is_tied(&self) -> bool {
        self.tied
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
        for complaint in self.judged.iter_mut().chain(complaints) {
            shift.diagnostic(complaint);
        }
    }

    /// Gives it other defaults, of which those fields are others that `differ`.
    pub(super) fn inherit(
        &mut self,
        (inherited, differ): (&Arc<Shared>, [bool; 5]),
        judge: impl FnOnce(&Declared, Verdict) -> Vec<Diagnostic>,
    ) {
        self.declared.inherited = Arc::clone(inherited);
        let inherits = self.declared.own().missing();
        self.tied &= !inherits.into_iter().zip(differ).any(|(inherits, differs)| inherits && differs);
        let verdict = self.declared.verdict();
        if verdict != self.verdict {
            self.verdict = verdict;
            self.judged = judge(&self.declared, verdict);
        }
    }

    pub(super) fn verdict(&self) -> Verdict {
        self.verdict
    }

    /// Takes over the ties of an older letter that says the same; `false` when it does not.
    pub(super) fn replace(&mut self, old: &mut Self) -> bool {
        let is_same = old.tied && self.declared.says(&old.declared);
        if is_same {
            self.ties = std::mem::take(&mut old.ties);
            (self.number, self.relation) = (old.number, old.relation.take());
            (self.tied, self.succeeded) = (true, old.succeeded);
            old.tied = false;
            if !old.has_scan() {
                self.picture = old.picture.take();
            }
        }
        is_same
    }

    /// Ties it to others of its account, by what it says and shows. `next` numbers letters, each of
    /// which has its own.
    pub(super) fn bind(&mut self, (next, account): (&mut u64, usize), others: &mut Others) {
        let Others { ties, relations, folded } = others;
        if self.number == 0 {
            *next += 1;
            self.number = *next;
        }
        let number = self.number;
        let content = self.declared.content();
        let parties = content.map(|content| [&content.authorizer.value, &content.authorized_party.value]);
        let folded = parties.map(|parties| folded.of(parties));
        let mut now = Vec::with_capacity(self.ties.len().max(8));
        across::common(&self.declared, self.picture(), folded, |group, kind| {
            now.push(match kind {
                Kind::Any => ties.tie((account, group), number),
                Kind::Party(party) => ties.tie((account, group), party.as_str()),
            });
        });
        if folded.is_some_and(|[authorizer, authorized_party]| authorizer == authorized_party) {
            now.extend([0, 1].map(|kind| ties.tie(number, kind)));
        }
        let relation = content.zip(parties).map(|(content, parties)| {
            relations.tie((account, parties.map(Party::as_str), content.organization_code.value.as_str()), number)
        });
        replace(ties, &mut self.ties, now);
        // Its end and its signatures may be others, too.
        if let Some(tie) = self.relation {
            relations.remove(tie);
        }
        if let Some(tie) = relation {
            relations.add(tie);
        }
        (self.relation, self.tied) = (relation, true);
    }

    /// Unties it.
    pub(super) fn release(&mut self, Others { ties, relations, .. }: &mut Others) {
        self.tied = false;
        self.ties.drain(..).for_each(|tie| ties.remove(tie));
        self.relation.take().into_iter().for_each(|tie| relations.remove(tie));
    }
}

/// Puts new ties in the place of old ones. Most are the same.
fn replace(ties: &mut Ties, old: &mut Vec<Tie>, new: Vec<Tie>) {
    let same = |pair: &(&Tie, &Tie)| pair.0 == pair.1;
    let before = old.iter().zip(&new).take_while(same).count();
    let after = old[before..].iter().rev().zip(new[before..].iter().rev()).take_while(same).count();
    old[before..old.len() - after].iter().for_each(|tie| ties.remove(*tie));
    new[before..new.len() - after].iter().for_each(|tie| ties.add(*tie));
    *old = new;
}
