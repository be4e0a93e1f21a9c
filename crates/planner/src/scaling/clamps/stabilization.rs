//! The stabilisation window: before anything is removed, the highest wish of late holds, as HPA has it.

use std::time::Duration;

use domain::policy::Rule;
use domain::{ClampKind, Policy, Scaling};

use super::Course;
use crate::scaling::stage::Stage;
use crate::scaling::words;

/// Times are kept in milliseconds: a wish has left the window one after its end.
const TICK: Duration = Duration::from_millis(1);

/// The group's window: its own, or HPA's where a target is tracked, which has no breach duration.
pub(super) fn window(stage: &Stage<'_>) -> Duration {
    let tracks = |policy: &&Policy| !policy.shadow && matches!(policy.rule, Rule::TargetTracking(_));
    let default = match stage.scene.policies.iter().any(tracks) {
        true => Scaling::STABILIZATION,
        false => 0,
    };
    let own = stage.scene.group.spec.scaling.scale_in_stabilization;
    Duration::from_secs(own.unwrap_or(default).into())
}

pub(super) fn apply(stage: &Stage<'_>, course: &mut Course) {
    let window = window(stage);
    if course.capacity >= stage.current || window.is_zero() {
        return;
    }
    let now = stage.scene.now;
    let Some((at, highest)) = stage.scene.memory.peak_since(now - window) else {
        return;
    };
    let to = highest.min(stage.current).max(course.capacity);
    let reason = || {
        let (window, ago) = (words::seconds(window), words::seconds(now.since(at)));
        format!("within the last {window} up to {highest} were wished for, {ago} ago at last")
    };
    if course.clamp(ClampKind::Stabilization, to, reason) {
        course.recheck_at(at + window + TICK);
    }
}
