//! Hands on the hosts, behind the service's back: containers killed, stopped, removed and started, and some that are
//! none of ours.

use std::collections::BTreeMap;

use domain::job::label;
use domain::{ContainerFacts, ContainerState, GroupId, Health, HostName, InstanceId};
use engine::simulated::SimulatedEngine;
use uuid::Uuid;

use super::super::check::{Checks, OURS, THEIRS};
use super::super::dice::Dice;
use super::super::setup::ZONES;
use super::super::world::{SimHost, World};

/// Containers of ours without a record that a host may have: of more, the service asks a person what to do.
const FEW: usize = 2;

/// Something done to a container, or with one; the number picks which.
#[derive(Clone, Copy, Debug)]
pub enum Hand {
    /// SIGKILL.
    Kill(u64),
    /// The kernel's, for its memory.
    Oom(u64),
    /// It ends by itself.
    Exit(u64),
    /// `docker rm -f`.
    Remove(u64),
    /// `docker start` of whatever does not run.
    Start(u64),
    /// Its health check fails from now on.
    Sicken(u64),
    /// A container without our labels.
    Foreign(u64),
    /// One of another installation.
    Theirs(u64),
    /// One with our labels and no record, in a group of ours.
    Orphan(u64),
    /// The same in a group that nobody knows.
    Stranger(u64),
}

impl Hand {
    /// Draws one.
    #[must_use]
    pub fn drawn(dice: &Dice) -> Self {
        let which = dice.number();
        match dice.among(0..14) {
            0..4 => Self::Kill(which),
            4 => Self::Oom(which),
            5 => Self::Exit(which),
            6..8 => Self::Remove(which),
            8 => Self::Start(which),
            9 => Self::Sicken(which),
            10 => Self::Foreign(which),
            11 => Self::Theirs(which),
            12 => Self::Orphan(which),
            _ => Self::Stranger(which),
        }
    }

    /// Does it.
    pub fn carry_out(self, world: &World) {
        match self {
            Self::Kill(which) => on(world, which, "is killed", runs, |engine, record| {
                engine.kill(record)
            }),
            Self::Oom(which) => on(world, which, "runs out of memory", runs, |engine, record| {
                engine.oom(record)
            }),
            Self::Exit(which) => on(world, which, "exits", runs, |engine, record| {
                engine.stop(record, 0)
            }),
            Self::Remove(which) => {
                let remove = |engine: &SimulatedEngine, record| {
                    world.checks.removed_by_hand(record);
                    engine.remove_by_hand(record)
                };
                on(world, which, "is removed", |_| true, remove);
            }
            Self::Start(which) => {
                let start = |engine: &SimulatedEngine, record| {
                    world.checks.by_hand(record);
                    engine.start_by_hand(record).is_ok()
                };
                on(world, which, "is started by hand", |facts| !runs(facts), start);
            }
            Self::Sicken(which) => on(world, which, "falls ill", runs, |engine, record| {
                engine.set_health(record, Health::Unhealthy);
                true
            }),
            Self::Foreign(which) => add(world, which, None),
            Self::Theirs(which) => add(world, which, Some((THEIRS.0, Uuid::from_u64_pair(3, which)))),
            Self::Orphan(which) => {
                let group = pick(&groups(&world.checks), which).map_or_else(Uuid::nil, |group| group.0);
                add(world, which, Some((OURS.0, group)));
            }
            Self::Stranger(which) => add(world, which, Some((OURS.0, Uuid::from_u64_pair(4, which)))),
        }
    }
}

fn runs(facts: &ContainerFacts) -> bool {
    matches!(facts.state, ContainerState::Running(_))
}

fn pick<T>(items: &[T], which: u64) -> Option<&T> {
    let count = u64::try_from(items.len()).unwrap_or(0);
    items.get(usize::try_from(which.checked_rem(count)?).ok()?)
}

fn groups(checks: &Checks) -> Vec<GroupId> {
    checks.state().groups.keys().copied().collect()
}

/// Does something to one of the containers that `suit`.
fn on(
    world: &World,
    which: u64,
    what: &str,
    suit: impl Fn(&ContainerFacts) -> bool,
    act: impl FnOnce(&SimulatedEngine, InstanceId) -> bool,
) {
    let all = world.checks.containers();
    let suiting: Vec<&(HostName, ContainerFacts)> = all.iter().filter(|(_, facts)| suit(facts)).collect();
    let Some((host, facts)) = pick(&suiting, which) else {
        return;
    };
    let Some(host) = world.hosts.iter().find(|there| there.name == *host) else {
        return;
    };
    let done = act(&host.engine, facts.record);
    world.trace.say("hand", || {
        format!("{} on {} {what}: {done}", facts.name, host.name)
    });
}

fn labels(host: &SimHost, owner: (Uuid, Uuid), which: u64) -> BTreeMap<String, String> {
    let zone = host.setup.zones.first().map_or(ZONES[0], |zone| zone.as_str());
    let labels = [
        (label::INSTALLATION, owner.0.to_string()),
        (label::GROUP, owner.1.to_string()),
        (label::RECORD, Uuid::from_u64_pair(2, which).to_string()),
        (label::ZONE, zone.to_owned()),
    ];
    labels.map(|(name, value)| (name.to_owned(), value)).into()
}

/// Runs a container with labels of an installation and a group, or with none.
fn add(world: &World, which: u64, owner: Option<(Uuid, Uuid)>) {
    let Some(host) = pick(&world.hosts, which) else {
        return;
    };
    let ours = owner.is_some_and(|(installation, _)| installation == OURS.0);
    if ours && unrecorded(world, &host.name) >= FEW {
        return;
    }
    world.checks.by_hand(InstanceId(Uuid::from_u64_pair(2, which)));
    let labels = owner.map(|owner| labels(host, owner, which)).unwrap_or_default();
    let name = format!("by-hand-{which:x}");
    world
        .trace
        .say("hand", || format!("runs {name} on {}: {labels:?}", host.name));
    if let Ok(id) = host.engine.add_foreign(&name, labels)
        && !ours
    {
        world.checks.foreign(&host.name, id);
    }
}

fn unrecorded(world: &World, host: &HostName) -> usize {
    let all = world.checks.containers();
    let state = world.checks.state();
    all.iter()
        .filter(|(on, facts)| on == host && state.by_hand.contains(&facts.record))
        .count()
}
