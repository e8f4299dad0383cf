//! What must hold once a schedule is over, whatever happened in it.

use std::{collections::HashSet, sync::Arc};

use letterform::{
    apply::{Confirmation, Failure, LetterOutcome, Report, ReportedLetter, SkipReason},
    letter::{DesiredLetter, LetterId},
};

use crate::simulation::{
    client::{Ending, Interruption, Job},
    coverage::{Coverage, Situation},
    declarations::{is_as_declared, is_exactly_as_declared, texts_are_as_declared},
    faults::Faults,
    history::{Degree, History},
    service::NAME_TAKEN,
    world::{MadeLetter, Maker},
};

/// A client that came to its end.
pub(crate) struct Session {
    pub(crate) client: usize,
    pub(crate) job: Job,
    pub(crate) history: Arc<History>,
    pub(crate) ending: Ending,
    /// The faults that it ran with.
    pub(crate) faults: Faults,
}

type Letters = [MadeLetter];

/// What the letters themselves must be: each name once, each as somebody declared it.
pub(crate) fn check_letters(letters: &Letters, sessions: &[Session]) -> Vec<String> {
    let mut violations = Vec::new();
    let mut names = HashSet::new();
    for made @ MadeLetter { letter, maker, .. } in letters {
        if !names.insert(&letter.name) {
            violations.push(format!("two letters are named {}", letter.name));
        }
        let Maker::Client(client) = maker else { continue };
        let declared: Vec<_> = sessions
            .iter()
            .filter(|session| session.client == *client)
            .flat_map(|session| &session.job.declared)
            .collect();
        if !declared.iter().any(|desired| texts_are_as_declared(&desired.letter, letter)) {
            violations.push(format!("client {client} made {}, which it never declared so", letter.name));
        } else if !declared.iter().any(|desired| is_exactly_as_declared(&desired.letter, made)) {
            violations.push(format!("client {client} made {} with the picture of another", letter.name));
        }
    }
    violations
}

/// What a client did and said.
pub(crate) fn check_session(session: &Session, letters: &Letters, coverage: &Coverage) -> Vec<String> {
    let reported = matches!(session.ending, Ending::Reported(_));
    let mut violations = session.history.violations(reported && session.history.degree() < Degree::Hard);
    match &session.ending {
        Ending::Reported(report) => {
            if session.job.saved_for.is_some() {
                coverage.saw(Situation::SavedPlanApplied);
            }
            violations.extend(check_report(session, report, letters, coverage));
        }
        Ending::PlanFailed => coverage.saw(Situation::PlanFailed),
        Ending::Killed => coverage.saw(Situation::Killed),
        Ending::Stale => coverage.saw(Situation::SavedPlanStale),
    }
    if !reported && !matches!(session.ending, Ending::Killed) {
        let made = letters.iter().filter(|made| made.maker == Maker::Client(session.client)).count();
        if made > 0 {
            violations.push(format!("{made} letters were made with no plan to make them"));
        }
    }
    violations.into_iter().map(|violation| format!("client {}: {violation}", session.client)).collect()
}

fn check_report(session: &Session, report: &Report, letters: &Letters, coverage: &Coverage) -> Vec<String> {
    let mut violations = Vec::new();
    for desired in &session.job.declared {
        let name = desired.letter.name.as_str();
        let reported: Vec<_> = report.letters.iter().filter(|reported| reported.planned.name() == name).collect();
        let [reported] = reported[..] else {
            violations.push(format!("{name} stands {} times in the report", reported.len()));
            continue;
        };
        let fact = Fact { session, desired, reported, stored: letters.iter().find(|made| &*made.letter.name == name) };
        if let Err(violation) = fact.check(coverage) {
            violations.push(format!("{name} is reported as {:?}, but {violation}", reported.outcome));
        }
    }
    violations
}

/// A letter of a report, and what is known of it.
struct Fact<'a> {
    session: &'a Session,
    desired: &'a DesiredLetter,
    reported: &'a ReportedLetter,
    stored: Option<&'a MadeLetter>,
}

