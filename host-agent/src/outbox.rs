//! The agent's one voice: stamps messages in order and notes when the bus does not take them.

use std::sync::Arc;

use bus::Bus;
use domain::{EngineId, FromHost, HostName, Incarnation, Message, Stamp};

/// Numbers and publishes.
pub(crate) struct Outbox {
    bus: Arc<dyn Bus>,
    stamp: Stamp,
    down: bool,
}

impl Outbox {
    pub(crate) fn new(bus: Arc<dyn Bus>, host: HostName, engine: EngineId, incarnation: Incarnation) -> Self {
        let stamp = Stamp {
            host,
            engine,
            incarnation,
            sequence: 0,
        };
        Self {
            bus,
            stamp,
            down: false,
        }
    }

    /// The number of the last message.
    pub(crate) fn sequence(&self) -> u64 {
        self.stamp.sequence
    }

    /// Publishes; true when the bus takes messages again after it did not: what was lost needs a full report.
    pub(crate) async fn tell(&mut self, body: FromHost) -> bool {
        self.stamp.sequence = self.stamp.sequence.saturating_add(1);
        let stamp = self.stamp.clone();
        let told = self.bus.publish(&Message::Host { stamp, body }).await;
        let was_down = std::mem::replace(&mut self.down, told.is_err());
        match told {
            Err(error) if !was_down => tracing::error!(%error, "the bus takes no messages; going on"),
            Ok(()) if was_down => tracing::info!("the bus takes messages again"),
            Ok(()) | Err(_) => {}
        }
        was_down && !self.down
    }
}
