//! The sandbox: an emulator inside this process. Everything but the service is real.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use super::ConnectError;
use crate::{
    clock::Clock,
    credentials::{Credentials, Secret},
    emulator::{
        self, AccessKey, Emulator, EmulatorOptions, Limits, PolicyForm, Running, StateLocation, faults::Faults,
    },
    endpoint::Endpoint,
};

/// An emulator with an account of its own, on an ephemeral loopback port.
pub(super) struct Sandbox {
    running: Running,
    warning: Option<&'static str>,
}

impl Sandbox {
    /// Starts one, its letters in this folder.
    pub(super) async fn start(folder: &Path, clock: &Arc<dyn Clock>) -> Result<Self, ConnectError> {
        if !emulator::may_hold_state(folder) {
            return Err(ConnectError::SandboxFolder(folder.to_owned()));
        }
        let options = EmulatorOptions {
            state: StateLocation::Folder(folder.to_owned()),
            access_keys: vec![AccessKey::default()],
            faults: Faults::default(),
            upload_policy: PolicyForm::default(),
            clock: Arc::clone(clock),
            metadata_role: None,
            limits: Limits::default(),
        };
        let emulator = Emulator::open(options)?;
        let warning = emulator.warning();
        let running = emulator.listen(&[SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]).await?;
        Ok(Self { running, warning })
    }

    /// What somebody should know who uses the state.
    pub(super) fn warning(&self) -> Option<&'static str> {
        self.warning
    }

    /// Where it is.
    pub(super) fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&self.running.endpoint()).expect("plain http is good on loopback")
    }

    /// The credentials that it takes.
    #[expect(clippy::unused_self, reason = "a build without an emulator has no sandbox, and so no credentials")]
    pub(super) fn credentials(&self) -> Credentials {
        let (id, secret) = AccessKey::DEFAULT;
        Credentials { access_key_id: id.to_owned(), secret: Secret::new(secret.to_owned()), token: None }
    }

    /// Ends it, its state written.
    pub(super) async fn close(self) -> Result<(), ConnectError> {
        self.running.shutdown().await.map_err(ConnectError::SandboxState)
    }
}
