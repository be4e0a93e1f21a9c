//! Items that every subscriber gets, on core subjects.

use std::sync::Arc;

use async_nats::Subscriber as Source;
use async_trait::async_trait;
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::core::{Core, finite, told, unavailable};
use super::link::State;
use crate::{Received, Result, Subscription};

type Kept<T> = Received<Arc<T>>;

/// Subscribes, and returns when the server knows of it.
pub(super) async fn subscribe<T>(core: &Core, topic: &str) -> Result<Box<dyn Subscription<T>>>
where
    T: Clone + DeserializeOwned + Send + Sync + 'static,
{
    let link = core.link.watch();
    core.connected()?;
    let subscribing = core.client.subscribe(core.subject(topic));
    let source = finite(subscribing)
        .await?
        .map_err(|error| unavailable(told(&error)))?;
    core.round_trip().await?;
    let to = Sender::new(core.options.limits.behind.max(1));
    let from = to.subscribe();
    let pump = tokio::spawn(pump(source, to, link));
    Ok(Box::new(Subscriber {
        from,
        _pump: AbortOnDropHandle::new(pump),
    }))
}

/// Takes items from the client at once, whether anybody reads them or not: the client drops the newest where a reader
/// is slow, and tells nobody in particular.
async fn pump<T: DeserializeOwned>(
    mut source: Source,
    to: Sender<Kept<T>>,
    mut link: watch::Receiver<State>,
) {
    let mut gaps = link.borrow().gaps;
    loop {
        tokio::select! {
            biased;
            changed = link.changed() => {
                let state = *link.borrow_and_update();
                if changed.is_err() || state.closed {
                    return;
                }
                if state.gaps != gaps {
                    gaps = state.gaps;
                    let _ = to.send(Received::Lagged);
                }
            }
            message = source.next() => {
                let Some(message) = message else { return };
                match serde_json::from_slice(&message.payload) {
                    Ok(item) => drop(to.send(Received::Item(Arc::new(item)))),
                    // Of another version, perhaps.
                    Err(error) => tracing::warn!(subject = %message.subject, %error, "a message is not understood"),
                }
            }
        }
    }
}

struct Subscriber<T> {
    from: Receiver<Kept<T>>,
    _pump: AbortOnDropHandle<()>,
}

#[async_trait]
impl<T: Clone + Send + Sync + 'static> Subscription<T> for Subscriber<T> {
    async fn next(&mut self) -> Option<Received<T>> {
        match self.from.recv().await {
            Ok(Received::Item(item)) => Some(Received::Item(Arc::unwrap_or_clone(item))),
            Ok(Received::Lagged) | Err(RecvError::Lagged(_)) => Some(Received::Lagged),
            Err(RecvError::Closed) => None,
        }
    }
}
