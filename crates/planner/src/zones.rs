//! Instances in zones that the group does not name any more ("strays") are replaced within its bounds.
//!
//! While there are free slots, replacements are launched first, and a stray goes when the group has its
//! desired capacity in service without it. When all slots are taken one stray goes first, and the next only
//! when the replacement is in service.

use domain::{Cause, Group, Intent};

use crate::census::{Census, size};
use crate::{Plan, scale_in};

/// Terminates strays that are not needed: those above what the group's own zones lack in service, and those
/// that would keep its capacity above max_size.
pub(crate) fn retire_replaced(group: &Group, census: &Census<'_>, plan: &mut Plan) {
    let lacking = census.wanted.saturating_sub(census.serving());
    let kept_in_zones = census.placed.len().min(census.wanted);
    let room = size(group.spec.max_size).saturating_sub(kept_in_zones);
    let surplus = census.strays.len().saturating_sub(lacking.min(room));
    retire(census, surplus, plan);
}

/// Terminates one stray so that its slot becomes free for a replacement, when nothing else will free one.
pub(crate) fn make_room(census: &Census<'_>, plan: &mut Plan) {
    let ends = |intent: &Intent| matches!(intent, Intent::Terminate { .. });
    if census.at_rest() && !plan.intents.iter().any(ends) {
        retire(census, 1, plan);
    }
}

fn retire(census: &Census<'_>, count: usize, plan: &mut Plan) {
    let doomed = scale_in::first_to_go(&census.strays, count);
    if doomed.is_empty() {
        return;
    }
    plan.reasons.push(format!(
        "terminating {} of {} instances in other zones: {}",
        doomed.len(),
        census.strays.len(),
        Cause::ZoneRemoved
    ));
    plan.terminate(doomed, &Cause::ZoneRemoved);
}
