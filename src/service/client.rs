use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::RequestBuilder;
use serde::Deserialize;
use tokio::time::Instant;

use super::{
    Answer, Endpoint, Exchange, LetterFilter, Operation, ReadLetters, ServiceError, Tell, WriteLetters,
    answer::{self, Shape},
    object_names::ObjectNames,
    upload::{UploadRight, UploadRights},
    upload_policy::UploadForm,
};
use crate::{
    clock::Clock,
    credentials::CredentialSource,
    letter::{ExistingLetters, FileKey, Letter, LetterId, NewLetter, ScanObject},
    nonce::Nonces,
    transport::{Progress, Response, Roots, Secrets, SendError, Transport},
    wire::{
        API_VERSION, Parameters,
        letter_list::LetterList,
        letters::{CreatedId, OssInfo},
        request::{Call, SignatureForm, Stamp},
    },
};

/// The largest answer to a query that is read. A letter takes about 1 KiB, 5 at the most.
const MAX_QUERY_ANSWER: usize = 64 << 20;

/// The largest other answer that is read.
pub(super) const MAX_ANSWER: usize = 1 << 20;

/// What a [`Client`] needs.
#[derive(Clone)]
pub struct ClientConfig {
    /// Where the service is.
    pub endpoint: Endpoint,
    /// How to sign.
    pub signature: SignatureForm,
    /// Who asks.
    pub credentials: Arc<dyn CredentialSource>,
    /// How long a request may take, from making the connection to the answer's last byte.
    pub timeout: Duration,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where nonces come from.
    pub nonces: Nonces,
    /// Roots of trust beside the machine's own.
    pub roots: Roots,
    /// How many connections to keep: as many as there are requests at a time.
    pub connections: usize,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("no requests can be sent to {endpoint}: {problem}")]
pub struct ClientError {
    endpoint: Endpoint,
    problem: String,
}

/// The service over HTTP. A clone shares its connections and its right to upload.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    config: ClientConfig,
    transport: Transport,
    rights: UploadRights,
    names: ObjectNames,
}

/// What is to be known of a request to send it and to tell how it ended.
struct Sending<'a> {
    operation: Operation,
    transport: &'a Transport,
    host: &'a str,
    limit: usize,
    secrets: Secrets,
    /// How far the body has got, where it is long.
    progress: Option<Progress>,
}

