//! The real engine with one of its guards taken away, by telling it what the guard would have
//! protected it from: proof that the simulation sees the damage.

use std::future::Future;

use bytes::Bytes;
use letterform::{
    letter::{ExistingLetter, ExistingLetters, FileKey, Letter, LetterId, NewLetter, ScanObject},
    service::{Answer, LetterFilter, Operation, Outcome, ReadLetters, ServiceError, Tell, WriteLetters},
};

use crate::simulation::service::SimService;

/// A guard of the engine that can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// A create whose outcome is unknown is looked up before another try. Without: it is taken as
    /// not done.
    LookUpUnknown,
    /// Only a code that says so is taken as "turned away". Without: a used nonce is.
    DoubtUsedNonce,
    /// What is not documented as a refusal is in doubt. Without: every unknown code below 500 and
    /// every `4xx` page refuses.
    DoubtUnheard,
    /// A refusal of the caller stops the run. Without: it is taken as one of the letter.
    HaltWhenRefused,
    /// A look-up asks with filters too. Without: the unfiltered answer is trusted alone.
    LookUpWithFilters,
    /// A look-up that fails says nothing. Without: it is taken as "not there".
    LookUpMustSucceed,
    /// A name that exists is compared. Without: it is taken as created.
    CompareRepeat,
    /// A lost answer is no success. Without: it is taken as created.
    LostIsNotDone,
    /// A lost answer is no failure. Without: it is taken as refused.
    LostIsNotRefused,
    /// A refusal is final. Without: it is tried again.
    RefusalIsFinal,
    /// Content is compared. Without: whatever has the name is taken as declared.
    CompareContent,
    /// Equal content is no conflict. Without: something always differs.
    EqualIsNoConflict,
    /// One request is sent once. Without: the transport repeats what fails.
    SendOnce,
    /// What is sent is what is declared. Without: something else is.
    SendAsDeclared,
    /// A fixed name holds one picture. Without: another takes its place.
    KeepPicture,
    /// A wish to stop is heard. Without: it is not.
    Stop,
}

impl Guard {
    pub(crate) const ALL: [Self; 16] = [
        Self::LookUpUnknown,
        Self::DoubtUsedNonce,
        Self::DoubtUnheard,
        Self::HaltWhenRefused,
        Self::LookUpWithFilters,
        Self::LookUpMustSucceed,
        Self::CompareRepeat,
        Self::LostIsNotDone,
        Self::LostIsNotRefused,
        Self::RefusalIsFinal,
        Self::CompareContent,
        Self::EqualIsNoConflict,
        Self::SendOnce,
        Self::SendAsDeclared,
        Self::KeepPicture,
        Self::Stop,
    ];

    /// What the simulation has to see when the guard is missing, in its own words.
    pub(crate) fn damage(self) -> &'static str {
        match self {
            Self::LookUpUnknown
            | Self::DoubtUsedNonce
            | Self::LookUpWithFilters
            | Self::LookUpMustSucceed
            | Self::SendOnce => "a create after an unknown outcome, with no look in between",
            Self::CompareRepeat | Self::CompareContent => "the letter has other content",
            Self::LostIsNotDone => "somebody else made it",
            Self::LostIsNotRefused | Self::DoubtUnheard => "the client made it",
            Self::HaltWhenRefused => "begun after a refusal of the caller",
            Self::RefusalIsFinal => "a create after one that was refused for good",
            Self::EqualIsNoConflict => "the letter is as declared",
            Self::SendAsDeclared => "which it never declared so",
            Self::KeepPicture => "with the picture of another",
            Self::Stop => "begun after the wish to stop",
        }
    }
}

/// The service as an engine without that guard would take it.
pub(crate) struct Broken<'a> {
    pub(crate) guard: Option<Guard>,
    pub(crate) service: &'a SimService,
}

const CREATE: Operation = Operation::CreateSmsAuthorizationLetter;

