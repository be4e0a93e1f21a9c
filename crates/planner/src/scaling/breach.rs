//! Whether a threshold was breached for the whole of a policy's breach duration.

use std::time::Duration;

use domain::Policy;

use super::stage::Stage;
use super::words;

/// Closest looks back; an interval of nothing would never come to an end.
const CLOSEST: Duration = Duration::from_millis(100);

/// Whether a breach that the newest figure shows has lasted for the policy's breach duration. It looks back from now,
/// one figure after the other, and stops at the first that is not in breach: while the load is as it should be, that is
/// the newest, which the caller has seen already.
///
/// # Errors
/// Which figure says nothing, and why.
pub(crate) fn lasts(
    stage: &Stage<'_>,
    policy: &Policy,
    is_breach: impl Fn(f64) -> bool,
) -> Result<bool, String> {
    let whole = Duration::from_secs(policy.breach_duration.into());
    let interval = stage.scene.look.interval().max(CLOSEST);
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
