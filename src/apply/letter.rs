use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    Confirmation, Failure, LetterOutcome, ReadScans, SkipReason,
    halt::Halt,
    upload::{UploadError, Uploads},
};
use crate::{
    escape::Untrusted,
    letter::{DesiredLetter, ExistingLetter, FileKey, Letter, NewLetter, Picture, folded_form},
    plan,
    retry::{Attempts, Caller, Held, Next, Purpose},
    service::{Answer, LetterFilter, Operation, Outcome, ServiceError, WriteLetters, find_by_name},
};

/// The code by which the service says that a letter of that name exists.
const NAME_REPEAT: &str = "AuthorizationLetterNameRepeat";

/// The work on one letter that is to be created.
pub(super) struct Work<'a, 'c, S, R> {
    caller: &'a Caller<'c, S>,
    uploads: &'a Uploads<'a, S, R>,
    desired: &'a DesiredLetter,
    halt: &'a Halt,
    /// Whether a create may have been carried out, now or later.
    in_doubt: AtomicBool,
}

impl<'a, 'c, S: WriteLetters, R: ReadScans> Work<'a, 'c, S, R> {
    pub(super) fn new(
        caller: &'a Caller<'c, S>,
        uploads: &'a Uploads<'a, S, R>,
        desired: &'a DesiredLetter,
        halt: &'a Halt,
    ) -> Self {
        Self { caller, uploads, desired, halt, in_doubt: AtomicBool::new(false) }
    }

    /// Uploads the scan and creates the letter, as far as that is to be had.
    pub(super) async fn run(&self) -> LetterOutcome {
        // A plan that nobody checked may be carried out too: nothing is uploaded for a letter that
        // can't be created.
        let letter = match NewLetter::try_from(self.desired.letter.clone()) {
            Ok(letter) => letter,
            Err(error) => return LetterOutcome::Failed { error: Failure::of_rule(&error) },
        };
        let key = match &self.desired.letter.picture {
            Picture::FileKey(key) => Ok(key.clone()),
            Picture::Scan(scan) => {
                self.uploads.key_of(self.desired.letter.name.as_str(), &self.desired.source, scan).await
            }
        };
        match key {
            Ok(key) => self.create(letter.with_picture(key)).await,
            Err(UploadError::Scan(problem)) => LetterOutcome::Failed { error: Failure::of_scan(problem.to_string()) },
            Err(UploadError::Held(Held::Stopped)) => LetterOutcome::Skipped { reason: SkipReason::Interrupted },
            // One failed upload of a policy is the failure of all that wait for it: it is told
            // once.
            Err(UploadError::Held(Held::Failed(error))) if error.stops_caller() && !self.halt.raise() => {
                LetterOutcome::Skipped { reason: SkipReason::RefusedForAll }
            }
            Err(UploadError::Held(Held::Failed(error))) => LetterOutcome::Failed { error: Failure::of(&error) },
        }
    }

    /// What to report when the work was dropped half-way.
    pub(super) fn abandoned(&self) -> LetterOutcome {
        if self.in_doubt.load(Ordering::Relaxed) {
            LetterOutcome::Unknown { error: Failure::interrupted() }
        } else {
            LetterOutcome::Skipped { reason: SkipReason::Interrupted }
        }
    }

    /// Creates the letter. No create follows another whose outcome is unknown without a look in
    /// between: an answer that was lost may have said yes.
    async fn create(&self, letter: NewLetter<FileKey>) -> LetterOutcome {
        let name = letter.name.as_str();
        let mut attempts = Attempts::start();
        let mut answer_lost = false;
        loop {
            let slot = match self.caller.acquire_create(name, &mut attempts).await {
                Ok(_) if self.halt.is_raised() && attempts.made() == 0 => {
                    return LetterOutcome::Skipped { reason: SkipReason::RefusedForAll };
                }
                Ok(slot) => slot,
                Err(held) => return not_sent(&held, answer_lost),
            };
            self.in_doubt.store(true, Ordering::Relaxed);
            let error = match self.caller.create(slot, &attempts, &letter).await {
                Ok(Answer { value: id, request_id }) => {
                    return LetterOutcome::Created { id, request_id, confirmed_by: Confirmation::Answer };
                }
                Err(error) => error,
            };
            if error.refuses_caller() {
                self.halt.raise();
            }
            let exists = error.has_code(NAME_REPEAT) && error.outcome() == Outcome::Refused;
            let unknown = error.outcome() == Outcome::Unknown;
            if exists || unknown {
                answer_lost |= unknown;
                match self.look_up().await {
                    Ok(Sought::Found(found)) => return self.compare(&letter, &found, answer_lost),
                    Ok(Sought::Alike(other)) if exists => {
                        return LetterOutcome::Failed { error: Failure::named_alike(&error, &other) };
                    }
                    Ok(Sought::Nothing) if exists => {
                        return LetterOutcome::Failed { error: Failure::invisible(&error) };
                    }
                    Ok(Sought::Alike(_) | Sought::Nothing) => {}
                    Err(lookup) => return LetterOutcome::Unknown { error: Failure::in_doubt(&error, &lookup) },
                }
            }
            self.in_doubt.store(answer_lost, Ordering::Relaxed);
            if self.caller.wait(Some(name), &mut attempts, &error, Purpose::Listing).await == Next::GiveUp {
                if error.stops_caller() {
                    self.halt.raise();
                }
                return given_up(&error, answer_lost);
            }
        }
    }

