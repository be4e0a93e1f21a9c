//! Operators: they cordon, drain and remove hosts, as the REST service does it for them, and change their minds.

use std::sync::Arc;
use std::time::Duration;

use bus::{Bus, Nudge};
use domain::HostState;
use store::Store;
use tokio::time::sleep;

use super::super::dice::Dice;
use super::super::life::Life;
use super::super::setup::Setup;
use super::super::world::World;

/// How often an operator repeats what was not acknowledged.
const TRIES: u32 = 4;

/// What an operator says of the host of a number.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// The host.
    pub host: usize,
    /// Its part from now on.
    pub state: HostState,
}

impl Order {
    /// Draws one.
    #[must_use]
    pub fn drawn(dice: &Dice, setup: &Setup) -> Self {
        let host = dice.count(0..setup.hosts.len().max(1));
        // What is removed while it runs comes back with all it has, and of many containers without a record a person is
        // asked: a host of few places would then be full for ever.
        let roomy = setup.hosts.get(host).is_some_and(|host| host.is_unlimited());
        let state = match dice.among(0..10) {
            0..2 => HostState::Cordoned,
            2..6 => HostState::Draining,
            6..8 if roomy => HostState::Removed,
            _ => HostState::Active,
        };
        Self { host, state }
    }

    /// Gives it, until it is acknowledged.
    pub async fn carry_out(self, world: Arc<World>) {
        let Some(host) = world.hosts.get(self.host) else {
            return;
        };
        let life = Life::new("operator");
        let (store, bus) = (world.store_of(&life, false), world.bus_of(&life));
        for _ in 0..TRIES {
            let set = store.set_host_state(&host.name, self.state).await;
            world.trace.say("operator", || {
                format!("{} is {:?}: {set:?}", host.name, self.state)
            });
            // A hint: the next scan tells as well.
            let _ = bus.nudge(Nudge::Hosts).await;
            if set.is_ok() {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    }
}

/// When things are calm again some hosts go back to work, and others stay as they are.
pub async fn settle(world: &Arc<World>) {
    for host in 0..world.hosts.len() {
        if world.dice.chance(500) {
            let state = HostState::Active;
            Order { host, state }.carry_out(Arc::clone(world)).await;
        }
    }
}
