//! One life of a component, from its start to its crash. Each call to a store, a bus or an engine begins and ends
//! with a step, and every step is a place where the component can crash or stand still.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::ready;

use domain::Epoch;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

/// A life.
pub struct Life {
    /// Whose.
    pub name: String,
    crashed: CancellationToken,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    steps_left: Option<u32>,
    still_until: Option<Instant>,
    epoch: Option<Epoch>,
}

impl Life {
    /// A life that begins.
    #[must_use]
    pub fn new(name: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            crashed: CancellationToken::new(),
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends it now: nothing it begins from here on has any effect.
    pub fn crash(&self) {
        self.crashed.cancel();
    }

    /// Ends it at its `steps`-th step from now.
    pub fn crash_after(&self, steps: u32) {
        self.state().steps_left = Some(steps);
    }

    /// Lets it stand still until then, as a stopped process does: its timers run out meanwhile.
    pub fn hold_until(&self, until: Instant) {
        self.state().still_until = Some(until);
    }

    /// The epoch that it leads under, once it took the lease.
    #[must_use]
    pub fn epoch(&self) -> Option<Epoch> {
        self.state().epoch
    }

    /// Notes that it took the lease.
    pub fn leads(&self, epoch: Epoch) {
        self.state().epoch = Some(epoch);
    }

    /// Waits for its crash.
    pub async fn ended(&self) {
        self.crashed.cancelled().await;
    }

    /// A step boundary. Never returns in a life that is over.
    pub async fn step(&self) {
        while let Some(until) = self.still() {
            sleep_until(until).await;
        }
        if self.is_last() {
            self.crash();
        }
        if self.crashed.is_cancelled() {
            pending::<()>().await;
        }
    }

    /// Runs a component, and does not while it stands still.
    pub async fn live<T>(&self, component: impl Future<Output = T>) -> T {
        let mut component = pin!(component);
        let mut pause = pin!(sleep_until(Instant::now()));
        poll_fn(|context| {
            while let Some(until) = self.still() {
                pause.as_mut().reset(until);
                ready!(pause.as_mut().poll(context));
            }
            component.as_mut().poll(context)
        })
        .await
    }

    fn still(&self) -> Option<Instant> {
        self.state().still_until.filter(|until| *until > Instant::now())
    }

    fn is_last(&self) -> bool {
        let mut state = self.state();
        match &mut state.steps_left {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }
}
