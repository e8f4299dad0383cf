//! The history of one client: what it did, held against what it knew when it did it.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use letterform::{
    letter::{DesiredLetter, ExistingLetter, FileKey, Letter, LetterId},
    retry::{Event, Observer},
    service::LetterFilter,
};

use crate::simulation::{
    declarations::{key_of, same_as_declared},
    faults::Conclusion,
};

/// What a client has done so far, and what it did wrong.
#[derive(Default)]
pub(crate) struct History(Mutex<State>);

#[derive(Default)]
struct State {
    declared: HashMap<String, DesiredLetter>,
    tracks: HashMap<String, Track>,
    /// The letters that the last answer showed, until it is known for which letter's sake it was
    /// asked.
    just_shown: Vec<String>,
    stop: Degree,
    violations: Vec<String>,
    requests: usize,
    events: usize,
    begun: usize,
    settled: usize,
    /// Whether a create was answered with a refusal of the caller.
    caller_refused: bool,
}

/// How far a client was asked to stop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Degree {
    #[default]
    No,
    /// Nothing new is to be begun.
    Soft,
    /// Nothing at all is to be done.
    Hard,
}

/// What a client did for one letter, and what it was told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Track {
    /// The creates that were sent.
    pub(crate) sent: u32,
    /// The creates that were not turned away for certain.
    pub(crate) accepted: u32,
    /// Whether a create's outcome was ever unknown.
    pub(crate) was_in_doubt: bool,
    /// The looks since the last create whose outcome is unknown; `None` when there was none.
    looks: Option<Looks>,
    /// The number that came in the answer to a create.
    pub(crate) told: Option<LetterId>,
    /// Whether the client found a letter of this name, when it planned or when it looked for it.
    /// That a look for another letter shows this one too does not count.
    pub(crate) found: bool,
    /// The looks since the name was said to exist.
    repeat: Option<Looks>,
    create: Create,
}

/// Where the creates of one letter stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Create {
    #[default]
    Idle,
    UnderWay,
    /// One was refused for good.
    Refused,
}

/// Which of the ways to look for a letter were taken.
#[derive(Debug, Clone, Copy, Default)]
struct Looks {
    among_all: bool,
    by_code: bool,
    by_signature: bool,
}

impl Looks {
    fn are_complete(self) -> bool {
        self.among_all && self.by_code && self.by_signature
    }

    fn add(&mut self, filter: &LetterFilter, desired: &DesiredLetter) {
        match (&filter.organization_code, &filter.signature) {
            (None, None) => self.among_all = true,
            (Some(code), None) => self.by_code |= *code == desired.letter.organization_code,
            (None, Some(signature)) => self.by_signature |= desired.letter.signatures.iter().any(|of| of == signature),
            (Some(_), Some(_)) => {}
        }
    }
}

/// The creates that a query can tell about: those that were sent before it.
pub(crate) struct Question(HashMap<String, u32>);

impl History {
    pub(crate) fn of(declared: &[DesiredLetter]) -> Self {
        let declared = declared.iter().map(|desired| (desired.letter.name.to_string(), desired.clone())).collect();
        Self(Mutex::new(State { declared, ..State::default() }))
    }

    pub(crate) fn create_begins(&self, letter: &Letter<FileKey>) {
        let mut state = self.lock();
        state.request_begins();
        let name = letter.name.to_string();
        let asked_for = state.declared.get(&name).is_some_and(|desired| same_as_declared(&desired.letter, letter));
        let track = state.tracks.entry(name.clone()).or_default();
        let wrongs = [
            (!asked_for, "a create that no declaration asked for"),
            (track.create == Create::UnderWay, "a create while another of the same letter is under way"),
            (track.found || track.told.is_some(), "a create of a letter that the client knows to exist"),
            (track.create == Create::Refused, "a create after one that was refused for good"),
            (
                track.looks.is_some_and(|looks| !looks.are_complete()),
                "a create after an unknown outcome, with no look in between",
            ),
        ];
        track.sent += 1;
        track.create = Create::UnderWay;
        state.violations.extend(wrongs.iter().filter(|(wrong, _)| *wrong).map(|(_, what)| format!("{name}: {what}")));
    }

