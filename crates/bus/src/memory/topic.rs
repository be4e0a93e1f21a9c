//! Items that every subscriber gets.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::broadcast::{Receiver, Sender};

use super::closed;
use crate::{Received, Result, Subscription};

/// `None` once it is closed.
#[derive(Debug)]
pub(super) struct Topic<T>(Mutex<Option<Sender<Arc<T>>>>);

impl<T: Clone + Send + Sync + 'static> Topic<T> {
    /// A topic whose subscribers may fall behind by `most` items, rounded up to a power of two.
    pub(super) fn new(most: usize) -> Self {
        Self(Mutex::new(Some(Sender::new(most.max(1)))))
    }

    fn lock(&self) -> MutexGuard<'_, Option<Sender<Arc<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn publish(&self, item: T) -> Result<()> {
        let topic = self.lock();
        // Nobody listening is no error: items are hints.
        let _ = topic.as_ref().ok_or_else(closed)?.send(Arc::new(item));
        Ok(())
    }

    pub(super) fn subscribe(&self) -> Result<Box<dyn Subscription<T>>> {
        let receiver = self.lock().as_ref().ok_or_else(closed)?.subscribe();
        Ok(Box::new(Subscriber(receiver)))
    }

    pub(super) fn close(&self) {
        self.lock().take();
    }
}

struct Subscriber<T>(Receiver<Arc<T>>);

#[async_trait]
impl<T: Clone + Send + Sync + 'static> Subscription<T> for Subscriber<T> {
    async fn next(&mut self) -> Option<Received<T>> {
        match self.0.recv().await {
            Ok(item) => Some(Received::Item(Arc::unwrap_or_clone(item))),
            Err(RecvError::Lagged(_)) => Some(Received::Lagged),
            Err(RecvError::Closed) => None,
        }
    }
}
