use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;

use super::{
    Answer, Endpoint, Exchange, LetterFilter, Operation, ReadLetters, ServiceError, Tell, WriteLetters, answer,
    upload::{Policies, Policy},
};
use crate::{
    clock::Clock,
    credentials::CredentialSource,
    letter::{ExistingLetter, FileKey, Letter, LetterId, ScanObject},
    nonce::Nonces,
    transport::{Response, Roots, Secrets, SendError, Transport},
    wire::{
        API_VERSION, Parameters,
        letters::{CreatedId, LetterData, OssInfo},
        request::{Call, SignatureForm, Stamp},
    },
};

/// The largest answer to a query that is read. A letter takes about 1 KiB, 5 at the most.
const MAX_QUERY_ANSWER: usize = 64 << 20;

/// The largest other answer that is read.
const MAX_ANSWER: usize = 1 << 20;

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
    policies: Policies,
}

/// What is to be known of a request to send it and to tell how it ended.
struct Sending<'a> {
    operation: Operation,
    transport: &'a Transport,
    host: &'a str,
    limit: usize,
    secrets: Secrets,
}

impl Client {
    /// Nothing is sent yet.
    pub fn new(config: ClientConfig) -> Result<Self, ClientError> {
        let transport = Transport::new(config.endpoint.route(), config.timeout, config.connections, &config.roots)
            .map_err(|error| ClientError { endpoint: config.endpoint.clone(), problem: error.to_string() })?;
        Ok(Self(Arc::new(Inner { config, transport, policies: Policies::default() })))
    }

    /// Where the service is.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.config.endpoint
    }

    pub(super) fn parts(&self) -> (&ClientConfig, &Transport) {
        (&self.0.config, &self.0.transport)
    }

    async fn call<T: DeserializeOwned>(
        &self,
        operation: Operation,
        parameters: Parameters,
        limit: usize,
    ) -> Result<Answer<Option<T>>, ServiceError> {
        let Inner { config, transport, .. } = &*self.0;
        let credentials = config
            .credentials
            .get()
            .await
            .map_err(|error| ServiceError::NotSent { operation, problem: error.to_string() })?;
        let action = operation.to_string();
        let call = Call { action: &action, version: API_VERSION, parameters };
        let stamp = Stamp { time: config.clock.now(), nonce: (config.nonces)() };
        let authority = config.endpoint.authority();
        let signed = call.sign(config.signature, credentials.signer(), &stamp, &authority);
        let request = transport
            .signed(config.endpoint.url(&signed.query), &signed)
            .map_err(|problem| ServiceError::NotSent { operation, problem })?;
        let sending = Sending {
            operation,
            transport,
            host: &authority,
            limit,
            secrets: Secrets::of(credentials.signer(), &signed.signature),
        };
        self.perform(sending, request, |response| answer::read(operation, response, config.clock.now())).await
    }

    /// Sends a request of any kind and reads its answer, and leaves a line in the log.
    async fn perform<T>(
        &self,
        sending: Sending<'_>,
        request: RequestBuilder,
        read: impl FnOnce(&Response) -> Result<Answer<T>, ServiceError>,
    ) -> Result<Answer<T>, ServiceError> {
        let Sending { operation, transport, host, limit, secrets } = sending;
        let started = Instant::now();
        let sent = transport.send(request, limit).await;
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
        let problem = error.problem();
        match error {
            SendError::NotMade(_) => ServiceError::NotSent { operation, problem },
            SendError::NoConnection(_) => ServiceError::NoConnection { operation, host: host.to_owned(), problem },
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

    /// The right to upload, fetched when there is none at hand. Also says whether it was fetched just now.
    async fn policy(&self, tell: &Tell<'_>) -> Result<(Arc<Policy>, bool), ServiceError> {
        const OPERATION: Operation = Operation::GetQualificationOssInfo;
        let Inner { config, transport, policies } = &*self.0;
        let fetch = async || {
            let parameters = vec![("BizType".to_owned(), "dysms".to_owned())];
            let answer = told(OPERATION, tell, self.call::<OssInfo>(OPERATION, parameters, MAX_ANSWER)).await?;
            Policy::new(answer, config, transport)
        };
        policies.get(config.clock.now(), fetch).await
    }

    async fn upload_with(
        &self,
        policy: &Policy,
        object: ScanObject,
        scan: Bytes,
        tell: &Tell<'_>,
    ) -> Result<FileKey, ServiceError> {
        let key = policy.key(object)?;
        let request = policy.request(object, &key, scan)?;
        let sending = Sending {
            operation: Operation::PostObject,
            transport: &policy.transport,
            host: &policy.endpoint.authority(),
            limit: MAX_ANSWER,
            secrets: policy.secrets(),
        };
        let sent = self.perform(sending, request, |response| policy.read(response, self.0.config.clock.now()));
        told(Operation::PostObject, tell, sent).await?;
        Ok(key)
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
    async fn query(&self, filter: &LetterFilter) -> Result<Answer<Vec<ExistingLetter>>, ServiceError> {
        let mut parameters = Parameters::new();
        if let Some(code) = &filter.organization_code {
            parameters.push(("OrganizationCode".to_owned(), code.to_string()));
        }
        if let Some(signature) = &filter.signature {
            parameters.push(("SignName".to_owned(), signature.to_string()));
        }
        let Answer { value, request_id } =
            self.call::<Vec<LetterData>>(Operation::QuerySmsAuthorizationLetter, parameters, MAX_QUERY_ANSWER).await?;
        let letters = value.unwrap_or_default().into_iter().map(ExistingLetter::from).collect();
        Ok(Answer { value: letters, request_id })
    }
}

impl WriteLetters for Client {
    async fn upload(&self, object: ScanObject, scan: Bytes, tell: &Tell<'_>) -> Result<FileKey, ServiceError> {
        let (policy, fresh) = self.policy(tell).await?;
        let result = self.upload_with(&policy, object, scan.clone(), tell).await;
        let refused = result.as_ref().is_err_and(Policy::is_refused_by);
        if refused {
            self.0.policies.forget(&policy).await;
        }
        if !refused || fresh {
            return result;
        }
        // The right was from before and has ended, whatever it said of its end: another one is not a retry.
        let (policy, _) = self.policy(tell).await?;
        self.upload_with(&policy, object, scan, tell).await
    }

    async fn create(&self, letter: &Letter<FileKey>) -> Result<Answer<Option<LetterId>>, ServiceError> {
        let operation = Operation::CreateSmsAuthorizationLetter;
        let Answer { value, request_id } =
            self.call::<CreatedId>(operation, create_parameters(letter), MAX_ANSWER).await?;
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
