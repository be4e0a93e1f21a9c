//! All chance of a schedule comes from here, so that a seed is a schedule.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of chance; clones draw from the same stream.
#[derive(Clone)]
pub struct Dice(Arc<Mutex<ChaCha8Rng>>);

impl Dice {
    /// The stream of a seed; one seed has several, so that drawing from one does not shift another.
    #[must_use]
    pub fn seeded(seed: u64, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        Self(Arc::new(Mutex::new(generator)))
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut ChaCha8Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Any number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.draw(|generator| generator.random())
    }

    /// Ten random bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 10] {
        self.draw(|generator| generator.random())
    }

    /// A number of the range, which must not be empty.
    #[must_use]
    pub fn among(&self, range: Range<u64>) -> u64 {
        self.draw(|generator| generator.random_range(range))
    }

    /// A small figure of the range.
    #[must_use]
    pub fn figure(&self, range: Range<u32>) -> u32 {
        self.draw(|generator| generator.random_range(range))
    }

    /// A count of the range.
    #[must_use]
    pub fn count(&self, range: Range<usize>) -> usize {
        self.draw(|generator| generator.random_range(range))
    }

    /// True that often in a thousand.
    #[must_use]
    pub fn chance(&self, per_mille: u32) -> bool {
        per_mille > 0 && self.figure(0..1000) < per_mille
    }

    /// A span in milliseconds of the range.
    #[must_use]
    pub fn millis(&self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.among(range))
    }

    /// One of the items; `None` when there are none.
    #[must_use]
    pub fn pick<'a, T>(&self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            return None;
        }
        items.get(self.count(0..items.len()))
    }
}