impl Client {
    /// Nothing is sent yet.
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        let transport = Transport::new(config.endpoint.route(), config.timeout, config.connections, &config.roots)
            .map_err(|error| ClientError { endpoint: config.endpoint.clone(), problem: error.to_string() })?;
        Ok(Self(Arc::new(Inner { config, transport, rights: UploadRights::default(), names: ObjectNames::default() })))
    }

    /// Where the service is.
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.config.endpoint
    }

    pub(super) fn parts(&self) -> (&ClientConfig, &Transport) {
        (&self.0.config, &self.0.transport)
    }

    pub(super) async fn call<T: for<'a> Deserialize<'a>>(
        &self,
        operation: Operation,
        parameters: Parameters,
        limit: usize,
        shape: Shape,
    ) -> Result<Answer<Option<T>>, ServiceError> {
        let Inner { config, transport, .. } = &*self.0;
        let credentials = config.credentials.get().await.map_err(|error| {
            let problem = error.to_string().into();
            if error.passes() {
                ServiceError::NotSigned { operation, problem }
            } else {
                ServiceError::NotSent { operation, problem }
            }
        })?;
        let action = operation.to_string();
        let call = Call { action: &action, version: API_VERSION, parameters };
        let stamp = Stamp { time: config.clock.now(), nonce: (config.nonces)() };
        let authority = config.endpoint.authority();
        let signed = call.sign(config.signature, credentials.signer(), &stamp, &authority);
        let request = transport
            .signed(config.endpoint.url(&signed.query), &signed)
            .map_err(|problem| ServiceError::NotSent { operation, problem: problem.into() })?;
        let sending = Sending {
            operation,
            transport,
            host: &authority,
            limit,
            secrets: Secrets::of(credentials.signer(), &signed.signature),
            progress: None,
        };
        self.perform(sending, request, |response| answer::read(operation, response, config.clock.now(), shape)).await
    }

    /// Sends a request of any kind and reads its answer, and leaves a line in the log.
    async fn perform<T>(
        &self,
        sending: Sending<'_>,
        request: RequestBuilder,
        read: impl FnOnce(&Response) -> Result<Answer<T>, ServiceError>,
    ) -> Result<Answer<T>, ServiceError> {
        let Sending { operation, transport, host, limit, secrets, progress } = sending;
        let started = Instant::now();
        let sent = match progress {
            Some(progress) => transport.upload(request, &progress, limit).await,
            None => transport.send(request, limit).await,
        };
        let status = sent.as_ref().ok().map(|response| response.head.status);
        let result = match sent {
            Ok(response) => read(&response),
            Err(error) => Err(self.not_answered(operation, host, error)),
        };
        let result = result.map_err(|error| error.without(&secrets));
        answer::log(operation, &result, status, started.elapsed());
        result
    }

    fn not_answered(&self, operation: Operation, host: &str, error: SendError) -> ServiceError {
        let problem = error.problem().into();
        match error {
            SendError::NotMade(_) => ServiceError::NotSent { operation, problem },
            SendError::NoConnection(_) => ServiceError::NoConnection { operation, host: host.into(), problem },
            SendError::Stalled(_) => ServiceError::Stalled { operation, problem },
            SendError::Lost(_) => ServiceError::AnswerLost { operation, problem },
            SendError::TooLarge { head, .. } => ServiceError::Unreadable {
                operation,
                status: head.status,
                problem,
                request_id: answer::request_id_in(&head),
                retry_after: answer::retry_after(&head, self.0.config.clock.now()),
            },
        }
    }

    /// The right to upload, fetched when there is none at hand. Also says whether it was fetched
    /// just now.
    pub(super) async fn right(&self, tell: &Tell<'_>) -> Result<(Arc<UploadRight>, bool), ServiceError> {
        self.0.rights.get(self.0.config.clock.now(), || self.fetch_right(tell)).await
    }

    async fn fetch_right(&self, tell: &Tell<'_>) -> Result<UploadRight, ServiceError> {
        const OPERATION: Operation = Operation::GetQualificationOssInfo;
        let parameters = vec![("BizType".to_owned(), "dysms".to_owned())];
        let answer =
            told(OPERATION, tell, self.call::<OssInfo>(OPERATION, parameters, MAX_ANSWER, Shape::Data)).await?;
        UploadRight::new(answer, &self.0.config, &self.0.transport)
    }

    /// Uploads in the forms that the policy allows until the object store takes one.
    async fn upload_with(
        &self,
        right: &UploadRight,
        object: ScanObject,
        scan: &Bytes,
        tell: &Tell<'_>,
    ) -> Result<FileKey, UploadFailure> {
        let mut failure = None;
        let mut taken = None;
        for (number, form) in right.forms(object, scan.len() as u64)? {
            if !self.0.names.claim(&form.file_key, object) {
                taken.get_or_insert(form.file_key);
                continue;
            }
            match self.post(right, &form, object, scan.clone(), tell).await {
                Ok(()) => {
                    right.took(number);
                    return Ok(form.file_key);
                }
                Err(error) if UploadRight::is_misread_by(&error) => failure = failure.or(Some(error)),
                Err(error) => return Err(error.into()),
            }
        }
        match (failure, taken) {
            (Some(error), _) => Err(error.into()),
            (None, Some(key)) => Err(UploadFailure::NameTaken(right.name_is_taken(&key))),
            (None, None) => unreachable!("a policy that allows no form is an error"),
        }
    }

    async fn post(
        &self,
        right: &UploadRight,
        form: &UploadForm,
        object: ScanObject,
        scan: Bytes,
        tell: &Tell<'_>,
    ) -> Result<(), ServiceError> {
        let (request, progress) = right.request(object, form, scan)?;
        let sending = Sending {
            operation: Operation::PostObject,
            transport: &right.transport,
            host: &right.endpoint.authority(),
            limit: MAX_ANSWER,
            secrets: right.secrets(),
            progress: Some(progress),
        };
        let sent = self.perform(sending, request, |response| right.read(form, response, self.0.config.clock.now()));
        told(Operation::PostObject, tell, sent).await?;
        Ok(())
    }
}

