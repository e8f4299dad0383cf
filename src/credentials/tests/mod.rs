//! The chain with variables and files of a test, and with servers on loopback ports for what it
//! asks.
#![allow(clippy::disallowed_methods, reason = "a test's folder is its own")]

use std::{collections::HashMap, path::Path, sync::Arc, time::Duration};

use jiff::Timestamp;
use tempfile::TempDir;

use super::*;
use crate::{
    clock::Clock,
    endpoint::Endpoint,
    transport::scripted::{Scripted, Step},
};

mod choice;
mod shown;
mod temporary;

/// A clock that a test sets.
struct SetClock(std::sync::Mutex<Timestamp>);

impl SetClock {
    fn at(time: &str) -> Arc<Self> {
        Arc::new(Self(std::sync::Mutex::new(time.parse().expect("a time"))))
    }

    fn set(&self, time: &str) {
        *self.0.lock().expect("no panic") = time.parse().expect("a time");
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("no panic")
    }
}

/// A home folder, variables and the services that a chain asks.
struct World {
    home: TempDir,
    variables: HashMap<String, String>,
    clock: Arc<SetClock>,
    services: Scripted,
}

impl World {
    /// `steps` are the answers of STS and of the metadata service, in their order.
    async fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self {
            home: TempDir::new().expect("a folder"),
            variables: HashMap::new(),
            clock: SetClock::at("2026-11-23T18:00:00Z"),
            services: Scripted::serve(steps).await,
        }
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(format!("ALIBABA_CLOUD_{name}"), value.to_owned());
        self
    }

    fn file(self, path: &str, text: &str) -> Self {
        let path = self.home.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    fn config(self, profiles: &str) -> Self {
        self.file(".aliyun/config.json", &format!(r#"{{"current":"main","profiles":[{profiles}],"meta_path":""}}"#))
    }

    fn ini(self, text: &str) -> Self {
        self.file(".alibabacloud/credentials", text)
    }

    fn path(&self) -> &Path {
        self.home.path()
    }

    fn environment(&self) -> Environment {
        let variables = self.variables.clone();
        Environment::new(move |name| variables.get(name).cloned(), Some(self.home.path().to_owned()))
    }

    fn fetcher(&self) -> Fetcher {
        let origin = self.services.origin();
        let nonces: crate::nonce::Nonces = Arc::new(|| "nonce".to_owned());
        Fetcher {
            sts: Some(Endpoint::parse(&origin).expect("an endpoint")),
            metadata: origin.parse().expect("a URL"),
            oauth: Some(origin.parse().expect("a URL")),
            pause: Duration::ZERO,
            ..Fetcher::new(Arc::clone(&self.clock) as Arc<dyn Clock>, nonces, Duration::from_secs(20))
        }
    }

    fn chain(&self, profile: Option<&str>) -> DefaultChain {
        default_chain(self.environment(), profile, self.fetcher())
    }

    /// What the chain finds: `id:secret[:token]`.
    async fn found(&self, profile: Option<&str>) -> Result<(Provider, String), CredentialError> {
        let FoundCredentials { provider, credentials, .. } = self.chain(profile).find().await?;
        Ok((provider, shown(&credentials)))
    }
}

fn shown(credentials: &Credentials) -> String {
    let Credentials { access_key_id, secret, token } = credentials;
    let token = token.as_ref().map(|token| format!(":{}", token.expose())).unwrap_or_default();
    format!("{access_key_id}:{}{token}", secret.expose())
}
