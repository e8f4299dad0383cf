//! A client's way to the simulated service: slow, lossy, and as the schedule wills.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use letterform::{
    letter::{ExistingLetters, FileKey, LetterId, NewLetter, ScanObject},
    service::{
        Answer, Exchange, LetterFilter, ObjectNames, Operation, ReadLetters, RequestId, ServiceError, Tell,
        WriteLetters,
    },
};
use tokio::sync::oneshot;

use crate::simulation::{
    coverage::{Coverage, Situation},
    declarations::key_under_policy,
    faults::{Conclusion, Fate},
    history::History,
    world::{Maker, World},
};

/// How long a client waits for an answer.
const TIME_OUT: Duration = Duration::from_secs(10);

/// What the failure of an upload says when the only name that it may have is taken.
pub(crate) const NAME_TAKEN: &str = "its only name is that of another picture";

/// The service as one client reaches it.
pub(crate) struct SimService {
    pub(crate) world: Arc<World>,
    pub(crate) history: Arc<History>,
    pub(crate) client: usize,
    pub(crate) coverage: Arc<Coverage>,
    /// Whether the policy of uploads fixes one name for all of this client's pictures.
    pub(crate) fixed_name: bool,
    /// The names of pictures that must stay, kept as the client over HTTP keeps them.
    pub(crate) names: ObjectNames,
}

impl SimService {
    /// Sends a request. The service handles it when it arrives, whether or not the client is still
    /// there.
    async fn exchange<T: Send + 'static>(
        &self,
        operation: Operation,
        handle: impl FnOnce(&World) -> Result<T, ServiceError> + Send + 'static,
    ) -> (Result<T, ServiceError>, Conclusion) {
        let journey = self.world.journey(operation);
        let fate = journey.fate;
        self.world.note(|| format!("client {} sends {operation}: {fate:?}", self.client));
        let (mut tell, answer) = oneshot::channel();
        let (world, coverage) = (Arc::clone(&self.world), Arc::clone(&self.coverage));
        tokio::spawn(async move {
            tokio::time::sleep(journey.there + fate.delay()).await;
            let client_left = tell.is_closed();
            let handled = fate.is_handled().then(|| handle(&world));
            if client_left && operation == Operation::CreateSmsAuthorizationLetter && matches!(handled, Some(Ok(_))) {
                coverage.saw(Situation::CreatedAfterTheClientLeft);
            }
            tokio::time::sleep(journey.back).await;
            if fate == Fate::Hangs {
                tell.closed().await;
            } else if let Some(result) = fate.answer(operation, handled) {
                drop(tell.send(result));
            }
        });
        let lost = |problem: &str| ServiceError::AnswerLost { operation, problem: problem.into() };
        let (result, told) = match tokio::time::timeout(TIME_OUT, answer).await {
            Ok(Ok(result)) => {
                let told = fate.told(Some(result.is_ok()));
                (result, told)
            }
            Ok(Err(_)) => (Err(lost("the connection was cut")), Conclusion::Nothing),
            Err(_) if operation == Operation::PostObject => {
                (Err(ServiceError::Stalled { operation, problem: "no progress".into() }), Conclusion::Nothing)
            }
            Err(_) => (Err(lost("timed out")), Conclusion::Nothing),
        };
        self.world.note(|| {
            let error = result.as_ref().err().map_or_else(|| "done".to_owned(), ToString::to_string);
            format!("client {}: {operation}: {error}", self.client)
        });
        (result, told)
    }

    /// Uploads a picture under the name that the policy allows, whatever is there.
    pub(crate) async fn put(&self, object: ScanObject, tell: &Tell<'_>) -> Result<FileKey, ServiceError> {
        self.history.upload_begins();
        let key = key_under_policy(self.fixed_name.then_some(self.client), object);
        let put = key.clone();
        let (result, _) = self
            .exchange(Operation::PostObject, move |world| {
                world.put_object(put.as_str(), Some(object));
                Ok(())
            })
            .await;
        self.history.upload_ends();
        let duration = std::time::Duration::ZERO;
        tell(&Exchange { operation: Operation::PostObject, duration, result: result.as_ref().map(|()| None) });
        result.map(|()| key)
    }
}

impl ReadLetters for SimService {
    async fn query(&self, filter: &LetterFilter) -> Result<Answer<ExistingLetters>, ServiceError> {
        let question = self.history.query_begins();
        let wanted = filter.clone();
        let (result, _) =
            self.exchange(Operation::QuerySmsAuthorizationLetter, move |world| Ok(world.query(&wanted))).await;
        self.history.query_ends(&question, filter, result.as_deref().ok());
        let result = result.map(ExistingLetters::from);
        if let Ok(letters) = &result {
            self.names.note(letters);
        }
        result.map(|letters| Answer { value: letters, request_id: Some(RequestId("query".into())) })
    }
}

impl WriteLetters for SimService {
    async fn upload(&self, object: ScanObject, _: Bytes, tell: &Tell<'_>) -> Result<FileKey, ServiceError> {
        if !self.names.claim(&key_under_policy(self.fixed_name.then_some(self.client), object), object) {
            self.coverage.saw(Situation::NameTaken);
            let (operation, problem) = (Operation::GetQualificationOssInfo, NAME_TAKEN.to_owned());
            return Err(ServiceError::Unusable { operation, problem: problem.into(), request_id: None });
        }
        self.put(object, tell).await
    }

    async fn create(&self, letter: &NewLetter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        self.history.create_begins(letter);
        let (maker, sent) = (Maker::Client(self.client), letter.clone());
        let (result, told) =
            self.exchange(Operation::CreateSmsAuthorizationLetter, move |world| world.create(maker, &sent)).await;
        let name_exists = result.as_ref().is_err_and(|error| error.has_code("AuthorizationLetterNameRepeat"));
        // By the simulator's own judgement: the code of `Fate::CallerRefused`.
        if result.as_ref().is_err_and(|error| error.has_code("Forbidden.RAM")) {
            self.history.caller_is_refused();
        }
        self.history.create_ends(letter, told, result.as_ref().ok().copied(), name_exists);
        result.map(|id| Answer { value: Some(id), request_id: Some(RequestId("create".into())) })
    }
}
