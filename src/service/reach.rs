//! Whether an endpoint answers at all, and what time it has.

use std::time::Duration;

use reqwest::Method;
use tokio::time::Instant;

use crate::{letter::ScanObject, transport::SendError};

use super::{Client, ServiceError, answer};

/// The most that is read of an answer whose content doesn't matter.
const MAX_ANSWER: usize = 64 << 10;

/// What the answer to a request that asks for nothing tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The HTTP status, most likely of a refusal: nothing was asked for.
    pub status: u16,
    /// How far this machine's clock is ahead of the service's, in seconds (negative: behind), by
    /// the answer's `Date`.
    pub clock_skew: Option<i64>,
    /// From making the connection to the answer's last byte.
    pub took: Duration,
}

/// Why there is no answer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("no answer from {host}: {problem}")]
pub struct Unreachable {
    host: String,
    problem: String,
}

/// Why scans can't be uploaded.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NoUpload {
    /// The service gives no right to upload, or one for other files.
    #[error(transparent)]
    Refused(ServiceError),
    /// The host for scans doesn't answer.
    #[error(transparent)]
    Unreachable(Unreachable),
}

impl Client {
    /// Asks for the right to upload (`GetQualificationOssInfo`), whether its policy allows these
    /// scans with their lengths in bytes, and whether the host for scans answers. Uploads nothing.
    /// Returns the host.
    ///
    /// # Errors
    /// When there is no right, when no upload of a scan can meet the policy, or when the host
    /// doesn't answer.
    pub async fn reach_upload(&self, scans: &[(ScanObject, u64)]) -> Result<String, NoUpload> {
        let (right, _) = self.right(&|_| {}).await.map_err(NoUpload::Refused)?;
        for (object, length) in scans {
            right.forms(*object, *length).map_err(NoUpload::Refused)?;
        }
        let host = right.endpoint.authority();
        let request = right.transport.request(Method::GET, right.endpoint.url(""));
        match right.transport.send(request, MAX_ANSWER).await {
            // Any answer will do, and most likely it is a long or a refusing one.
            Ok(_) | Err(SendError::TooLarge { .. }) => Ok(host),
            Err(error) => Err(NoUpload::Unreachable(Unreachable { host, problem: error.problem() })),
        }
    }

    /// Sends a request with no operation and no credentials.
    pub async fn reach(&self) -> Result<Reached, Unreachable> {
        let (config, transport) = self.parts();
        let started = Instant::now();
        let request = transport.request(Method::GET, config.endpoint.url(""));
        let sent = transport.send(request, MAX_ANSWER).await;
        let unreachable = |problem| Unreachable { host: config.endpoint.authority(), problem };
        let head = sent.map_err(|error| unreachable(error.problem()))?.head;
        let skew = answer::date(&head).map(|theirs| config.clock.now().duration_since(theirs).as_secs());
        Ok(Reached { status: head.status, clock_skew: skew, took: started.elapsed() })
    }
}
