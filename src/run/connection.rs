use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{ConnectError, sandbox::Sandbox};
use crate::{
    clock::Clock,
    credentials::{
        self, AssumedRole, ConfiguredRegion, CredentialSource, Credentials, DefaultChain, Environment, Fetcher,
    },
    declaration::workspace::{Access, AccountId},
    endpoint::Endpoint,
    escape::Untrusted,
    nonce,
    service::{Client, ClientConfig, Roots, SignatureForm, WriteLetters},
};

/// How long STS may take to say whose credentials these are. It is asked beside the query.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(10);

/// A way to the service of one account.
pub trait Connect: Sync {
    /// The service.
    type Service: WriteLetters;

    /// What plans and reports name as the endpoint.
    fn label(&self) -> Untrusted;

    /// Finds credentials and opens the connection. The service itself is not asked yet.
    fn connect(&self) -> impl Future<Output = Result<Connection<Self::Service>, ConnectError>>;
}

/// A service, and what must be ended when it is not needed any more.
pub struct Connection<S> {
    /// The service.
    pub service: S,
    /// What plans and reports name as the endpoint.
    pub endpoint: Untrusted,
    /// What somebody should know who uses the connection.
    pub(super) warning: Option<&'static str>,
    sandbox: Option<Sandbox>,
    /// Who asks; nobody in particular in a sandbox.
    identity: Option<(Arc<DefaultChain>, Credentials)>,
}

impl<S> Connection<S> {
    /// A connection to a service that needs no credentials.
    pub fn new(service: S, endpoint: impl Into<Untrusted>) -> Self {
        Self { service, endpoint: endpoint.into(), warning: None, sandbox: None, identity: None }
    }

    /// The number of the account whose credentials these are, `None` in a sandbox, or why it is not
    /// known. STS is asked, or an emulator on this machine in its place; nobody else sees a
    /// signature.
    pub(super) async fn account_id(&self) -> Result<Option<String>, String> {
        let Some((chain, credentials)) = &self.identity else { return Ok(None) };
        let asked = tokio::time::timeout(IDENTITY_TIMEOUT, chain.caller(credentials));
        let identity = asked.await.map_err(|_| "STS did not answer in time".to_owned())?;
        match identity.map_err(|problem| problem.to_string())?.account_id {
            id if id.is_empty() => Err("STS does not say whose credentials these are".to_owned()),
            id => Ok(Some(id)),
        }
    }

    /// Ends the sandbox, if it is one.
    pub(super) async fn close(self) -> Result<(), ConnectError> {
        drop(self.service);
        match self.sandbox {
            Some(sandbox) => sandbox.close().await,
            None => Ok(()),
        }
    }
}

/// Where the service of an account is, who asks it, and how.
#[derive(Clone)]
pub struct ServiceConfig {
    /// Where it is.
    pub location: ServiceLocation,
    /// The region, where one is named.
    pub region: Option<ConfiguredRegion>,
    /// Whose credentials are used.
    pub access: Access,
    /// The account that the credentials must be of.
    pub account_id: Option<AccountId>,
    /// How requests are signed.
    pub signature: SignatureForm,
    /// How many connections are kept open.
    pub connections: usize,
    /// How long one request may take.
    pub timeout: Duration,
    /// The certificates that are trusted.
    pub roots: Roots,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
}

/// Where a service is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceLocation {
    /// Inside this process, its letters in this folder.
    Sandbox(PathBuf),
    /// At this address.
    Remote(Endpoint),
}

impl ServiceConfig {
    /// Who asks at this endpoint. An emulator on this machine is its own STS.
    pub fn credentials(&self, endpoint: &Endpoint) -> DefaultChain {
        let fetcher = Fetcher::new(Arc::clone(&self.clock), nonce::random(), self.timeout);
        let sts = endpoint.is_loopback().then(|| endpoint.clone());
        let fetcher = Fetcher { sts, roots: self.roots.clone(), ..fetcher };
        let role = self.access.role.as_ref().map(|role| AssumedRole {
            arn: role.arn.as_str().to_owned(),
            oidc_provider: role.oidc_provider.as_ref().map(|provider| provider.as_str().to_owned()),
        });
        credentials::default_chain(Environment::of_process(), self.access.profile.as_deref(), fetcher).taking(role)
    }

    /// A client that asks at this endpoint. Nothing is sent yet.
    ///
    /// # Errors
    /// When the certificates can't be used.
    pub fn client(&self, endpoint: Endpoint, credentials: Arc<dyn CredentialSource>) -> Result<Client, ConnectError> {
        let config = ClientConfig {
            endpoint,
            signature: self.signature,
            credentials,
            timeout: self.timeout,
            roots: self.roots.clone(),
            clock: Arc::clone(&self.clock),
            nonces: nonce::random(),
            connections: self.connections,
        };
        Client::new(config).map_err(ConnectError::Client)
    }

    async fn connect_to(&self, endpoint: &Endpoint) -> Result<Connection<Client>, ConnectError> {
        let chain = Arc::new(self.credentials(endpoint));
        // Asked at once, so that missing credentials are told before anything else is done.
        let found = chain.find().await?;
        if let Some(expected) = &self.account_id {
            let caller = chain.caller(&found.credentials).await.map_err(ConnectError::Identity)?;
            if caller.account_id != expected.as_str() {
                let (provider, expected) = (found.provider, expected.clone());
                return Err(ConnectError::OtherAccount { provider, found: caller.account_id.into(), expected });
            }
        }
        let service = self.client(endpoint.clone(), Arc::clone(&chain) as Arc<dyn CredentialSource>)?;
        Ok(Connection { identity: Some((chain, found.credentials)), ..Connection::new(service, self.label()) })
    }
}

impl Connect for ServiceConfig {
    type Service = Client;

    fn label(&self) -> Untrusted {
        match &self.location {
            ServiceLocation::Sandbox(folder) => format!("sandbox:{}", folder.display()).into(),
            ServiceLocation::Remote(endpoint) => endpoint.to_string().into(),
        }
    }

    async fn connect(&self) -> Result<Connection<Client>, ConnectError> {
        match &self.location {
            ServiceLocation::Remote(endpoint) => self.connect_to(endpoint).await,
            ServiceLocation::Sandbox(folder) => {
                let sandbox = Sandbox::start(folder, &self.clock).await?;
                let service = self.client(sandbox.endpoint(), Arc::new(sandbox.credentials()))?;
                let warning = sandbox.warning();
                Ok(Connection { sandbox: Some(sandbox), warning, ..Connection::new(service, self.label()) })
            }
        }
    }
}
