//! The options of every command that talks to the service, and the client that they describe.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, anyhow, bail};
use clap::ValueEnum;

use crate::{
    clock::Clock,
    credentials::{
        self, AssumedRole, ConfiguredRegion, CredentialSource, Credentials, DefaultChain, Environment, Fetcher, Secret,
    },
    declaration::workspace::{Access, Account, AccountId, Settings},
    emulator::{
        self, AccessKey, Emulator, EmulatorOptions, Limits, PolicyForm, Running, StateLocation, faults::Faults,
    },
    endpoint::{Endpoint, Region},
    escape::visible,
    nonce,
    service::{Client, ClientConfig, Roots, SignatureForm},
};

/// Where the sandbox keeps its letters.
const SANDBOX: &str = ".letterform/sandbox";

/// The largest file of certificates, in bytes.
const MAX_CA_FILE: u64 = 16 << 20;
/// How long STS may take to say whose credentials these are. It is asked beside the query.
const IDENTITY_TIMEOUT: Duration = Duration::from_secs(10);

/// Options of every command that talks to the service.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceArgs {
    /// Endpoint of the service, such as dysmsapi.aliyuncs.com; plain http for loopback addresses only
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    endpoint: Option<String>,
    /// Region, such as cn-hangzhou [default: that of the profile, or cn-hangzhou]
    #[arg(long, value_name = "ID", conflicts_with = "endpoint")]
    region: Option<Region>,
    /// Profile of the Alibaba Cloud CLI
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// Signature version of requests
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    signature: Form,
    /// Maximum number of concurrent requests [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: Option<u16>,
    /// Timeout of a request, in seconds [default: 30]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: Option<u64>,
    /// File with additional trusted root certificates (PEM)
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Use an emulator inside this process instead of the service, its letters kept under DIR [default: .letterform/sandbox]
    // Without the sign of equality it would take the PATH that follows it.
    #[arg(long, value_name = "DIR", num_args = 0..=1, require_equals = true, default_missing_value = SANDBOX)]
    sandbox: Option<PathBuf>,
}

/// The forms of signatures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Form {
    /// RPC, HMAC-SHA1
    V1,
    /// ACS3-HMAC-SHA256
    #[default]
    V3,
}

impl ServiceArgs {
    /// The service of an account, or of the arguments alone. What the arguments say outranks what the workspace says.
    pub(crate) fn resolve(&self, settings: &Settings, account: Option<&Account>) -> anyhow::Result<Service> {
        let region = self.region(account)?;
        let place = match (&self.sandbox, &self.endpoint, &self.region, account) {
            (Some(folder), .., None) => Place::Sandbox(folder.clone()),
            // Each account has letters of its own, in the sandbox as at the service.
            (Some(folder), .., Some(account)) => Place::Sandbox(folder.join(account.name.as_str())),
            (None, Some(url), ..) => Place::Remote(Endpoint::parse(url)?),
            (None, None, None, Some(account)) => Place::Remote(account.endpoint.clone()),
            (None, None, ..) => Place::Remote(region.as_ref().map(|named| named.region).unwrap_or_default().endpoint()),
        };
        let access = match (&self.profile, account) {
            (Some(profile), _) => Access { profile: Some(profile.clone()), role: None },
            (None, Some(account)) => account.access.clone(),
            (None, None) => Access::default(),
        };
        Ok(Service {
            place,
            region,
            access,
            account_id: account.and_then(|account| account.id.clone()),
            signature: match self.signature {
                Form::V1 => SignatureForm::V1,
                Form::V3 => SignatureForm::V3,
            },
            parallelism: self.parallelism.or(settings.parallelism).unwrap_or(8).into(),
            timeout: Duration::from_secs(self.timeout.or(settings.timeout).unwrap_or(30)),
            roots: self.roots()?,
        })
    }

