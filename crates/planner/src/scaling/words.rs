//! Figures and changes in words.

use std::cmp::Ordering;
use std::time::Duration;

use domain::Policy;
use domain::policy::{Adjustment, AdjustmentType, Comparison, Rule};

use super::stage::Stage;

/// What a policy measures, for example `AVG CPU over 60 s`, or forecasts.
pub(crate) fn metric(policy: &Policy) -> String {
    if let Rule::Predictive(rule) = &policy.rule {
        let ahead = rule.scheduling_buffer_time;
        return format!("forecast of {} for the next {ahead} s", policy.metric);
    }
    let (statistic, window) = (&policy.statistic, policy.sampling_window);
    format!("{statistic} {} over {window} s", policy.metric)
}

/// A figure to three places behind the point, without zeros at its end.
pub(crate) fn figure(value: f64) -> String {
    // Most figures of policies are whole, and a replay tells a million of them.
    if value.fract() == 0.0 && value.abs() < 1e15 {
        return (value as i64).to_string();
    }
    let places = format!("{value:.3}");
    match places.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        trimmed => trimmed.to_owned(),
    }
}

/// How `to` differs from `from`: `2 more`, `1 fewer`, `no change`.
pub(crate) fn change(from: u32, to: u32) -> String {
    match to.cmp(&from) {
        Ordering::Greater => format!("{} more", to - from),
        Ordering::Less => format!("{} fewer", from - to),
        Ordering::Equal => "no change".to_owned(),
    }
}

/// A span that is given or went by, in whole seconds.
pub(crate) fn seconds(span: Duration) -> String {
    format!("{} s", span.as_secs())
}

/// A span that is still to go by: rounded up, so that it is over after as many.
pub(crate) fn seconds_to_go(span: Duration) -> String {
    format!("{} s", span.as_millis().div_ceil(1_000))
}

/// `above 80`.
pub(crate) fn side(comparison: Comparison, threshold: f64) -> String {
    match comparison {
        Comparison::Above => format!("above {}", figure(threshold)),
        Comparison::Below => format!("below {}", figure(threshold)),
    }
}

/// An adjustment as it is told: `+30 %`, `-1`, `exactly 5`.
pub(crate) fn adjustment(adjustment: &Adjustment, figure: i32) -> String {
    match adjustment.adjustment_type {
        AdjustmentType::ChangeInCapacity => format!("{figure:+}"),
        AdjustmentType::ExactCapacity => format!("exactly {figure}"),
        AdjustmentType::PercentChangeInCapacity => match adjustment.min_adjustment_magnitude {
            0 => format!("{figure:+} %"),
            least => format!("{figure:+} %, at least {least}"),
        },
    }
}

/// That what warms up is counted already, where something is added or would be.
pub(crate) fn warming(stage: &Stage<'_>, capacity: u32) -> String {
    match stage.warming {
        0 => String::new(),
        _ if capacity < stage.current => String::new(),
        warming => format!(", {warming} warming up already"),
    }
}