impl Fact<'_> {
    fn check(&self, coverage: &Coverage) -> Result<(), String> {
        let track = self.session.history.track(self.desired.letter.name.as_str());
        match &self.reported.outcome {
            LetterOutcome::Created { id, confirmed_by: Confirmation::Answer, .. } => {
                coverage.saw(Situation::CreatedByAnswer);
                self.must_be_as_sent(*id)?;
                hold(self.is_ours(), "somebody else made it")?;
                hold(id.is_some() && *id == track.told, "the client was never told so")
            }
            LetterOutcome::Created { id, confirmed_by: Confirmation::Lookup, .. } => {
                coverage.saw(Situation::CreatedByLookUp);
                self.must_be_as_sent(*id)?;
                hold(track.was_in_doubt && track.found, "no answer was lost, or the letter was never seen")
            }
            LetterOutcome::Skipped { reason: SkipReason::Unreadable } => {
                Err("every letter of the emulator can be read".to_owned())
            }
            LetterOutcome::Unchanged { id } => {
                if id.is_some() {
                    coverage.saw(Situation::FoundWhileApplying);
                }
                self.must_be_as_declared(*id)
            }
            LetterOutcome::Conflict { id, .. } => {
                coverage.saw(if id.is_some() {
                    Situation::ConflictWhileApplying
                } else {
                    Situation::ConflictWhilePlanning
                });
                let stored = self.stored.ok_or("there is no such letter")?;
                hold(!is_as_declared(&self.desired.letter, stored), "the letter is as declared")
            }
            LetterOutcome::Failed { error: failure } => self.check_failure(failure, coverage),
            LetterOutcome::Unknown { error: failure } => {
                coverage.saw(Situation::MayExist);
                hold(failure.message.raw().contains("may exist"), "the message does not say so")?;
                let may_exist = self.session.history.may_exist(self.desired.letter.name.as_str());
                hold(may_exist || self.session.history.degree() > Degree::No, "no answer was lost")?;
                hold(track.sent > 0, "no create was sent")
            }
            LetterOutcome::Skipped { reason: SkipReason::RefusedForAll } => {
                coverage.saw(Situation::CallerRefused);
                hold(track.accepted == 0 && !self.is_ours(), "a create was sent")
            }
            LetterOutcome::Skipped { reason: SkipReason::Interrupted } => {
                coverage.saw(Situation::Interrupted);
                hold(self.session.history.degree() > Degree::No, "nobody asked to stop")?;
                hold(track.accepted == 0 && !self.is_ours(), "a create was sent")
            }
            LetterOutcome::Skipped { reason: SkipReason::Unmanaged } => Err("it is declared".to_owned()),
        }
    }

    fn check_failure(&self, failure: &Failure, coverage: &Coverage) -> Result<(), String> {
        let name = self.desired.letter.name.as_str();
        let invisible = failure.code == "AuthorizationLetterNameRepeat";
        let disturbed = self.session.job.interruption != Interruption::Never || self.session.job.scan_changes;
        coverage.saw(Situation::Failed);
        if invisible {
            coverage.saw(Situation::Invisible);
            let stored = &self.stored.ok_or("there is no such letter")?.letter;
            hold(self.session.history.searched_in_vain(name), "the client did not look in every way")?;
            let would_be_shown = stored.organization_code.as_ref() == self.desired.letter.organization_code.as_str()
                || stored.signatures.iter().any(|there| {
                    self.desired.letter.signatures.iter().next().is_some_and(|first| first.as_str() == &**there)
                });
            return hold(!would_be_shown || !self.session.faults.shows_everything(), "a look would have shown it");
        }
        hold(!self.is_ours(), "the client made it")?;
        let name_taken = failure.message.raw().contains(NAME_TAKEN);
        hold(!self.session.faults.are_none() || disturbed || name_taken, "nothing went wrong")
    }

    fn must_be_as_declared(&self, id: Option<LetterId>) -> Result<(), String> {
        let stored = self.stored.ok_or("there is no such letter")?;
        hold(is_as_declared(&self.desired.letter, stored), "the letter has other content")?;
        hold(id.is_none_or(|id| id == stored.letter.id), "the letter has another number")
    }

    fn must_be_as_sent(&self, id: Option<LetterId>) -> Result<(), String> {
        self.must_be_as_declared(id)?;
        let exactly = self.stored.is_some_and(|made| is_exactly_as_declared(&self.desired.letter, made));
        hold(exactly, "the letter has another picture")
    }

    fn is_ours(&self) -> bool {
        self.stored.is_some_and(|made| made.maker == Maker::Client(self.session.client))
    }
}

/// After the last apply, with nothing going wrong any more: each declared letter exists, as
/// declared or as a conflict.
pub(crate) fn check_convergence(session: &Session) -> Vec<String> {
    let Ending::Reported(report) = &session.ending else {
        return vec![format!("client {}: no report, though nothing goes wrong any more", session.client)];
    };
    let unsettled = report.letters.iter().filter(|letter| {
        matches!(
            letter.outcome,
            LetterOutcome::Failed { .. }
                | LetterOutcome::Unknown { .. }
                | LetterOutcome::Skipped { reason: SkipReason::Interrupted | SkipReason::RefusedForAll }
        )
    });
    unsettled
        .map(|letter| {
            format!("client {}: {} does not converge: {:?}", session.client, letter.planned.name(), letter.outcome)
        })
        .collect()
}

fn hold(holds: bool, otherwise: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise.to_owned()) }
}
