use std::sync::atomic::{AtomicBool, Ordering};

use super::{
    Confirmation, Failure, LetterOutcome, ReadScans, SkipReason,
    upload::{UploadError, Uploads},
};
use crate::{
    letter::{DesiredLetter, ExistingLetter, FileKey, Letter, Picture},
    plan,
    retry::{Attempts, Caller, Next},
    service::{Answer, LetterFilter, Outcome, ServiceError, WriteLetters, find_by_name},
};

/// The code by which the service says that a letter of that name exists.
const NAME_REPEAT: &str = "AuthorizationLetterNameRepeat";

/// The work on one letter that is to be created.
pub(super) struct Work<'a, 'c, S, R> {
    caller: &'a Caller<'c, S>,
    uploads: &'a Uploads<'a, S, R>,
    desired: &'a DesiredLetter,
    /// Whether a create may have been carried out, now or later.
    in_doubt: AtomicBool,
}

impl<'a, 'c, S: WriteLetters, R: ReadScans> Work<'a, 'c, S, R> {
    pub(super) fn new(caller: &'a Caller<'c, S>, uploads: &'a Uploads<'a, S, R>, desired: &'a DesiredLetter) -> Self {
        Self { caller, uploads, desired, in_doubt: AtomicBool::new(false) }
    }

    /// Uploads the scan and creates the letter, as far as that is to be had.
    pub(super) async fn run(&self) -> LetterOutcome {
        let key = match &self.desired.letter.picture {
            Picture::FileKey(key) => Ok(key.clone()),
            Picture::Scan(scan) => {
                self.uploads.key_of(self.desired.letter.name.as_str(), &self.desired.source, scan).await
            }
        };
        match key {
            Ok(key) => self.create(self.desired.letter.clone().with_picture(key)).await,
            Err(UploadError::Scan(problem)) => LetterOutcome::Failed(Failure::of_scan(problem.to_string())),
            Err(UploadError::Service(error)) => LetterOutcome::Failed(Failure::of(&error)),
        }
    }

    /// What to report when the work was dropped half-way.
    pub(super) fn abandoned(&self) -> LetterOutcome {
        if self.in_doubt.load(Ordering::Relaxed) {
            LetterOutcome::Failed(Failure::interrupted())
        } else {
            LetterOutcome::Skipped(SkipReason::Interrupted)
        }
    }

    /// Creates the letter. No create follows another whose outcome is unknown without a look in between: an answer that was
    /// lost may have said yes.
    async fn create(&self, letter: Letter<FileKey>) -> LetterOutcome {
        let mut tries = Attempts::start();
        let mut answer_lost = false;
        loop {
            self.caller.create_turn().await;
            self.in_doubt.store(true, Ordering::Relaxed);
            let error = match self.caller.create(&tries, &letter).await {
                Ok(Answer { value: id, request_id }) => {
                    return LetterOutcome::Created { id, request_id, confirmation: Confirmation::Answer };
                }
                Err(error) => error,
            };
            let exists = error.code() == Some(NAME_REPEAT);
            let unknown = error.outcome() == Outcome::Unknown;
            if exists || unknown {
                answer_lost |= unknown;
                match self.look_up().await {
                    Ok(Some(found)) => return self.compare(&found, answer_lost),
                    Ok(None) if exists => return LetterOutcome::Failed(Failure::invisible(&error)),
                    Ok(None) => {}
                    Err(lookup) => return LetterOutcome::Failed(Failure::in_doubt(&error, &lookup)),
                }
            }
            self.in_doubt.store(answer_lost, Ordering::Relaxed);
            if self.caller.wait(&mut tries, &error, error.outcome() != Outcome::Refused).await == Next::GiveUp {
                let failure = if answer_lost { Failure::after_lost_answer(&error) } else { Failure::of(&error) };
                return LetterOutcome::Failed(failure);
            }
        }
    }

    /// Looks the letter up by its name: among all letters first, then, as one answer may not hold all of a large account,
    /// among those of its authorizer's code and those of its first signature.
    async fn look_up(&self) -> Result<Option<Answer<ExistingLetter>>, ServiceError> {
        let letter = &self.desired.letter;
        let code = Some(letter.organization_code.clone());
        let signature = letter.signatures.iter().next().cloned();
        let filters = [
            LetterFilter::default(),
            LetterFilter { organization_code: code, signature: None },
            LetterFilter { organization_code: None, signature },
        ];
        for filter in &filters {
            let answer = self.caller.query(Some(letter.name.as_str()), filter).await?;
            if let Some(found) = find_by_name(&answer.value, &letter.name) {
                return Ok(Some(Answer { value: found.clone(), request_id: answer.request_id }));
            }
        }
        Ok(None)
    }

    /// What a letter that was found under the name means: ours, when a create's answer was lost and the letter is to the last
    /// as it was sent, picture included; somebody's, when not.
    fn compare(&self, found: &Answer<ExistingLetter>, answer_lost: bool) -> LetterOutcome {
        let id = found.value.id;
        let comparison = plan::compare(&self.desired.letter, &found.value);
        if !comparison.is_equal() {
            LetterOutcome::Conflict { id, differences: comparison.differences }
        } else if answer_lost && comparison.unknown.is_empty() {
            let request_id = found.request_id.clone();
            LetterOutcome::Created { id, request_id, confirmation: Confirmation::Lookup }
        } else {
            LetterOutcome::Unchanged { id }
        }
    }
}
