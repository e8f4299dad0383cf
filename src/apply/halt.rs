use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the service refuses the caller: then no more letters are begun.
#[derive(Debug, Default)]
pub(super) struct Halt(AtomicBool);

impl Halt {
    /// Begins no more letters. Says whether this is the first to ask for it.
    pub(super) fn raise(&self) -> bool {
        !self.0.swap(true, Ordering::Relaxed)
    }

    pub(super) fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