    /// The region that decides on the endpoint: the option's, the account's, or that of the official tools' configuration.
    fn region(&self, account: Option<&Account>) -> anyhow::Result<Option<ConfiguredRegion>> {
        let named = |region, origin: &str| ConfiguredRegion { region, origin: origin.to_owned() };
        if let Some(region) = self.region {
            return Ok(Some(named(region, "--region")));
        }
        if let Some(account) = account {
            return Ok(account.region.map(|region| named(region, "the workspace file")));
        }
        if self.sandbox.is_some() || self.endpoint.is_some() {
            return Ok(None);
        }
        let configured = Environment::of_process().region(self.profile.as_deref());
        let configured = configured.map_err(|problem| anyhow!("{problem}"))?;
        if let Some(ConfiguredRegion { region, origin }) =
            configured.as_ref().filter(|named| !named.region.is_mainland())
        {
            tracing::warn!(
                "region {region} ({origin}) has an endpoint outside mainland China; use --region cn-hangzhou for the main one"
            );
        }
        Ok(configured)
    }

    fn roots(&self) -> anyhow::Result<Roots> {
        let Some(path) = &self.ca_file else { return Ok(Roots::default()) };
        let wrong = || format!("can't use --ca-file {}", path.display());
        if std::fs::metadata(path).is_ok_and(|kind| kind.len() > MAX_CA_FILE) {
            bail!("{}: larger than {} MiB", wrong(), MAX_CA_FILE >> 20);
        }
        Roots::from_pem(&std::fs::read(path).with_context(wrong)?).with_context(wrong)
    }

    /// The options without which a saved plan would be applied elsewhere, as a shell reads them.
    pub(crate) fn to_repeat(&self) -> String {
        let mut out = String::new();
        let mut add = |option: &str, value: Option<&str>| {
            if let Some(value) = value {
                let word = shell_word(value);
                out.extend([" ", option, "=", &word]);
            }
        };
        let path = |path: &PathBuf| path.display().to_string();
        add("--sandbox", self.sandbox.as_ref().map(path).as_deref());
        add("--endpoint", self.endpoint.as_deref());
        add("--region", self.region.as_ref().map(ToString::to_string).as_deref());
        add("--profile", self.profile.as_deref());
        add("--ca-file", self.ca_file.as_ref().map(path).as_deref());
        if matches!(self.signature, Form::V1) {
            add("--signature", Some("v1"));
        }
        out
    }

    /// Refuses what can't be meant for several accounts at once.
    pub(crate) fn check_for_several(&self) -> anyhow::Result<()> {
        if self.profile.is_some() {
            bail!("one --profile would be used for every account of the workspace; add --account NAME");
        }
        Ok(())
    }
}

impl Service {
    /// Who asks at this endpoint. An emulator on this machine is its own STS.
    pub(super) fn credentials(&self, clock: &Arc<dyn Clock>, endpoint: &Endpoint) -> DefaultChain {
        let fetcher = Fetcher::new(Arc::clone(clock), nonce::random(), self.timeout);
        let sts = endpoint.is_loopback().then(|| endpoint.clone());
        let fetcher = Fetcher { sts, roots: self.roots.clone(), ..fetcher };
        let role = self.access.role.as_ref().map(|role| AssumedRole {
            arn: role.arn.as_str().to_owned(),
            oidc_provider: role.oidc_provider.as_ref().map(|provider| provider.as_str().to_owned()),
        });
        credentials::default_chain(Environment::of_process(), self.access.profile.as_deref(), fetcher).taking(role)
    }

    /// A client that asks at this endpoint. Nothing is sent yet.
    pub(super) fn client(
        &self,
        endpoint: Endpoint,
        credentials: Arc<dyn CredentialSource>,
        clock: &Arc<dyn Clock>,
    ) -> anyhow::Result<Client> {
        let config = ClientConfig {
            endpoint,
            signature: self.signature,
            credentials,
            timeout: self.timeout,
            roots: self.roots.clone(),
            clock: Arc::clone(clock),
            nonces: nonce::random(),
            connections: self.parallelism,
        };
        Client::new(config).context("the client can't be made")
    }
}

/// A service and who asks it.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(super) place: Place,
    /// The region, where one is named.
    pub(super) region: Option<ConfiguredRegion>,
    pub(super) access: Access,
    pub(super) account_id: Option<AccountId>,
    signature: SignatureForm,
    parallelism: usize,
    pub(super) timeout: Duration,
    roots: Roots,
}

impl Service {
    /// What plans and reports name as the endpoint.
    pub(super) fn label(&self) -> String {
        match &self.place {
            Place::Sandbox(folder) => format!("sandbox:{}", folder.display()),
            Place::Remote(endpoint) => endpoint.to_string(),
        }
    }
}

