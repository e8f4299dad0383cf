//! Uploads over slow lines: what is limited is how long nothing moves, not how long it takes.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use futures::stream;
use reqwest::Body;
use tokio::time::{Instant, sleep_until};

/// How much of a body is handed to the connection at once.
const CHUNK: usize = 16 << 10;

/// The slowest line on which what the system holds back of a body still arrives in time, in bytes a
/// second: 1 Mbit/s.
const SLOWEST: u32 = 125_000;

/// The most that a system holds back of a body, in bytes. When it has left this machine can't be
/// seen.
const MOST_HELD_BACK: usize = 4 << 20;

/// How far a body has got.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    total: usize,
    sent: usize,
    moved: Instant,
}

/// Nothing moved for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Silence {
    lasted: Duration,
    sent: usize,
    total: usize,
}

impl Progress {
    /// A body of these bytes, and how far it has got. The first byte has as long as any other.
    pub(crate) fn of(bytes: Bytes) -> (Body, Self) {
        let progress = Self(Arc::new(Mutex::new(State { total: bytes.len(), sent: 0, moved: Instant::now() })));
        let of_body = progress.clone();
        let chunks = stream::iter((0..bytes.len()).step_by(CHUNK).map(move |start| {
            let chunk = bytes.slice(start..bytes.len().min(start + CHUNK));
            of_body.sent(chunk.len());
            Ok::<_, std::convert::Infallible>(chunk)
        }));
        (Body::wrap_stream(chunks), progress)
    }

    pub(super) fn sent(&self, count: usize) {
        let mut state = self.lock();
        state.sent += count;
        state.moved = Instant::now();
    }

    /// Ends once nothing has moved for `limit`, and for as long as the system may need to send what
    /// it holds back.
    pub(super) async fn silence(&self, limit: Duration) -> Silence {
        loop {
            let (moved, lasted, sent, total) = {
                let state = self.lock();
                let held_back = u32::try_from(state.sent.min(MOST_HELD_BACK)).unwrap_or(u32::MAX);
                let patience = Duration::from_secs_f64(f64::from(held_back) / f64::from(SLOWEST));
                (state.moved, limit + patience, state.sent, state.total)
            };
            if moved.elapsed() >= lasted {
                return Silence { lasted, sent, total };
            }
            sleep_until(moved + lasted).await;
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { lasted, sent, total } = self;
        write!(f, "no progress for {} s, after {sent} of {total} bytes", lasted.as_secs_f64().round())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn a_body_that_moves_may_take_any_time() {
        let (_body, progress) = Progress::of(Bytes::from(vec![0; 100]));
        let began = Instant::now();
        let silence = progress.silence(LIMIT);
        let moving = async {
            for _ in 0..100 {
                tokio::time::sleep(Duration::from_secs(29)).await;
                progress.sent(1);
            }
            std::future::pending::<()>().await;
        };
        let silence = tokio::select! { silence = silence => silence, () = moving => unreachable!() };
        assert!(began.elapsed() >= 90 * LIMIT, "{:?}", began.elapsed());
        assert_eq!(silence.to_string(), "no progress for 30 s, after 100 of 100 bytes");
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_moves_ends_at_the_limit() {
        let (_body, progress) = Progress::of(Bytes::from(vec![0; 5_000_000]));
        let began = Instant::now();
        assert_eq!(progress.silence(LIMIT).await.to_string(), "no progress for 30 s, after 0 of 5000000 bytes");
        assert_eq!(began.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_system_holds_back_has_time_to_leave_at_1_mbit_a_second() {
        let (_body, progress) = Progress::of(Bytes::from(vec![0; 5_000_000]));
        progress.sent(2_500_000);
        let began = Instant::now();
        progress.silence(LIMIT).await;
        assert_eq!(began.elapsed().as_secs(), 50);
    }
}
