//! The service's API, served on this machine over real signed HTTP.
//!
//! Each module knows those on its right:
//!
//! ```text
//! http ─ state ─┬─ ledger         pure: what the accounts hold, and the rules of each call
//!               ├─ faults         pure: which call goes wrong, and how
//!               ├─ auth           AccessKeys, both signature forms, nonces
//!               ├─ object_store   upload policies, and whether a form keeps one
//!               ├─ sts            keys that end, for roles and instances
//!               └─ state::store   redb: one writer, many creates per commit
//! ```
//!
//! [`ledger`] and [`faults`] can be driven by a simulator with its own time.

use std::{net::SocketAddr, sync::Arc};

use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

pub mod faults;
pub mod ledger;

mod action;
mod auth;
mod http;
mod object_store;
mod params;
mod refusal;
mod state;
mod sts;

pub use self::{
    action::Action,
    auth::{AccessKey, AccountError, AccountName},
    ledger::{Filter, NewLetter},
    object_store::PolicyForm,
    params::Params,
    refusal::{Code, Refusal},
    state::{
        snapshot::{AccountState, ImportError, Imported, LetterState, ObjectState, StateFile},
        store::{StateLocation, StoreError},
    },
};
use self::{
    auth::AccessKeys,
    faults::Faults,
    state::{Shared, State, store::Store},
    sts::Metadata,
};
use crate::clock::Clock;

/// What an emulator is to be.
pub struct EmulatorOptions {
    /// Where its state is.
    pub state: StateLocation,
    /// The AccessKeys that it takes; [`AccessKey::default`] when there is none.
    pub access_keys: Vec<AccessKey>,
    /// What goes wrong.
    pub faults: Faults,
    /// The form of the upload policies that it issues.
    pub upload_policy: PolicyForm,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// The role of the ECS instances whose metadata service it imitates as well, if it does.
    pub metadata_role: Option<String>,
}

/// Why an emulator can't serve.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EmulatorError {
    /// The state can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address can't be listened on.
    #[error(
        "{address} can't be listened on: {problem}; give another address with --listen, port 0 for any that is free"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        problem: std::io::Error,
    },
    /// One AccessKey id with two secrets, tokens or accounts.
    #[error("the AccessKey {0} is given twice with different secrets, tokens or accounts")]
    AccessKeyTwice(String),
}

/// An emulator whose state is open, and which does not listen yet.
pub struct Emulator {
    shared: Arc<Shared>,
}

impl Emulator {
    /// Opens the state.
    ///
    /// # Errors
    /// When the state can't be used, or the AccessKeys contradict each other.
    pub fn open(options: EmulatorOptions) -> Result<Self, EmulatorError> {
        let keys = distinct(options.access_keys)?;
        let (store, changes, ledger) = Store::open(&options.state)?;
        let mut state = State::new(ledger, changes, keys, options.faults, options.metadata_role.map(Metadata::new));
        state.upload_policy = options.upload_policy;
        Ok(Self { shared: Arc::new(Shared::new(state, store, options.clock)) })
    }

    /// All that is kept.
    ///
    /// # Errors
    /// When the state can't be read.
    pub fn export(&self) -> Result<StateFile, StoreError> {
        StateFile::export(&self.shared)
    }

    /// Takes in a state, all of it or nothing.
    ///
    /// # Errors
    /// When it contradicts itself or what is there.
    pub fn import(&self, file: StateFile) -> Result<Imported, ImportError> {
        file.import(&mut self.shared.lock(), self.shared.clock.now())
    }

    /// Writes what is still to be written, and gives the state free.
    ///
    /// # Errors
    /// When that failed.
    pub async fn close(self) -> Result<(), StoreError> {
        close(&self.shared).await
    }

    /// Begins to serve on an address; port 0 is any that is free.
    ///
    /// # Errors
    /// When the address can't be listened on.
    pub async fn listen(self, address: SocketAddr) -> Result<Running, EmulatorError> {
        let fails = |problem| EmulatorError::Listen { address, problem };
        let listener = TcpListener::bind(address).await.map_err(fails)?;
        let address = listener.local_addr().map_err(fails)?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(http::serve(listener, Arc::clone(&self.shared), stop.clone()));
        Ok(Running { address, shared: self.shared, serving, stop: stop.drop_guard() })
    }
}

/// An emulator that serves. It ends when this is dropped; [`Running::shutdown`] also waits for that.
pub struct Running {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    stop: DropGuard,
}

impl Running {
    /// The address that it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint for clients on this machine.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            let loopback = match address {
                SocketAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
                SocketAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
            };
            address.set_ip(loopback);
        }
        format!("http://{address}")
    }

    /// Takes no more connections, lets the requests under way end, and gives the state free.
    ///
    /// # Errors
    /// When the state could not be written.
    pub async fn shutdown(self) -> Result<(), StoreError> {
        drop(self.stop);
        // A server that panicked has said so on its own; the state is closed either way.
        let _ = self.serving.await;
        close(&self.shared).await
    }
}

async fn close(shared: &Shared) -> Result<(), StoreError> {
    let made = {
        let mut state = shared.lock();
        state.changes.end();
        state.changes.made()
    };
    let safe = shared.store.safe(made).await;
    shared.store.close();
    safe
}

fn distinct(given: Vec<AccessKey>) -> Result<AccessKeys, EmulatorError> {
    let mut keys = AccessKeys::new();
    for key in given {
        let is_same = |other: &AccessKey| {
            (&other.secret, &other.token, &other.account) == (&key.secret, &key.token, &key.account)
        };
        if keys.get(&key.id).is_some_and(|other| !is_same(other)) {
            return Err(EmulatorError::AccessKeyTwice(key.id));
        }
        keys.insert(key.id.clone(), key);
    }
    if keys.is_empty() {
        let key = AccessKey::default();
        keys.insert(key.id.clone(), key);
    }
    Ok(keys)
}
