use tokio_util::sync::CancellationToken;

/// The wish to stop, in two degrees: first nothing new is begun and what is under way is finished; then everything ends at once.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    soft: CancellationToken,
    hard: CancellationToken,
}

impl Shutdown {
    /// No wish to stop so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks to begin nothing new; asked a second time, to end at once.
    pub fn request(&self) {
        if self.soft.is_cancelled() {
            self.hard.cancel();
        } else {
            self.soft.cancel();
        }
    }

    /// Whether nothing new should be begun.
    pub fn is_requested(&self) -> bool {
        self.soft.is_cancelled()
    }

    /// Waits until nothing new should be begun.
    pub async fn requested(&self) {
        self.soft.cancelled().await;
    }

    /// Waits until everything should end at once.
    pub async fn demanded(&self) {
        self.hard.cancelled().await;
    }
}
