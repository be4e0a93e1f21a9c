//! What is done at given times while things go wrong: by users ([`wishes`]), by operators
//! ([`operators`]), by hands on the hosts ([`hands`]), and to the machinery ([`breakage`]). A new kind of trouble is one more variant there: its draw and what it does.

pub mod breakage;
pub mod hands;
pub mod operators;
pub mod users;
pub mod wishes;

use std::sync::Arc;
use std::time::Duration;

use domain::HostState;

use super::dice::Dice;
use super::setup::Setup;
use super::world::World;
use breakage::Breakage;
use hands::Hand;
use operators::Order;
use users::User;
use wishes::UserAction;

/// One thing that is done.
#[derive(Clone, Debug)]
pub enum Action {
    /// By a user.
    User(UserAction),
    /// By an operator.
    Order(Order),
    /// By somebody on a host.
    Hand(Hand),
    /// To the machinery.
    Break(Breakage),
}

/// What is done, and when after the beginning; in order.
#[must_use]
pub fn drawn(dice: &Dice, setup: &Setup) -> Vec<(Duration, Action)> {
    let mut actions: Vec<(Duration, Action)> = Vec::new();
    for group in 0..setup.groups {
        let at = dice.millis(0..5_000);
        actions.push((at, Action::User(UserAction::create(dice, group))));
        if dice.chance(900) {
            actions.push((at + dice.millis(1..8_000), Action::User(UserAction::Start(group))));
        }
    }
    let trouble = u64::try_from(setup.trouble.as_millis()).unwrap_or(u64::MAX);
    for _ in 0..dice.count(3..30) {
        let action = match dice.among(0..12) {
            0..4 => Action::User(UserAction::drawn(dice, setup.groups)),
            4..7 => Action::Hand(Hand::drawn(dice)),
            7..9 => Action::Order(Order::drawn(dice, setup)),
            _ => Action::Break(Breakage::drawn(dice, setup)),
        };
        actions.push((dice.millis(2_000..trouble.max(2_001)), action));
    }
    if let Some((host, at, dies)) = setup.gone {
        actions.push((at, Action::Break(Breakage::HostLost(host, None, dies))));
        if dice.chance(500) {
            let state = HostState::Removed;
            let later = dice.millis(0..trouble.max(1));
            actions.push((at + later, Action::Order(Order { host, state })));
        }
    }
    actions.sort_by_key(|(at, _)| *at);
    actions
}

impl Action {
    /// Does it. What takes time goes on in the background.
    pub async fn carry_out(self, world: &Arc<World>) {
        match self {
            // A user who waits for an answer holds nobody else up.
            Self::User(action) => {
                let user = User::of(world);
                world.background(async move { user.act(action).await });
            }
            Self::Order(order) => world.background(order.carry_out(Arc::clone(world))),
            Self::Hand(hand) => hand.carry_out(world),
            Self::Break(breakage) => breakage.carry_out(world).await,
        }
    }
}
