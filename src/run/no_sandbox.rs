//! In the place of the sandbox, in a build without the emulator.

use std::{path::Path, sync::Arc};

use super::ConnectError;
use crate::{clock::Clock, credentials::Credentials, endpoint::Endpoint};

/// There is none.
pub(super) enum Sandbox {}

#[expect(clippy::unused_async, reason = "the real one waits")]
impl Sandbox {
    pub(super) async fn start(_: &Path, _: &Arc<dyn Clock>) -> Result<Self, ConnectError> {
        Err(ConnectError::NoSandbox)
    }

    pub(super) fn warning(&self) -> Option<&'static str> {
        match *self {}
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        match *self {}
    }

    pub(super) fn credentials(&self) -> Credentials {
        match *self {}
    }

    pub(super) async fn close(self) -> Result<(), ConnectError> {
        match self {}
    }
}
