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
};

/// Starts an emulator with an account of its own on an ephemeral loopback port, its letters in this folder: everything but
/// the service is real. Says what somebody should know who uses the state, too.
pub(super) async fn start(
    folder: &Path,
    clock: &Arc<dyn Clock>,
) -> Result<(Running, Option<&'static str>), ConnectError> {
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
    Ok((emulator.listen(&[SocketAddr::from((Ipv4Addr::LOCALHOST, 0))]).await?, warning))
}

/// The credentials that the sandbox takes.
pub(super) fn credentials() -> Credentials {
    let (id, secret) = AccessKey::DEFAULT;
    Credentials { access_key_id: id.to_owned(), secret: Secret::new(secret.to_owned()), token: None }
}
