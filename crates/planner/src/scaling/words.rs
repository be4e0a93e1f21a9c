//! Figures and changes in words.

use std::cmp::Ordering;
use std::time::Duration;

use domain::Policy;

/// What a policy measures, for example `AVG CPU over 60 s`.
pub(crate) fn metric(policy: &Policy) -> String {
    let (statistic, window) = (&policy.statistic, policy.sampling_window);
    format!("{statistic} {} over {window} s", policy.metric)
}

/// A figure to three places behind the point, without zeros at its end.
pub(crate) fn figure(value: f64) -> String {
    let places = format!("{value:.3}");
    places.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// How `to` differs from `from`: `2 more`, `1 fewer`, `no change`.
pub(crate) fn change(from: u32, to: u32) -> String {
    match to.cmp(&from) {
        Ordering::Greater => format!("{} more", to - from),
        Ordering::Less => format!("{} fewer", from - to),
        Ordering::Equal => "no change".to_owned(),
    }
}

/// A span in seconds.
pub(crate) fn seconds(span: Duration) -> String {
    format!("{} s", figure(span.as_secs_f64()))
}
