//! The bodies of requests: how large one may be, and how long it may be silent.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::{Stream, stream};
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};

/// Why a body was not read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    /// It is larger than `0` bytes.
    #[error("the body is larger than {0} bytes")]
    TooLarge(usize),
    /// Nothing came for so long.
    #[error("the body was silent for {} ms", .0.as_millis())]
    Silent(Duration),
    /// The connection or its encoding broke.
    #[error("the body can't be read: {0}")]
    Broken(#[from] hyper::Error),
}

/// The body of a request that may have at most so many bytes, and be silent for at most so long.
pub(super) struct BoundedBody {
    body: Incoming,
    max_bytes: usize,
    left: usize,
    silence: Duration,
}

impl BoundedBody {
    pub(super) fn new(body: Incoming, max_bytes: usize, silence: Duration) -> Self {
        Self { body, max_bytes, left: max_bytes, silence }
    }

    /// The next piece of it.
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let too_large = BodyError::TooLarge(self.max_bytes);
        if usize::try_from(self.body.size_hint().lower()).map_or(true, |announced| announced > self.left) {
            return Err(too_large);
        }
        loop {
            let frame = tokio::time::timeout(self.silence, self.body.frame()).await;
            let Some(frame) = frame.map_err(|_| BodyError::Silent(self.silence))? else { return Ok(None) };
            // A frame without data has trailers, which nobody looks at.
            let Ok(data) = frame?.into_data() else { continue };
            self.left = self.left.checked_sub(data.len()).ok_or(too_large)?;
            return Ok(Some(data));
        }
    }

    /// The body piece by piece.
    pub(super) fn pieces(self) -> impl Stream<Item = Result<Bytes, BodyError>> + Send {
        stream::try_unfold(self, async |mut body| Ok(body.next().await?.map(|piece| (piece, body))))
    }

    /// The most bytes that can still come: what the client announced, or else the bound.
    pub(super) fn most(&self) -> usize {
        let announced = self.body.size_hint().upper().and_then(|bytes| usize::try_from(bytes).ok());
        announced.unwrap_or(usize::MAX).min(self.left)
    }

    /// The whole body.
    pub(super) async fn collect(mut self) -> Result<Bytes, BodyError> {
        let mut whole = BytesMut::new();
        while let Some(piece) = self.next().await? {
            whole.extend_from_slice(&piece);
        }
        Ok(whole.freeze())
    }
}
