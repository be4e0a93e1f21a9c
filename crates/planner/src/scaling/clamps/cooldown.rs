//! Cooldowns: the group's, and those that simple policies have of their own. And after any change nothing is removed before
//! what is measured is of the present capacity alone.

use std::cmp::Ordering;
use std::time::Duration;

use domain::{ClampKind, Group};

use super::Course;
use crate::scaling::combine::Together;
use crate::scaling::stage::Stage;
use crate::scaling::wish::Said;
use crate::scaling::words;
use crate::{Direction, cooldown_over};

pub(super) fn apply(stage: &Stage<'_>, said: &[Said], together: &Together, course: &mut Course) {
    for (clamp, until) in said.iter().filter_map(|said| said.held.as_ref()) {
        course.clamps.push(clamp.clone());
        if let Some(until) = until {
            course.recheck_at(*until);
        }
    }
    let direction = match course.capacity.cmp(&stage.current) {
        Ordering::Greater => Direction::Out,
        Ordering::Less => Direction::In,
        Ordering::Equal => return,
    };
    let (group, now) = (stage.scene.group, stage.scene.now);
    // A cooldown of a policy's own replaces the group's, and is over when the policy wishes for something.
    if !together.own_cooldown && !cooldown_over(group, direction, now) {
        cool(stage, direction, course);
    }
    if course.capacity < stage.current {
        unmix(stage, course);
    }
}

fn cool(stage: &Stage<'_>, direction: Direction, course: &mut Course) {
    let (group, now) = (stage.scene.group, stage.scene.now);
    let (name, cooldown) = of(group, direction);
    let Some(change) = group.last_scale_out.max(group.last_scale_in) else {
        return;
    };
    let reason = || {
        let ago = words::seconds(now.since(change));
        format!(
            "the last change was {ago} ago, less than the {name} of {}",
            words::seconds(cooldown)
        )
    };
    if course.clamp(ClampKind::Cooldown, stage.current, reason) {
        course.recheck_at(change + cooldown);
    }
}

/// Holds what would be removed while a sampling window reaches back before the last change: its figures are of two
/// capacities, and what fewer instances would bear cannot be told from them. A steady load would drive the group up and
/// down for ever.
fn unmix(stage: &Stage<'_>, course: &mut Course) {
    let (group, now) = (stage.scene.group, stage.scene.now);
    let sampled = stage
        .scene
        .policies
        .iter()
        .filter(|p| !p.shadow && p.is_sampled());
    let window = sampled.map(|policy| policy.sampling_window).max().unwrap_or(0);
    let window = Duration::from_secs(window.into());
    let changes = [group.last_scale_out, group.last_scale_in].into_iter().flatten();
    let Some(change) = changes.filter(|change| change.is_recent(window, now)).max() else {
        return;
    };
    let reason = || {
        let (ago, window) = (words::seconds(now.since(change)), words::seconds(window));
        format!("the last change was {ago} ago, within the sampling window of {window}")
    };
    if course.clamp(ClampKind::Cooldown, stage.current, reason) {
        course.recheck_at(change + window);
    }
}

fn of(group: &Group, direction: Direction) -> (&'static str, Duration) {
    let (name, seconds) = match direction {
        Direction::Out => ("scale_out_cooldown", group.spec.scale_out_cooldown),
        Direction::In => ("scale_in_cooldown", group.spec.scale_in_cooldown),
    };
    (name, Duration::from_secs(seconds.into()))
}
