//! One decider: a lease in the store, judged on monotonic clocks alone.
//!
//! A challenger takes a lease over when its renewal counter stood still for one lease on the challenger's own
//! clock; a leader stops by itself when its last renewal began one lease ago. Neither compares wall clocks.

use std::time::Duration;

use domain::Epoch;
use store::{Lease, StoreError};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::{Deps, ManagerError};

/// Renewals tried within one lease.
const TRIES: u32 = 3;

/// The leadership, until the lease is lost.
pub(crate) struct Leadership {
    deps: Deps,
    lease: Lease,
    renewed: Instant,
}

/// Waits until this health manager may lead; `None` when told to stop before.
pub(crate) async fn acquire(
    deps: &Deps,
    shutdown: &CancellationToken,
) -> Result<Option<Leadership>, ManagerError> {
    let holder = deps.ids.fresh().to_string();
    tokio::select! {
        biased;
        () = shutdown.cancelled() => Ok(None),
        taken = challenge(deps, &holder) => taken.map(Some),
    }
}

async fn challenge(deps: &Deps, holder: &str) -> Result<Leadership, ManagerError> {
    let lease = deps.settings.leader_lease;
    let mut watched = (deps.store.lease().await?, Instant::now());
    loop {
        if is_free(deps, watched.0.as_ref()) || watched.1.elapsed() >= lease {
            let begun = Instant::now();
            let next = successor(watched.0.as_ref(), holder);
            match deps.store.replace_lease(&next, watched.0.as_ref()).await {
                Ok(()) => {
                    return Ok(Leadership {
                        deps: deps.clone(),
                        lease: next,
                        renewed: begun,
                    });
                }
                Err(StoreError::Conflict | StoreError::Unknown(_)) => {}
                Err(other) => return Err(other.into()),
            }
        } else {
            sleep(lease / TRIES).await;
        }
        let now = deps.store.lease().await?;
        if now != watched.0 {
            watched = (now, Instant::now());
        }
    }
}

/// Free to take at once: never taken, given back, or nobody else can hold it.
fn is_free(deps: &Deps, lease: Option<&Lease>) -> bool {
    deps.settings.exclusive || lease.is_none_or(|lease| lease.holder.is_empty())
}

fn successor(lease: Option<&Lease>, holder: &str) -> Lease {
    Lease {
        holder: holder.to_owned(),
        epoch: lease.map_or(Epoch(1), |lease| lease.epoch.next()),
        renewals: 0,
    }
}

impl Leadership {
    /// The epoch that every commit names.
    pub(crate) fn epoch(&self) -> Epoch {
        self.lease.epoch
    }

    /// Renews until the lease is lost.
    pub(crate) async fn keep(&mut self) -> ManagerError {
        if self.deps.settings.exclusive {
            return std::future::pending().await;
        }
        let lease = self.deps.settings.leader_lease;
        loop {
            let deadline = self.renewed + lease;
            // After a renewal that took long the next pause would outlast the lease.
            sleep_until(deadline.min(Instant::now() + lease / TRIES)).await;
            match timeout_at(deadline, self.renew()).await {
                Ok(Ok(())) => {}
                Ok(Err(StoreError::Conflict)) | Err(_) => return ManagerError::Deposed,
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the lease was not renewed");
                    if Instant::now() >= deadline {
                        return ManagerError::Deposed;
                    }
                }
            }
        }
    }

    async fn renew(&mut self) -> Result<(), StoreError> {
        let begun = Instant::now();
        let next = Lease {
            renewals: self.lease.renewals.saturating_add(1),
            ..self.lease.clone()
        };
        match self.deps.store.replace_lease(&next, Some(&self.lease)).await {
            Ok(()) => {}
            // The answer of this or an earlier renewal may have been lost: what is stored tells.
            Err(StoreError::Conflict | StoreError::Unknown(_)) => {
                let stored = self.deps.store.lease().await?;
                if stored.as_ref() != Some(&next) {
                    let ours = stored.as_ref() == Some(&self.lease);
                    return Err(if ours {
                        StoreError::Unknown("the renewal was not written".to_owned())
                    } else {
                        StoreError::Conflict
                    });
                }
            }
            Err(other) => return Err(other),
        }
        self.lease = next;
        self.renewed = begun;
        Ok(())
    }

    /// Gives the lease back, so that a successor need not wait; if that fails, it waits.
    pub(crate) async fn release(self) {
        if self.deps.settings.exclusive {
            return;
        }
        let free = Lease {
            holder: String::new(),
            ..self.lease.clone()
        };
        let given = self.deps.store.replace_lease(&free, Some(&self.lease));
        let within = tokio::time::timeout(Duration::from_secs(1), given).await;
        if !matches!(within, Ok(Ok(()))) {
            tracing::debug!("the lease was not given back; it runs out by itself");
        }
    }
}
