//! Who goes when a group has more than its desired capacity: from the fullest zone, the oldest first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::{Cause, Instance, InstanceId, Timestamp, ZoneName};

use crate::Plan;
use crate::census::{Census, is_serving};
use crate::counted::{counted, instances};

/// Who goes first: the oldest; among equals one that is not in service yet; then by id, so that no two are
/// equal.
type Order = (Timestamp, bool, InstanceId);

fn order(instance: &Instance) -> Order {
    (instance.created, is_serving(instance), instance.id)
}

/// Terminates capacity above what is wanted, in the zones that the group names.
pub(crate) fn shed_surplus(census: &Census<'_>, plan: &mut Plan) {
    let surplus = census.placed.len().saturating_sub(census.wanted);
    if surplus == 0 {
        return;
    }
    plan.terminate(choose(&census.placed, surplus), &Cause::ScaleIn);
    plan.reasons.push(format!(
        "terminating {surplus} of {}: {} wanted",
        instances(census.placed.len()),
        counted(census.wanted, "is", "are")
    ));
}

/// `count` instances that go first. Of zones that are equally full, the one with the oldest instance gives.
fn choose<'a>(from: &[&'a Instance], count: usize) -> Vec<&'a Instance> {
    let mut zones: BTreeMap<&ZoneName, Vec<&'a Instance>> = BTreeMap::new();
    for instance in from {
        zones.entry(&instance.zone).or_default().push(instance);
    }
    for of_zone in zones.values_mut() {
        of_zone.sort_by_key(|instance| Reverse(order(instance)));
    }
    let mut chosen = Vec::new();
    while chosen.len() < count {
        let fullness = |of_zone: &&mut Vec<&'a Instance>| {
            (of_zone.len(), of_zone.last().map(|oldest| Reverse(order(oldest))))
        };
        let fullest = zones.values_mut().max_by_key(fullness);
        match fullest.and_then(Vec::pop) {
            Some(oldest) => chosen.push(oldest),
            None => break,
        }
    }
    chosen
}

/// The `count` youngest launches.
pub(crate) fn last_to_come<'a>(from: &[&'a Instance], count: usize) -> Vec<&'a Instance> {
    let mut sorted = from.to_vec();
    sorted.sort_by_key(|instance| Reverse(order(instance)));
    sorted.truncate(count);
    sorted
}

/// The order of [`shed_surplus`], whatever the zones, those not in service yet first.
pub(crate) fn first_out(instance: &Instance) -> impl Ord + use<> {
    (is_serving(instance), order(instance))
}
