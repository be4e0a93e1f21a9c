//! What is known of the connection, for those who wait on it.

use std::sync::Arc;

use async_nats::Event;
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct State {
    /// How often something may have been missed.
    pub(super) gaps: u64,
    /// Nobody is to wait any longer.
    pub(super) closed: bool,
    connected: bool,
}

/// The connection, watched.
#[derive(Clone, Debug)]
pub(super) struct Link(Arc<watch::Sender<State>>);

impl Link {
    pub(super) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(State::default())))
    }

    /// Takes an event of the client to account.
    pub(super) fn note(&self, event: &Event) {
        match event {
            Event::Connected => self.0.send_modify(|state| {
                state.gaps += u64::from(state.connected);
                state.connected = true;
            }),
            // Subscriptions are emptied by tasks of their own: this machine is very busy.
            Event::SlowConsumer(_) => self.0.send_modify(|state| state.gaps += 1),
            Event::Disconnected => tracing::warn!("the connection to the NATS server is lost; trying again"),
            other => tracing::info!(event = %other, "NATS"),
        }
    }

    pub(super) fn watch(&self) -> watch::Receiver<State> {
        self.0.subscribe()
    }

    pub(super) fn close(&self) {
        self.0.send_modify(|state| state.closed = true);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.0.borrow().closed
    }
}
