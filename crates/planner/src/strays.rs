//! Instances in zones that the group does not name any more, or on hosts that are drained ("strays"), are replaced
//! within its bounds.
//!
//! While there are free slots, replacements are launched first, and a stray goes when the group has its
//! desired capacity in service without it. When all slots are taken one stray goes first, and the next only
//! when the replacement is in service. Nobody goes from a drained host that is silent: no job would arrive, and if it
//! stays silent it is lost.

use std::collections::BTreeMap;

use domain::{Cause, Group, HostName, Instance, Intent, Process};

use crate::census::{Census, size};
use crate::counted::instances;
use crate::{Plan, World, scale_in};

/// An instance that counts as capacity, and is to be replaced.
#[derive(Clone, Copy)]
pub(crate) struct Stray<'a> {
    pub(crate) instance: &'a Instance,
    pub(crate) why: Why,
    drained: bool,
    /// Its host is drained, and silent.
    waits: bool,
}

/// Why an instance is to be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The group does not name its zone any more.
    Zone,
    /// Its host is drained.
    Host,
}

impl Why {
    const ALL: [Self; 2] = [Self::Zone, Self::Host];

    fn cause(self) -> Cause {
        match self {
            Self::Zone => Cause::ZoneRemoved,
            Self::Host => Cause::HostDrained,
        }
    }

    /// Where those are.
    fn place(self) -> &'static str {
        match self {
            Self::Zone => "in other zones",
            Self::Host => "on drained hosts",
        }
    }
}

impl<'a> Stray<'a> {
    /// The instance as a stray, if it is one.
    pub(crate) fn of(world: &World<'a>, instance: &'a Instance) -> Option<Self> {
        let rebalances = !world.group.is_suspended(Process::AzRebalance);
        let zone_left = rebalances && is_elsewhere(world.group, instance);
        let drained = world.ledger.is_drained(&instance.host);
        let why = match (zone_left, drained) {
            (false, false) => return None,
            (true, _) => Why::Zone,
            (false, true) => Why::Host,
        };
        let silent = world.ledger.view(&instance.host).is_some_and(|view| view.silent);
        Some(Self {
            instance,
            why,
            drained,
            waits: drained && silent,
        })
    }

    /// Why a launch replaces it, for its activity.
    pub(crate) fn reason(&self) -> String {
        match self.why {
            Why::Zone => "replaces an instance in a zone that the group no longer uses".to_owned(),
            Why::Host => format!(
                "replaces an instance on host {}, which is drained",
                self.instance.host
            ),
        }
    }
}

/// Whether an instance is in a zone that the group does not name.
pub(crate) fn is_elsewhere(group: &Group, instance: &Instance) -> bool {
    !group.spec.availability_zones.contains(&instance.zone)
}

/// Terminates strays that are not needed: those above what the group lacks in service where it wants it, and
/// those that would keep its capacity above max_size.
pub(crate) fn retire_replaced(group: &Group, census: &Census<'_>, plan: &mut Plan) {
    let lacking = census.wanted.saturating_sub(census.serving());
    let kept = census.placed.len().min(census.wanted);
    let room = size(group.spec.max_size).saturating_sub(kept);
    let (waiting, movable): (Vec<Stray<'_>>, Vec<Stray<'_>>) =
        census.strays.iter().partition(|stray| stray.waits);
    let stay = lacking.min(room).min(movable.len());
    let mut doomed = first_to_go(&movable, movable.len() - stay);
    // The ceiling holds for those as well that no job reaches now.
    let above = (waiting.len() + stay).saturating_sub(room);
    doomed.extend(first_to_go(&waiting, above));
    retire(census, &doomed, plan);
}

/// Terminates one stray so that its slot becomes free for a replacement, when nothing else will free one.
pub(crate) fn make_room(census: &Census<'_>, plan: &mut Plan) {
    let ends = |intent: &Intent| matches!(intent, Intent::Terminate { .. });
    if census.keeps_all || !census.at_rest() || plan.intents.iter().any(ends) {
        return;
    }
    let movable: Vec<Stray<'_>> = census
        .strays
        .iter()
        .filter(|stray| !stray.waits)
        .copied()
        .collect();
    retire(census, &first_to_go(&movable, 1), plan);
    if movable.is_empty() {
        for (host, count) in on_drained(census) {
            let waits = waits(count, host);
            plan.reasons.push(format!("{waits}: it is silent"));
        }
    }
}

/// Says of drained hosts, by name, that they stay as they are for now: who drains one waits for it.
pub(crate) fn tell_who_waits(census: &Census<'_>, plan: &mut Plan) {
    for (host, count) in on_drained(census) {
        let waits = waits(count, host);
        plan.reasons
            .push(format!("{waits} until other hosts take replacements"));
    }
}

fn waits(count: usize, host: &HostName) -> String {
    match count {
        1 => format!("1 instance on drained host {host} waits"),
        count => format!("{count} instances on drained host {host} wait"),
    }
}

/// How many are on each drained host.
fn on_drained<'a>(census: &Census<'a>) -> BTreeMap<&'a HostName, usize> {
    let mut hosts = BTreeMap::new();
    for stray in census.strays.iter().filter(|stray| stray.drained) {
        *hosts.entry(&stray.instance.host).or_default() += 1;
    }
    hosts
}

/// `count` strays that go first, in the order of scale-in.
pub(crate) fn first_to_go<'a>(from: &[Stray<'a>], count: usize) -> Vec<Stray<'a>> {
    let mut sorted = from.to_vec();
    sorted.sort_by_key(|stray| scale_in::first_out(stray.instance));
    sorted.truncate(count);
    sorted
}

fn retire(census: &Census<'_>, doomed: &[Stray<'_>], plan: &mut Plan) {
    for why in Why::ALL {
        let of = |strays: &[Stray<'_>]| strays.iter().filter(|stray| stray.why == why).count();
        let count = of(doomed);
        if count == 0 {
            continue;
        }
        plan.reasons.push(format!(
            "terminating {count} of {} {}: {}",
            instances(of(&census.strays)),
            why.place(),
            why.cause()
        ));
        let doomed = doomed.iter().filter(|stray| stray.why == why);
        plan.terminate(doomed.map(|stray| stray.instance), &why.cause());
    }
}
