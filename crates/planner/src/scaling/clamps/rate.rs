//! Rate limits, as HPA's scaling policies have them.

use std::cmp::Ordering;
use std::time::Duration;

use domain::{ClampKind, Moved, Rate};

use super::Course;
use crate::scaling::stage::Stage;

pub(super) fn apply(stage: &Stage<'_>, course: &mut Course) {
    let scaling = &stage.scene.group.spec.scaling;
    let rate = match course.capacity.cmp(&stage.current) {
        Ordering::Greater => scaling.scale_out_rate,
        Ordering::Less => scaling.scale_in_rate,
        Ordering::Equal => None,
    };
    let Some(rate) = rate.filter(|rate| rate.instances.is_some() || rate.percent.is_some()) else {
        return;
    };
    let (group, now) = (stage.scene.group, stage.scene.now);
    let period = Duration::from_secs(rate.period.into());
    let current = i64::from(stage.current);
    let (to, start, moved) = if course.capacity > stage.current {
        let moved = group.pace.for_growth(period, now);
        let start = start(current, moved);
        let to = course.capacity.min(whole(highest(&rate, start).max(current)));
        (to, start, moved)
    } else {
        let moved = group.pace.for_shrinking(period, now);
        let start = start(current, moved);
        let to = course.capacity.max(whole(lowest(&rate, start).min(current)));
        (to, start, moved)
    };
    if course.clamp(ClampKind::Rate, to, || reason(&rate, start, moved))
        && let Some(past) = group.pace.next_past(period, now)
    {
        course.recheck_at(past);
    }
}

/// What there would have been when the period began, had nobody but policies changed anything since. It is less than
/// nothing where somebody took away what they had added, as then they may add no more for it.
fn start(current: i64, moved: Moved) -> i64 {
    let signed = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let without_added = current.saturating_sub(signed(moved.added));
    without_added.saturating_add(signed(moved.removed))
}

fn whole(capacity: i64) -> u32 {
    u32::try_from(capacity.max(0)).unwrap_or(u32::MAX)
}

/// The most that there may be. Per cent of nothing are one instance, or nothing could begin.
fn highest(rate: &Rate, start: i64) -> i64 {
    start.saturating_add(larger(rate, start.max(1)))
}

/// The least that must be left. What per cent remove is rounded up.
fn lowest(rate: &Rate, start: i64) -> i64 {
    start.saturating_sub(larger(rate, start))
}

/// The larger of both limits.
fn larger(rate: &Rate, start: i64) -> i64 {
    let instances = rate.instances.map(i64::from);
    let percent = rate.percent.map(|percent| {
        let hundredfold = start.max(0).unsigned_abs().saturating_mul(percent.into());
        i64::try_from(hundredfold.div_ceil(100)).unwrap_or(i64::MAX)
    });
    instances.max(percent).unwrap_or(i64::MAX)
}

fn reason(rate: &Rate, start: i64, moved: Moved) -> String {
    let instances = rate.instances.map(|count| match count {
        1 => "1 instance".to_owned(),
        count => format!("{count} instances"),
    });
    let percent = rate
        .percent
        .map(|percent| format!("{percent} % of {}", start.max(0)));
    let limits: Vec<String> = instances.into_iter().chain(percent).collect();
    let (limits, period) = (limits.join(" or "), rate.period);
    let moves = [("added", moved.added), ("removed", moved.removed)];
    let moves = moves.into_iter().filter(|(_, count)| *count > 0);
    let moves: Vec<String> = moves.map(|(did, count)| format!("{did} {count}")).collect();
    match moves.is_empty() {
        true => format!("at most {limits} within {period} s"),
        false => format!(
            "at most {limits} within {period} s, in which policies {}",
            moves.join(" and ")
        ),
    }
}
