//! What every bus must do, told as stories. [`bus_conformance!`](crate::bus_conformance) runs them all:
//!
//! ```ignore
//! async fn make() -> bus::conformance::Rig { ... }
//! bus::bus_conformance!(make);
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod fixture;
mod progress;
mod queues;
mod redelivery;
mod topics;

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use crate::Bus;

pub use progress::a_job_in_progress_stays_in_its_hands;
pub use queues::{
    a_job_is_delivered_once, hosts_and_queues_are_apart, jobs_keep_their_order, jobs_wait_for_a_receiver,
    receivers_share_the_jobs, the_same_message_id_is_dropped, what_waits_for_a_forgotten_host_is_dropped,
};
pub use redelivery::{a_dropped_job_comes_again, a_retried_job_comes_after_its_delay};
pub use topics::{
    a_beacon_arrives_whole, a_slow_subscriber_is_told_and_goes_on, a_subscription_begins_when_it_is_made,
    messages_arrive_whole, messages_keep_their_order, the_bus_answers, who_subscribes_gets_every_nudge,
};

/// A bus under test. Each test gets one of its own, that no other test sends to.
pub struct Rig {
    /// The bus.
    pub bus: Arc<dyn Bus>,
    /// More messages than a subscription buffers.
    pub flood: u64,
    /// After how long a silent receiver's job is given to another; `None` where only a dropped one is.
    pub ack_wait: Option<Duration>,
    keep: Vec<Box<dyn Any + Send + Sync>>,
}

impl Rig {
    /// A bus whose subscriptions buffer less than `flood` messages.
    #[must_use]
    pub fn new(bus: Arc<dyn Bus>, flood: u64) -> Self {
        Self {
            bus,
            flood,
            ack_wait: None,
            keep: Vec::new(),
        }
    }

    /// Keeps something, a server for instance, as long as the test runs.
    #[must_use]
    pub fn keeping(mut self, what: impl Any + Send + Sync) -> Self {
        self.keep.push(Box::new(what));
        self
    }
}

/// Makes a test of each story for the bus that `async fn make() -> Rig`, or `Option<Rig>`, makes. A second argument replaces the test
/// attribute: `bus_conformance!(make, tokio::test(start_paused = true))`.
#[macro_export]
macro_rules! bus_conformance {
    ($make:path) => {
        $crate::bus_conformance!($make, tokio::test);
    };
    ($make:path, $attribute:meta) => {
        $crate::bus_conformance!(@each $make, $attribute,
            a_job_is_delivered_once
            jobs_wait_for_a_receiver
            jobs_keep_their_order
            receivers_share_the_jobs
            hosts_and_queues_are_apart
            the_same_message_id_is_dropped
            what_waits_for_a_forgotten_host_is_dropped
            a_dropped_job_comes_again
            a_retried_job_comes_after_its_delay
            a_job_in_progress_stays_in_its_hands
            who_subscribes_gets_every_nudge
            a_subscription_begins_when_it_is_made
            messages_arrive_whole
            messages_keep_their_order
            a_slow_subscriber_is_told_and_goes_on
            a_beacon_arrives_whole
            the_bus_answers
        );
    };
    // An attribute matched as one piece can be repeated only when it is handed on test by test.
    (@each $make:path, $attribute:meta, $($story:ident)*) => {
        $($crate::bus_conformance!(@one $make, $attribute, $story);)*
    };
    (@one $make:path, $attribute:meta, $story:ident) => {
        #[$attribute]
        async fn $story() {
            // A server that is not there was skipped with a line that says so.
            let made: Option<$crate::conformance::Rig> = $make().await.into();
            if let Some(rig) = made {
                $crate::conformance::$story(rig).await;
            }
        }
    };
}