    /// Looks the letter up by its name: among all letters first, then, as one answer may not hold
    /// all of a large account, among those of its authorizer's code and those of its first
    /// signature.
    async fn look_up(&self) -> Result<Sought, ServiceError> {
        let letter = &self.desired.letter;
        let code = Some(letter.organization_code.clone());
        let signature = letter.signatures.iter().next().cloned();
        let filters = [
            LetterFilter::default(),
            LetterFilter { organization_code: code, signature: None },
            LetterFilter { organization_code: None, signature },
        ];
        let mut hidden = None;
        let mut alike = None;
        let form = folded_form(letter.name.as_str());
        for filter in &filters {
            let answer = self.caller.query(Some(letter.name.as_str()), filter, Purpose::LookUp).await?;
            if let Some(found) = find_by_name(&answer.value.letters, &letter.name) {
                let found = Answer { value: found.clone(), request_id: answer.request_id };
                return Ok(Sought::Found(Box::new(found)));
            }
            alike = alike.or_else(|| {
                let other = answer.value.letters.iter().find(|other| folded_form(other.name.raw()) == form);
                other.map(|other| other.name.clone())
            });
            let unreadable = answer.value.unreadable_by_name()(letter.name.as_str()).map(ToString::to_string);
            hidden = hidden.or(unreadable.map(|problem| (problem, answer.request_id)));
        }
        // A letter that can't be read may be this one.
        let otherwise = alike.map_or(Sought::Nothing, Sought::Alike);
        hidden.map_or(Ok(otherwise), |(problem, request_id)| {
            let operation = Operation::QuerySmsAuthorizationLetter;
            Err(ServiceError::Unusable { operation, problem: problem.into(), request_id })
        })
    }

    /// What a letter that was found under the name means: ours, when a create's answer was lost and
    /// the letter is to the last as it was sent, picture included; somebody's, when not.
    fn compare(&self, sent: &Letter<FileKey>, found: &Answer<ExistingLetter>, answer_lost: bool) -> LetterOutcome {
        let id = found.value.id;
        let comparison = plan::compare(&self.desired.letter, &found.value);
        // The picture's name may not tell what it holds, and still be the one that was sent.
        let is_as_sent = || {
            let sent = sent.clone().with_picture(Picture::FileKey(sent.picture.clone()));
            let comparison = plan::compare(&sent, &found.value);
            comparison.is_equal() && comparison.unknown.is_empty()
        };
        if !comparison.is_equal() {
            LetterOutcome::Conflict { id, differences: comparison.differences }
        } else if answer_lost && (comparison.unknown.is_empty() || is_as_sent()) {
            let request_id = found.request_id.clone();
            LetterOutcome::Created { id, request_id, confirmed_by: Confirmation::Lookup }
        } else {
            LetterOutcome::Unchanged { id }
        }
    }
}

/// What a look-up by a name shows.
enum Sought {
    /// The letter of that name.
    Found(Box<Answer<ExistingLetter>>),
    /// No such letter, and one whose name differs in case, width or spaces alone.
    Alike(Untrusted),
    /// Neither.
    Nothing,
}

/// What becomes of a letter whose next create is not sent.
fn not_sent(held: &Held, answer_lost: bool) -> LetterOutcome {
    match held {
        Held::Failed(error) => given_up(error, answer_lost),
        Held::Stopped if answer_lost => LetterOutcome::Unknown { error: Failure::interrupted() },
        Held::Stopped => LetterOutcome::Skipped { reason: SkipReason::Interrupted },
    }
}

/// What becomes of a letter after the last of its attempts.
fn given_up(error: &ServiceError, answer_lost: bool) -> LetterOutcome {
    if answer_lost {
        LetterOutcome::Unknown { error: Failure::after_lost_answer(error) }
    } else {
        LetterOutcome::Failed { error: Failure::of(error) }
    }
}
