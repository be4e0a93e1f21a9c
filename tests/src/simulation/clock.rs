//! Wall clocks of machines: the paused clock's time, each with its own error, which may jump.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::{Clock, Timestamp};
use tokio::time::Instant;

/// When every schedule begins, by a clock that is right.
const BEGIN: Timestamp = Timestamp::from_millis(1_780_000_000_000);

/// One machine's wall clock.
pub struct MachineClock {
    begun: Instant,
    error: AtomicI64,
}

impl MachineClock {
    /// A clock that is ahead by `error` milliseconds.
    #[must_use]
    pub fn new(error: i64) -> Self {
        Self {
            begun: Instant::now(),
            error: AtomicI64::new(error),
        }
    }

    /// Sets it forward by so many milliseconds, or back.
    pub fn jump(&self, by: i64) {
        self.error.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        let right = BEGIN + self.begun.elapsed();
        let error = self.error.load(Ordering::Relaxed);
        let span = Duration::from_millis(error.unsigned_abs());
        if error < 0 { right - span } else { right + span }
    }
}