    /// `told` is what the answer tells, by the simulator's own judgement.
    pub(crate) fn create_ends(
        &self,
        letter: &Letter<FileKey>,
        told: Conclusion,
        id: Option<LetterId>,
        name_exists: bool,
    ) {
        let mut state = self.lock();
        state.requests += 1;
        let track = state.tracks.entry(letter.name.to_string()).or_default();
        track.create = if told == Conclusion::Refused { Create::Refused } else { Create::Idle };
        track.accepted += u32::from(matches!(told, Conclusion::Done | Conclusion::Nothing));
        match told {
            Conclusion::Done => track.told = id,
            Conclusion::TurnedAway => {}
            Conclusion::Refused => track.repeat = name_exists.then(Looks::default),
            Conclusion::Nothing => {
                track.was_in_doubt = true;
                track.looks = Some(Looks::default());
            }
        }
    }

    /// A create was answered with a refusal of the caller.
    pub(crate) fn caller_is_refused(&self) {
        self.lock().caller_refused = true;
    }

    /// Whether the client was told that a letter of this name exists, or lost an answer to a create
    /// of it.
    pub(crate) fn may_exist(&self, name: &str) -> bool {
        let track = self.track(name);
        track.was_in_doubt || track.repeat.is_some()
    }

    pub(crate) fn query_begins(&self) -> Question {
        let mut state = self.lock();
        state.request_begins();
        let finished = state.tracks.iter().filter(|(_, track)| track.create != Create::UnderWay);
        Question(finished.map(|(name, track)| (name.clone(), track.sent)).collect())
    }

    pub(crate) fn query_ends(&self, question: &Question, filter: &LetterFilter, letters: Option<&[ExistingLetter]>) {
        let mut state = self.lock();
        state.requests += 1;
        let State { declared, tracks, .. } = &mut *state;
        let Some(letters) = letters else { return };
        for (name, sent) in &question.0 {
            let (Some(track), Some(desired)) = (tracks.get_mut(name), declared.get(name)) else { continue };
            if track.sent == *sent {
                track.looks.iter_mut().chain(&mut track.repeat).for_each(|looks| looks.add(filter, desired));
            }
        }
        let shown =
            letters.iter().map(|letter| letter.name.raw().to_owned()).filter(|name| declared.contains_key(name));
        state.just_shown = shown.collect();
    }

    pub(crate) fn upload_begins(&self) {
        self.lock().request_begins();
    }

    pub(crate) fn upload_ends(&self) {
        self.lock().requests += 1;
    }

    /// The client is asked to stop.
    pub(crate) fn stop(&self, degree: Degree) {
        self.lock().stop = degree;
    }

    pub(crate) fn degree(&self) -> Degree {
        self.lock().stop
    }

    /// The letter of that name as this client would send it.
    pub(crate) fn declared(&self, name: &str) -> Option<Letter<FileKey>> {
        let desired = self.lock().declared.get(name)?.letter.clone();
        let key = key_of(&desired.picture);
        Some(desired.with_picture(key))
    }

    pub(crate) fn track(&self, name: &str) -> Track {
        self.lock().tracks.get(name).cloned().unwrap_or_default()
    }

    /// Whether the client has looked for the letter in every way since it was told that it exists,
    /// and was not shown it.
    pub(crate) fn searched_in_vain(&self, name: &str) -> bool {
        let track = self.track(name);
        !track.found && track.repeat.is_some_and(Looks::are_complete)
    }

    /// What the client did wrong. `finished` is whether it came to its end: then every request and
    /// every letter that was begun has its event.
    pub(crate) fn violations(&self, finished: bool) -> Vec<String> {
        let state = self.lock();
        let mut violations = state.violations.clone();
        if finished && state.begun != state.settled {
            violations.push(format!("{} letters were begun and {} settled", state.begun, state.settled));
        }
        if finished && state.requests != state.events {
            violations.push(format!("{} requests ended and {} were told of", state.requests, state.events));
        }
        violations
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn request_begins(&mut self) {
        if self.stop == Degree::Hard {
            self.violations.push("a request after the demand to end at once".to_owned());
        }
    }
}

impl Observer for History {
    fn event(&self, event: &Event<'_>) {
        let mut state = self.lock();
        match event {
            Event::Attempted(attempt) => {
                state.events += 1;
                for name in std::mem::take(&mut state.just_shown) {
                    if attempt.letter.is_none_or(|letter| letter == name) {
                        state.tracks.entry(name).or_default().found = true;
                    }
                }
            }
            Event::Began { letter } => {
                state.begun += 1;
                if state.caller_refused {
                    state.violations.push(format!("{letter}: begun after a refusal of the caller"));
                }
                if state.stop > Degree::No {
                    state.violations.push(format!("{letter}: begun after the wish to stop"));
                }
            }
            Event::Finished { .. } => state.settled += 1,
            _ => {}
        }
    }
}
