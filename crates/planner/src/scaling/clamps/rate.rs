//! Rate limits, as HPA's scaling policies have them.

use std::cmp::Ordering;
use std::time::Duration;

use domain::{ClampKind, Rate};

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
    let change = group.pace.first_within(period, now);
    let start = change.map_or(stage.current, |change| change.before);
    let to = if course.capacity > stage.current {
        course.capacity.min(highest(&rate, start).max(stage.current))
    } else {
        course.capacity.max(lowest(&rate, start).min(stage.current))
    };
    if course.clamp(ClampKind::Rate, to, || reason(&rate, start))
        && let Some(change) = change
    {
        course.recheck_at(change.at + period);
    }
}

/// The most that there may be. Per cent of nothing are one instance, or nothing could begin.
fn highest(rate: &Rate, start: u32) -> u32 {
    let by_instances = rate.instances.map(|instances| start.saturating_add(instances));
    let by_percent = rate.percent.map(|percent| {
        let more = (u64::from(start.max(1)) * u64::from(percent)).div_ceil(100);
        start.saturating_add(u32::try_from(more).unwrap_or(u32::MAX))
    });
    by_instances.max(by_percent).unwrap_or(u32::MAX)
}

/// The least that must be left. What per cent remove is rounded up.
fn lowest(rate: &Rate, start: u32) -> u32 {
    let by_instances = rate.instances.map(|instances| start.saturating_sub(instances));
    let by_percent = rate.percent.map(|percent| {
        let fewer = (u64::from(start) * u64::from(percent)).div_ceil(100);
        start.saturating_sub(u32::try_from(fewer).unwrap_or(u32::MAX))
    });
    let limits = [by_instances, by_percent];
    limits.into_iter().flatten().min().unwrap_or(0)
}

fn reason(rate: &Rate, start: u32) -> String {
    let instances = rate.instances.map(|count| match count {
        1 => "1 instance".to_owned(),
        count => format!("{count} instances"),
    });
    let percent = rate.percent.map(|percent| format!("{percent} %"));
    let limits: Vec<String> = instances.into_iter().chain(percent).collect();
    let (limits, period) = (limits.join(" or "), rate.period);
    format!("at most {limits} within {period} s, of {start} when they began")
}