/// Where a service is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// Inside this process, its letters in this folder.
    Sandbox(PathBuf),
    /// At this address.
    Remote(Endpoint),
}

/// A client, and the emulator that it talks to if it is a sandbox.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// What plans and reports name as their endpoint.
    pub(crate) endpoint: String,
    pub(crate) parallelism: usize,
    sandbox: Option<Running>,
    /// Who asks; nobody in particular in a sandbox.
    caller: Option<(Arc<DefaultChain>, Credentials)>,
}

impl Connection {
    /// Makes the client. Nothing is sent yet.
    pub(crate) async fn open(service: &Service, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        match &service.place {
            Place::Sandbox(folder) => Self::open_sandbox(service, folder.clone(), clock).await,
            Place::Remote(endpoint) => Self::open_service(service, endpoint.clone(), clock).await,
        }
    }

    async fn open_service(service: &Service, endpoint: Endpoint, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let credentials = Arc::new(service.credentials(&clock, &endpoint));
        // Asked at once, so that missing credentials are told before anything else is done.
        let found = credentials.find().await?;
        if let Some(expected) = &service.account_id {
            let caller = credentials.caller(&found.credentials).await;
            let caller =
                caller.map_err(|problem| anyhow!("STS does not tell whose credentials these are: {problem}"))?;
            if caller.account_id != expected.as_str() {
                bail!(
                    "the credentials from {} are of the account {}, and the workspace file says {expected}; nothing was \
                     asked or created: check the profile or the role of the account",
                    found.provider,
                    visible(&caller.account_id)
                );
            }
        }
        Ok(Self {
            endpoint: endpoint.to_string(),
            client: service.client(endpoint, Arc::clone(&credentials) as Arc<dyn CredentialSource>, &clock)?,
            parallelism: service.parallelism,
            sandbox: None,
            caller: Some((credentials, found.credentials)),
        })
    }

    /// An emulator with an account of its own, on an ephemeral loopback port: everything but the service is real.
    async fn open_sandbox(service: &Service, folder: PathBuf, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        if !emulator::may_hold_state(&folder) {
            bail!(
                "{} holds other files than a sandbox's; give --sandbox=DIR an empty folder, or one that does not exist yet",
                folder.display()
            );
        }
        let label = service.label();
        let (id, secret) = AccessKey::DEFAULT;
        let options = EmulatorOptions {
            state: StateLocation::Folder(folder),
            access_keys: vec![AccessKey::default()],
            faults: Faults::default(),
            upload_policy: PolicyForm::default(),
            clock: Arc::clone(&clock),
            metadata_role: None,
            limits: Limits::default(),
        };
        let emulator = Emulator::open(options)?;
        super::emulator::warn_of(&emulator);
        let running = emulator.listen(&["127.0.0.1:0".parse()?]).await?;
        let endpoint = Endpoint::parse(&running.endpoint())?;
        let secret = Secret::new(secret.to_owned());
        let credentials = Arc::new(Credentials { access_key_id: id.to_owned(), secret, token: None });
        Ok(Self {
            endpoint: label,
            client: service.client(endpoint, credentials, &clock)?,
            parallelism: service.parallelism,
            sandbox: Some(running),
            caller: None,
        })
    }

    /// The number of the account whose credentials these are, `None` in a sandbox, or why it is not known. STS is asked,
    /// or an emulator on this machine in its place; nobody else sees a signature.
    pub(super) async fn account_id(&self) -> Result<Option<String>, String> {
        let Some((chain, credentials)) = &self.caller else { return Ok(None) };
        let asked = tokio::time::timeout(IDENTITY_TIMEOUT, chain.caller(credentials));
        let identity = asked.await.map_err(|_| "STS did not answer in time".to_owned())?;
        match identity.map_err(|problem| problem.to_string())?.account_id {
            id if id.is_empty() => Err("STS does not say whose credentials these are".to_owned()),
            id => Ok(Some(id)),
        }
    }

    /// Ends the sandbox, if it is one.
    pub(crate) async fn close(self) -> anyhow::Result<()> {
        drop(self.client);
        if let Some(running) = self.sandbox {
            running.shutdown().await.context("the sandbox's state can't be written")?;
        }
        Ok(())
    }
}

/// A text as one word of a POSIX shell.
pub(super) fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+=,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}
