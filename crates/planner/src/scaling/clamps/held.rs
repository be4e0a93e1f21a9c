//! Reasons to leave a group as it is, whatever is wished.

use domain::{ClampKind, Process};

use super::Course;
use crate::scaling::stage::Stage;
use crate::schedule::utc;

pub(super) fn apply(stage: &Stage<'_>, course: &mut Course) {
    let would = format!("desired capacity would be {}", course.capacity);
    if stage.scene.group.is_suspended(Process::AlarmNotification) {
        let reason = || format!("AlarmNotification is suspended: {would}");
        course.clamp(ClampKind::Suspended, stage.current, reason);
    }
    let (until, now) = (stage.scene.group.paused_until, stage.scene.now);
    if let Some(until) = until.filter(|until| now < *until) {
        let reason = || format!("paused until {}: {would}", utc(until));
        if course.clamp(ClampKind::Schedule, stage.current, reason) {
            course.recheck_at(until);
        }
    }
    if stage.scene.frozen {
        let reason = || format!("more than half of the hosts are silent: {would}");
        course.clamp(ClampKind::Frozen, stage.current, reason);
    }
}
