//! What is wrong, by all rules, after something changed.

use std::collections::{BTreeMap, HashSet};

use super::{
    super::{
        Diagnostic, FileId, LintLevels, allow,
        collector::Collector,
        declared::Declared,
        lint::across::{self, Pictured},
    },
    LiveDeclarations,
    held::{Held, Kind},
    known::Known,
    ties::Tie,
};

impl LiveDeclarations {
    /// Judges what changed, and tells which files may have other problems now, or the same at other
    /// places.
    ///
    /// A picture that was not decoded yet has none; see [`Self::wanted_pictures`].
    pub fn judge(&mut self) -> Vec<FileId> {
        self.read();
        self.look_for_pictures();
        self.tie();
        self.look_for_successors();
        self.compare();
        let mut told = Vec::new();
        for index in 0..self.files.len() {
            if std::mem::take(&mut self.files[index].changed) {
                self.problems[index] = self.everything_wrong(&self.files[index]);
                told.push(self.files[index].id);
            }
        }
        told
    }

    /// What was wrong with a file at the last look, in the order of its lines.
    #[must_use]
    pub fn problems(&self, file: FileId) -> &[Diagnostic] {
        &self.problems[file.index()]
    }

    /// Ties the letters that are new, and unties those that are gone.
    fn tie(&mut self) {
        let Self { files, others, tied, .. } = self;
        for held in files {
            let account = held.rules.account;
            held.gone.drain(..).for_each(|mut known| known.release(others));
            for known in held.letters_mut().filter(|known| !known.is_tied()) {
                known.bind((tied, account), others);
            }
            if held.is_broken() != held.was_broken {
                held.was_broken = held.is_broken();
                held.letters().filter_map(Known::relation).for_each(|relation| others.relations.touch(relation));
            }
        }
    }

    /// Looks for the successors of letters that end, where the letters between the same companies
    /// are others now.
    fn look_for_successors(&mut self) {
        let touched = self.others.relations.take_touched();
        if touched.is_empty() {
            return;
        }
        let is_touched = |tie: &Tie| touched.holds(*tie);
        let ending = self.files.iter().flat_map(Held::ending).filter_map(Known::relation);
        // A letter that is alone between its companies succeeds nothing.
        let in_question: HashSet<u64> =
            ending.filter(|tie| is_touched(tie) && self.others.relations.differ(*tie)).map(Tie::group).collect();
        let is_asked = |known: &&Known| known.relation().is_some_and(|tie| in_question.contains(&tie.group()));
        let mut asked: BTreeMap<usize, Vec<&Declared>> = BTreeMap::new();
        for held in &self.files {
            let letters = held.declared().filter(is_asked).map(|known| &known.declared);
            asked.entry(held.rules.account).or_default().extend(letters);
        }
        let mut succeeded: BTreeMap<usize, _> =
            asked.into_iter().map(|(account, letters)| (account, across::succeeded(&letters).into_iter())).collect();
        for held in self.files.iter_mut().filter(|held| !held.is_broken()) {
            let succeeded = succeeded.entry(held.rules.account).or_default();
            let mut changed = false;
            for known in held.letters_mut().filter(|known| known.relation().as_ref().is_some_and(is_touched)) {
                let now = is_asked(&&*known) && succeeded.next().unwrap_or_default();
                changed |= now != known.succeeded;
                known.succeeded = now;
            }
            held.changed |= changed;
        }
    }

    /// Compares the letters that have something in common and differ.
    fn compare(&mut self) {
        let mut collector = Collector::new(LintLevels::default());
        if !self.others.ties.all_agree() {
            for witnesses in self.witnesses().values() {
                across::letters(&mut collector, witnesses);
            }
        }
        let mut found: Vec<Vec<Diagnostic>> = self.files.iter().map(|_| Vec::new()).collect();
        for problem in collector.finish() {
            if let Some(place) = problem.place {
                found[place.file.index()].push(problem);
            }
        }
        for ((held, known), found) in self.files.iter_mut().zip(&mut self.compared).zip(found) {
            if *known != found {
                *known = found;
                held.changed = true;
            }
        }
    }

    /// The first letter of each kind in each group of several kinds, in the order in which letters
    /// are declared, by account.
    fn witnesses(&self) -> BTreeMap<usize, Vec<Pictured<'_>>> {
        let mut seen = HashSet::new();
        let mut is_witness = |known: &&Known| {
            let differing = known.ties().iter().filter(|tie| self.others.ties.differ(**tie));
            // Each is marked as seen.
            differing.filter(|tie| seen.insert(**tie)).count() > 0
        };
        let mut witnesses: BTreeMap<usize, Vec<Pictured<'_>>> = BTreeMap::new();
        for held in self.order.iter().map(|id| &self.files[id.index()]) {
            let found = held.declared().filter(&mut is_witness).map(|known| (&known.declared, known.picture()));
            witnesses.entry(held.rules.account).or_default().extend(found);
        }
        witnesses
    }

    fn everything_wrong(&self, held: &Held) -> Vec<Diagnostic> {
        if matches!(held.kind, Kind::Workspace(_)) {
            let mut collector = Collector::new(LintLevels::default());
            collector.extend(held.told());
            return collector.finish();
        }
        let mut collector = Collector::new(held.rules.options.lints.clone());
        collector.extend(held.told());
        collector.extend(self.compared[held.id.index()].iter().cloned());
        across::silence_ends(&mut collector, || held.declared().map(|known| (&known.declared, known.succeeded)));
        allow::apply(&mut collector, std::iter::once((held.id, &held.source)));
        collector.finish()
    }
}