/// Why an upload failed.
enum UploadFailure {
    /// The policy fixes a name that is taken; another policy may fix another.
    NameTaken(ServiceError),
    Service(ServiceError),
}

impl From<ServiceError> for UploadFailure {
    fn from(error: ServiceError) -> Self {
        Self::Service(error)
    }
}

impl UploadFailure {
    fn into_error(self) -> ServiceError {
        match self {
            Self::NameTaken(error) | Self::Service(error) => error,
        }
    }
}

/// Tells of the one request that `call` is.
async fn told<T>(
    operation: Operation,
    tell: &Tell<'_>,
    call: impl Future<Output = Result<Answer<T>, ServiceError>>,
) -> Result<Answer<T>, ServiceError> {
    let started = Instant::now();
    let result = call.await;
    let outcome = result.as_ref().map(|answer| answer.request_id.as_ref());
    tell(&Exchange { operation, duration: started.elapsed(), result: outcome });
    result
}

impl ReadLetters for Client {
    async fn query(&self, filter: &LetterFilter) -> Result<Answer<ExistingLetters>, ServiceError> {
        const OPERATION: Operation = Operation::QuerySmsAuthorizationLetter;
        let mut parameters = Parameters::new();
        if let Some(code) = &filter.organization_code {
            parameters.push(("OrganizationCode".to_owned(), code.to_string()));
        }
        if let Some(signature) = &filter.signature {
            parameters.push(("SignName".to_owned(), signature.to_string()));
        }
        let Answer { value, request_id } =
            self.call::<LetterList>(OPERATION, parameters, MAX_QUERY_ANSWER, Shape::Data).await?;
        let letters = ExistingLetters::from(value.unwrap_or_default());
        self.0.names.note(&letters);
        Ok(Answer { value: letters, request_id })
    }
}

impl WriteLetters for Client {
    async fn upload(&self, object: ScanObject, scan: Bytes, tell: &Tell<'_>) -> Result<FileKey, ServiceError> {
        let (right, fresh) = self.right(tell).await?;
        match self.upload_with(&right, object, &scan, tell).await {
            Ok(key) => Ok(key),
            Err(UploadFailure::NameTaken(_)) => {
                let own = self.fetch_right(tell).await?;
                self.upload_with(&own, object, &scan, tell).await.map_err(UploadFailure::into_error)
            }
            Err(UploadFailure::Service(error)) => {
                let refused = UploadRight::is_refused_by(&error);
                if refused {
                    self.0.rights.forget(&right).await;
                }
                if !refused || fresh {
                    return Err(error);
                }
                // The right was from before and has ended, whatever it said of its end: another one
                // is not a retry.
                let (right, _) = self.right(tell).await?;
                self.upload_with(&right, object, &scan, tell).await.map_err(UploadFailure::into_error)
            }
        }
    }

    async fn create(&self, letter: &NewLetter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let operation = Operation::CreateSmsAuthorizationLetter;
        let Answer { value, request_id } =
            self.call::<CreatedId>(operation, create_parameters(letter), MAX_ANSWER, Shape::Data).await?;
        let id = value.and_then(|CreatedId(id)| id).map(LetterId);
        Ok(Answer { value: id, request_id })
    }
}

fn create_parameters(letter: &Letter<FileKey>) -> Parameters {
    let signatures = serde_json::to_string(&letter.signatures).expect("texts are always JSON");
    [
        ("AuthorizationLetterName", letter.name.to_string()),
        ("Authorization", letter.authorizer.to_string()),
        ("ProxyAuthorization", letter.authorized_party.to_string()),
        ("OrganizationCode", letter.organization_code.to_string()),
        ("AuthorizationLetterExpDate", letter.validity.to_string()),
        ("SignList", signatures),
        ("AuthorizationLetterPic", letter.picture.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
