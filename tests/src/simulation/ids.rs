//! Identifiers of a schedule: version 7 as in life, from the machine's clock and the seed.

use std::sync::Arc;

use domain::{Clock, Ids};
use uuid::{Builder, Uuid};

use super::clock::MachineClock;
use super::dice::Dice;

/// Where one machine's identifiers come from.
pub struct MachineIds {
    clock: Arc<MachineClock>,
    dice: Dice,
}

impl MachineIds {
    /// Identifiers that carry the clock's time.
    #[must_use]
    pub fn new(clock: Arc<MachineClock>, dice: Dice) -> Self {
        Self { clock, dice }
    }
}

impl Ids for MachineIds {
    fn fresh(&self) -> Uuid {
        let millis = u64::try_from(self.clock.now().millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &self.dice.bytes()).into_uuid()
    }
}
