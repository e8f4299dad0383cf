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
mod limits;
mod object_store;
mod params;
mod refusal;
mod state;
mod sts;

pub use self::{
    action::Action,
    auth::{AccessKey, AccountError, EmulatorAccount},
    ledger::{CreateRequest, LetterQuery},
    limits::Limits,
    object_store::PolicyForm,
    params::Params,
    refusal::{ErrorCode, Refusal},
    state::{
        snapshot::{AccountState, ImportError, ImportedState, LetterState, ObjectState, StateFile},
        store::{StateLocation, StoreError, may_hold_state},
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
    /// How long a client may keep it waiting.
    pub limits: Limits,
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
        "{} can't be listened on: {problem}; give another address with --listen, port 0 for any that is free",
        shown(addresses)
    )]
    Listen {
        /// The addresses that were tried.
        addresses: Vec<SocketAddr>,
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
        Ok(Self { shared: Arc::new(Shared::new(state, store, options.clock, options.limits)) })
    }

    /// What somebody should know who uses this state: that its last change is undone, as it was not
    /// written whole. Neither the end of a process nor the emulator itself brings that about; a
    /// crash of the machine or a damaged disk does.
    pub fn warning(&self) -> Option<&'static str> {
        let undone = self.shared.store.undone;
        undone.then_some("the last change of the state was not written whole and is undone; a letter may be missing")
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
    pub fn import(&self, file: StateFile) -> Result<ImportedState, ImportError> {
        file.import(&mut self.shared.lock(), self.shared.clock.now())
    }

    /// Writes what is still to be written, and gives the state free.
    ///
    /// # Errors
    /// When that failed.
    pub async fn close(self) -> Result<(), StoreError> {
        close(&self.shared).await
    }

    /// Begins to serve on the first of these addresses that can be listened on; port 0 is any that
    /// is free.
    ///
    /// # Errors
    /// When none can.
    pub async fn listen(self, addresses: &[SocketAddr]) -> Result<Running, EmulatorError> {
        let fails = |problem| EmulatorError::Listen { addresses: addresses.to_vec(), problem };
        let listener = TcpListener::bind(addresses).await.map_err(fails)?;
        let address = listener.local_addr().map_err(fails)?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(http::serve(listener, Arc::clone(&self.shared), stop.clone()));
        Ok(Running { address, shared: self.shared, serving, stop: stop.drop_guard() })
    }
}

/// An emulator that serves. It ends when this is dropped; [`Running::shutdown`] also waits for
/// that.
pub struct Running {
    address: SocketAddr,
    shared: Arc<Shared>,
    serving: JoinHandle<()>,
    stop: DropGuard,
}

impl Running {
    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The endpoint for clients on this machine.
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

/// Addresses side by side.
fn shown(addresses: &[SocketAddr]) -> String {
    addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ")
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
