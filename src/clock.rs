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
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The day that it is in China, where letters are valid by the day.
#[must_use]
pub fn day_in_china(now: Timestamp) -> Date {
    offset(8).to_datetime(now).date()
}
