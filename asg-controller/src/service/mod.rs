//! The operations behind the routes: what they check, what they store, whom they wake. No HTTP in here.

mod documents;
mod figures;
mod groups;
mod history;
mod hosts;
mod references;
mod replays;
mod schedules;
mod surroundings;

use std::sync::Arc;
use std::time::Duration;

use bus::Nudge;
use domain::GroupId;
use store::Store;
use tokio::sync::Semaphore;

pub(crate) use documents::shown;
pub(crate) use hosts::KnownHost;

use crate::auth::Access;
use crate::{Deps, Settings};

/// A nudge is a hint that the health manager's own scan makes up for: a bus that is away delays nobody longer.
const NUDGE_WITHIN: Duration = Duration::from_millis(250);

/// The service as one controller process offers it.
pub(crate) struct Service {
    /// Its surroundings.
    pub(crate) deps: Deps,
    /// Who may call.
    pub(crate) access: Access,
    /// Turns of replays.
    replays: Arc<Semaphore>,
}

impl Service {
    pub(crate) fn new(deps: Deps) -> Self {
        let access = Access::new(&deps);
        let replays = Arc::new(Semaphore::new(replays::AT_ONCE));
        Self {
            deps,
            access,
            replays,
        }
    }

    /// The same service under other settings.
    pub(crate) fn under(&self, settings: Settings) -> Self {
        let mut deps = self.deps.clone();
        deps.settings = Arc::new(settings);
        let access = Access::new(&deps);
        let replays = Arc::clone(&self.replays);
        Self {
            deps,
            access,
            replays,
        }
    }

    pub(crate) fn store(&self) -> &dyn Store {
        self.deps.store.as_ref()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.deps.settings
    }

    /// Wakes the health manager after a change of a group.
    async fn nudge(&self, group: GroupId) {
        self.wake(Nudge::Group(group)).await;
    }

    /// Wakes the health manager after a commit.
    async fn wake(&self, nudge: Nudge) {
        let sent = tokio::time::timeout(NUDGE_WITHIN, self.deps.bus.nudge(nudge)).await;
        match sent {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(?nudge, %error, "the health manager was not woken"),
            Err(_) => tracing::warn!(
                ?nudge,
                "the health manager was not woken: the bus does not answer"
            ),
        }
    }
}
