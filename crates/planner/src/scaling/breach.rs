//! Whether a threshold was breached for the whole of a policy's breach duration.

use std::time::Duration;

use domain::policy::Comparison;

use super::wish::Question;
use super::words;

/// Closest looks back; an interval of nothing would never come to an end.
const CLOSEST: Duration = Duration::from_millis(100);
/// Looks within a sampling window, of which neighbours share all but a twelfth of what was measured. CloudWatch looks once a
/// period, which is such a window.
const LOOKS: u32 = 12;

/// What is known of a breach, each in words.
pub(crate) enum Breach {
    /// There is none, or it has not lasted.
    Not(String),
    /// There is one, but nothing can follow: the group is at min_size.
    AtMinimum(String),
    /// It has lasted for the whole breach duration.
    Whole(String),
}

/// Whether a policy that would go to `capacity` is in breach for the whole of its breach duration.
///
/// It looks back from now, one figure after the other, and stops at the first that is not in breach: while the load is
/// as it should be, that is the newest, which the caller has seen already. Where a group is at min_size and would remove
/// it does not look back: idle groups are many, and nothing can follow.
///
/// # Errors
/// Which figure says nothing, and why.
pub(crate) fn of(
    question: &Question<'_>,
    threshold: f64,
    comparison: Comparison,
    capacity: u32,
) -> Result<Breach, String> {
    let is_breach = |value: f64| match comparison {
        Comparison::Above => value > threshold,
        Comparison::Below => value < threshold,
    };
    let (is, side) = (question.is(), words::side(comparison, threshold));
    if !is_breach(question.seen.value) {
        return Ok(Breach::Not(format!("{is}, not {side}")));
    }
    let least = question.stage.scene.group.spec.min_size;
    if capacity <= least && question.stage.current <= least {
        return Ok(Breach::AtMinimum(format!(
            "{is}, {side}, at min_size {least} already"
        )));
    }
    let lasts = lasts(question, is_breach).map_err(|why| format!("{is}, {side}, but {why}"))?;
    Ok(match (lasts, question.policy.breach_duration) {
        (true, 0) => Breach::Whole(format!("{is}, {side}")),
        (true, whole) => Breach::Whole(format!("{is}, {side} for {whole} s")),
        (false, whole) => Breach::Not(format!("{is}, {side}, but not for {whole} s yet")),
    })
}

fn lasts(question: &Question<'_>, is_breach: impl Fn(f64) -> bool) -> Result<bool, String> {
    let (stage, policy) = (question.stage, question.policy);
    let whole = Duration::from_secs(policy.breach_duration.into());
    let window = Duration::from_secs(policy.sampling_window.into());
    let interval = stage.scene.look.interval().max(window / LOOKS).max(CLOSEST);
    let mut ago = Duration::ZERO;
    while ago < whole {
        ago = (ago + interval).min(whole);
        match stage.look(policy, stage.scene.now - ago) {
            Ok(seen) if is_breach(seen.value) => {}
            Ok(_) => return Ok(false),
            Err(why) => return Err(format!("{} ago: {why}", words::seconds(ago))),
        }
    }
    Ok(true)
}
