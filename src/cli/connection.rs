//! The options of every command that talks to the service, and the client that they describe.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use crate::{
    clock::Clock,
    credentials::{self, CredentialSource, Credentials, Environment, Means, Secret},
    emulator::{AccessKey, Emulator, EmulatorOptions, Running, StateLocation, faults::Faults},
    nonce,
    service::{Client, ClientConfig, Endpoint, SignatureForm},
};

/// Where the sandbox keeps its letters.
const SANDBOX: &str = ".letterform/sandbox";

/// Options of every command that talks to the service.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Service")]
pub(crate) struct ServiceArgs {
    /// The service's address, when it is not the region's own; plain http for loopback addresses only
    #[arg(long, value_name = "URL", conflicts_with = "sandbox")]
    endpoint: Option<String>,
    /// The region, such as cn-hangzhou or ap-southeast-1
    #[arg(long, value_name = "ID", conflicts_with = "endpoint")]
    region: Option<String>,
    /// The profile of the Alibaba Cloud CLI's configuration to use
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The form in which requests are signed
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    signature: Form,
    /// The most requests under way at once
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    parallelism: u16,
    /// The most time that one request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// Use an emulator inside this process instead of the service, its letters kept under DIR [default: .letterform/sandbox]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = SANDBOX)]
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

/// A client, and the emulator that it talks to if it is a sandbox.
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// What plans and reports name as their endpoint.
    pub(crate) endpoint: String,
    pub(crate) parallelism: usize,
    sandbox: Option<Running>,
}

impl Connection {
    /// Makes the client. Nothing is sent yet.
    pub(crate) async fn open(args: &ServiceArgs, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        match &args.sandbox {
            Some(folder) => Self::open_sandbox(args, folder.clone(), clock).await,
            None => Self::open_service(args, clock).await,
        }
    }

    async fn open_service(args: &ServiceArgs, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        let endpoint = match &args.endpoint {
            Some(url) => Endpoint::parse(url)?,
            None => Endpoint::for_region(args.region.as_deref())?,
        };
        let means = Means::new(Arc::clone(&clock), nonce::random(), Duration::from_secs(args.timeout));
        let credentials = credentials::default_chain(Environment::of_process(), args.profile.as_deref(), means);
        // Asked at once, so that missing credentials are told before anything else is done.
        credentials.find().await?;
        Ok(Self {
            endpoint: endpoint.to_string(),
            client: client(args, endpoint, Arc::new(credentials), clock)?,
            parallelism: args.parallelism.into(),
            sandbox: None,
        })
    }

    /// An emulator with an account of its own, on an ephemeral loopback port: everything but the service is real.
    async fn open_sandbox(args: &ServiceArgs, folder: PathBuf, clock: Arc<dyn Clock>) -> anyhow::Result<Self> {
        if !may_hold_sandbox(&folder) {
            bail!(
                "--sandbox takes the folder of the sandbox's own state, and {} is something else; write `--sandbox` after \
                 the paths, or `--sandbox=DIR`",
                folder.display()
            );
        }
        let label = format!("sandbox:{}", folder.display());
        let (id, secret) = AccessKey::DEFAULT;
        let options = EmulatorOptions {
            state: StateLocation::Folder(folder),
            access_keys: vec![AccessKey::default()],
            faults: Faults::default(),
            clock: Arc::clone(&clock),
        };
        let running = Emulator::open(options)?.listen("127.0.0.1:0".parse()?).await?;
        let endpoint = Endpoint::parse(&running.endpoint())?;
        let secret = Secret::new(secret.to_owned());
        let credentials = Arc::new(Credentials { access_key_id: id.to_owned(), secret, token: None });
        Ok(Self {
            endpoint: label,
            client: client(args, endpoint, credentials, clock)?,
            parallelism: args.parallelism.into(),
            sandbox: Some(running),
        })
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

/// Whether a path may be the state of a sandbox: it is one, or it is empty or not there yet. What follows `--sandbox` may
/// have been meant as a path of declarations.
fn may_hold_sandbox(folder: &Path) -> bool {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => folder.join("state.redb").exists() || entries.next().is_none(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

fn client(
    args: &ServiceArgs,
    endpoint: Endpoint,
    credentials: Arc<dyn CredentialSource>,
    clock: Arc<dyn Clock>,
) -> anyhow::Result<Client> {
    let config = ClientConfig {
        endpoint,
        signature: match args.signature {
            Form::V1 => SignatureForm::V1,
            Form::V3 => SignatureForm::V3,
        },
        credentials,
        timeout: Duration::from_secs(args.timeout),
        clock,
        nonces: nonce::random(),
        connections: args.parallelism.into(),
    };
    Client::new(config).context("the client can't be made")
}
