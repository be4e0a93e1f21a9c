//! Hosts that operators removed: what is on them ends, whatever its group's state and however many hosts are silent.
//!
//! On a host that speaks the records are terminated like others, and keep their slots until their containers are dead.
//! On one that says nothing no job arrives: the records end at once, and their containers, should they return, are
//! orphans.

use std::borrow::Cow;
use std::collections::BTreeMap;

use domain::{Cause, Group, HostName, HostState, Instance, Intent, Phase};

use crate::counted::counted;
use crate::{Plan, World};

/// What becomes of a host's records.
#[derive(Default)]
struct Ends {
    terminated: usize,
    written_off: usize,
}

/// Ends what is on removed hosts; the group as that leaves it.
pub(crate) fn end<'a>(world: &World<'a>, plan: &mut Plan) -> Cow<'a, Group> {
    let mut group = Cow::Borrowed(world.group);
    let mut hosts: BTreeMap<&HostName, Ends> = BTreeMap::new();
    for instance in &world.group.instances {
        let Some(step) = step(world, instance) else {
            continue;
        };
        if group
            .to_mut()
            .intend(std::slice::from_ref(&step), None, world.now)
            .is_err()
        {
            continue;
        }
        let ends = hosts.entry(&instance.host).or_default();
        match step {
            Intent::WriteOff { .. } => ends.written_off += 1,
            _ => ends.terminated += 1,
        }
        plan.intents.push(step);
    }
    plan.reasons
        .extend(hosts.iter().flat_map(|(host, ends)| ends.told(host)));
    group
}

/// How a record on a removed host ends, if it does not yet.
fn step(world: &World<'_>, instance: &Instance) -> Option<Intent> {
    let view = world.ledger.view(&instance.host)?;
    if view.host.state != HostState::Removed {
        return None;
    }
    match instance.phase {
        Phase::Terminated { .. } => None,
        _ if view.lost => Some(Intent::WriteOff {
            instance: instance.id,
        }),
        Phase::Pending { .. } | Phase::InService { .. } => Some(Intent::Terminate {
            instance: instance.id,
            cause: Cause::HostRemoved,
        }),
        Phase::Terminating { .. } => None,
    }
}

impl Ends {
    fn told(&self, host: &HostName) -> impl Iterator<Item = String> {
        let parts = [
            (
                self.terminated,
                "instance there is terminated",
                "instances there are terminated",
            ),
            (
                self.written_off,
                "record there ends at once, for it says nothing",
                "records there end at once, for it says nothing",
            ),
        ];
        let told = parts.into_iter().filter(|(count, ..)| *count > 0);
        told.map(move |(count, one, other)| {
            format!("host {host} was removed: {}", counted(count, one, other))
        })
    }
}
