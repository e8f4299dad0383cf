//! The time, passed in: whatever needs to know what time it is takes a [`Clock`].

use jiff::{Timestamp, civil::Date, tz::offset};

/// Tells what time it is.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everything else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A clock that started at a time of somebody's choosing and runs on from there: for rehearsals and
/// tests.
#[derive(Debug, Clone, Copy)]
pub struct ShiftedClock {
    start: Timestamp,
    began: std::time::Instant,
}

impl ShiftedClock {
    /// A clock on which it is `start` now.
    #[expect(clippy::disallowed_methods, reason = "it runs on by the machine's own clock")]
    pub fn starting_at(start: Timestamp) -> Self {
        Self { start, began: std::time::Instant::now() }
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        self.start
            .saturating_add(jiff::SignedDuration::try_from(self.began.elapsed()).unwrap_or_default())
            .unwrap_or(self.start)
    }
}

/// The day that it is in China, where letters are valid by the day.
pub fn day_in_china(now: Timestamp) -> Date {
    offset(8).to_datetime(now).date()
}
