//! Waiting for a condition, never for luck.

use std::time::{Duration, Instant};

/// How long anything may take that does not say otherwise: machines that run tests are busy.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// Between two looks at a condition that nobody announces.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Looks until `look` gives something, and gives that.
///
/// # Panics
/// When nothing came within `deadline`; `what` says what was waited for.
pub async fn within<T>(deadline: Duration, what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < deadline, "not within {deadline:?}: {what}");
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// As [`within`], for a look that tells why it found nothing; the last reason is told when time is up.
///
/// # Panics
/// When nothing came within `deadline`.
pub async fn told<T>(deadline: Duration, what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let begun = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(why) => assert!(
                begun.elapsed() < deadline,
                "not within {deadline:?}: {what}: {why}"
            ),
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