impl Broken<'_> {
    fn misread(&self, error: ServiceError) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let unknown = error.outcome() == Outcome::Unknown;
        let done = Ok(Answer { value: None, request_id: None });
        let not_done = || ServiceError::NoConnection { operation: CREATE, host: "".into(), problem: "".into() };
        match self.guard {
            Some(Guard::LookUpUnknown) if unknown => Err(not_done()),
            Some(Guard::DoubtUsedNonce) if error.has_code("SignatureNonceUsed") => Err(not_done()),
            Some(Guard::DoubtUnheard) if matches!(error, ServiceError::Answered { status: ..500, .. }) && unknown => {
                Err(refused(error))
            }
            Some(Guard::DoubtUnheard) if matches!(error, ServiceError::Unreadable { status: 400..500, .. }) => {
                Err(refused(error))
            }
            Some(Guard::HaltWhenRefused) if error.refuses_caller() => Err(refused(error)),
            Some(Guard::LostIsNotDone) if unknown => done,
            Some(Guard::LostIsNotRefused) if unknown => Err(refused(error)),
            Some(Guard::RefusalIsFinal) if error.outcome() == Outcome::Refused => Err(not_done()),
            Some(Guard::CompareRepeat) if error.has_code("AuthorizationLetterNameRepeat") => done,
            _ => Err(error),
        }
    }
}

impl ReadLetters for Broken<'_> {
    fn query(
        &self,
        filter: &LetterFilter,
    ) -> impl Future<Output = Result<Answer<ExistingLetters>, ServiceError>> + Send {
        let filter = filter.clone();
        async move {
            let filtered = filter != LetterFilter::default();
            let nothing = || Ok(Answer { value: ExistingLetters::default(), request_id: None });
            if self.guard == Some(Guard::LookUpWithFilters) && filtered {
                return nothing();
            }
            let mut result = self.service.query(&filter).await;
            match (self.guard, &mut result) {
                (Some(Guard::LookUpMustSucceed), Err(_)) => return nothing(),
                (Some(Guard::CompareContent), Ok(answer)) => {
                    for letter in &mut answer.value.letters {
                        if let Some(declared) = self.service.history.declared(letter.name.raw()) {
                            pretend(letter, &declared);
                        }
                    }
                }
                (Some(Guard::EqualIsNoConflict), Ok(answer)) => {
                    for letter in &mut answer.value.letters {
                        letter.authorizer = format!("{}.", letter.authorizer.raw()).into();
                    }
                }
                _ => {}
            }
            result
        }
    }
}

impl WriteLetters for Broken<'_> {
    async fn upload(&self, object: ScanObject, scan: Bytes, tell: &Tell<'_>) -> Result<FileKey, ServiceError> {
        if self.guard == Some(Guard::KeepPicture) {
            return self.service.put(object, tell).await;
        }
        self.service.upload(object, scan, tell).await
    }

    async fn create(&self, letter: &NewLetter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let mut letter = letter.clone().into_inner();
        if self.guard == Some(Guard::SendAsDeclared) {
            letter.authorizer = letter.authorized_party.clone();
        }
        let letter = NewLetter::try_from(letter).expect("the parties follow the same rules");
        let mut result = self.service.create(&letter).await;
        if self.guard == Some(Guard::SendOnce)
            && result.as_ref().is_err_and(|error| error.outcome() == Outcome::Unknown)
        {
            result = self.service.create(&letter).await;
        }
        result.or_else(|error| self.misread(error))
    }
}

/// Makes a letter look like the declared one.
fn pretend(letter: &mut ExistingLetter, declared: &Letter<FileKey>) {
    letter.authorizer = declared.authorizer.to_string().into();
    letter.organization_code = declared.organization_code.to_string().into();
    letter.validity = declared.validity.to_string().into();
    letter.signatures = declared.signatures.iter().map(|text| text.to_string().into()).collect();
    letter.picture_url = Some(format!("https://oss.example/{}", declared.picture));
}

/// The same error as a refusal of the letter.
fn refused(_: ServiceError) -> ServiceError {
    ServiceError::answered(CREATE, 400, "SignNotMatchRegex", "", None)
}
