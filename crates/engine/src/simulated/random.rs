//! A small seeded generator (SplitMix64): the same seed, the same schedule, on every machine and version.

use std::ops::Range;
use std::time::Duration;

/// The generator.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A whole number of milliseconds in the range; its start when it is empty.
    pub(super) fn within(&mut self, range: &Range<Duration>) -> Duration {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let (low, high) = (millis(range.start), millis(range.end));
        let span = high.saturating_sub(low).max(1);
        Duration::from_millis(low + self.next() % span)
    }

    /// True that often in a thousand.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.next() % 1000 < u64::from(per_mille)
    }
}
