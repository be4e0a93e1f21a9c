//! Waiting until something is where it should be, and showing how far it is.

mod display;
mod drain;
mod group;
mod troubles;

use std::time::Duration;

use tokio::time::Instant;

pub use drain::Drain;
pub use group::{Goal, GroupMove};

use crate::messages::Failure;
use display::Display;

/// Between two looks.
const EVERY: Duration = Duration::from_millis(500);

/// How far it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    done: u64,
    of: u64,
    /// Not there yet, whatever the numbers say.
    unsure: bool,
}

impl Progress {
    /// How many of all instances do what the words say, for one instance and for more.
    fn told(&self, one: &str, more: &str) -> String {
        let words = match self.of {
            1 => one,
            _ => more,
        };
        format!("{} of {} {words}", self.done, self.of)
    }

    /// So many are left of those that are to go, of which the look before saw `most`.
    fn of_left(left: u64, most: u64) -> Self {
        let of = most.max(left);
        Self {
            done: of.saturating_sub(left),
            of,
            unsure: false,
        }
    }

    fn is_whole(&self) -> bool {
        !self.unsure && self.done >= self.of
    }
}

/// What is waited for.
pub trait Awaited {
    /// What moves.
    fn name(&self) -> &str;

    /// Looks how far it is; `last` is what the look before saw.
    ///
    /// # Errors
    /// [`Failure`] when that cannot be seen, or it will not get there any more.
    async fn look(&mut self, last: &Progress) -> Result<Progress, Failure>;

    /// What stands in its way and was not told yet.
    async fn troubles(&mut self) -> Vec<String>;

    /// A progress in words.
    fn describe(&self, progress: &Progress) -> String;

    /// The failure when time is up, as far as it got then.
    fn too_late(&self, how_far: String) -> Failure;
}

/// Waits `timeout` seconds, or without limit, and tells what stands in the way meanwhile. A service that is away for a
/// while is asked again.
///
/// # Errors
/// [`Failure::NotReached`] when time is up or it was moved elsewhere.
pub async fn until(mut awaited: impl Awaited, timeout: Option<u64>) -> Result<(), Failure> {
    let display = Display::new(awaited.name());
    let end = timeout.and_then(|seconds| Instant::now().checked_add(Duration::from_secs(seconds)));
    let mut last = Progress::default();
    loop {
        match awaited.look(&last).await {
            Ok(progress) => {
                display.show(&progress, &awaited.describe(&progress));
                if progress.is_whole() {
                    return Ok(());
                }
                last = progress;
            }
            Err(failure) if failure.may_pass() => display.note(&failure.to_string()),
            Err(failure) => return Err(failure),
        }
        for trouble in awaited.troubles().await {
            display.tell(&trouble);
        }
        if end.is_some_and(|end| Instant::now() >= end) {
            let seconds = timeout.unwrap_or_default();
            return Err(awaited.too_late(format!("{} after {seconds} s", awaited.describe(&last))));
        }
        tokio::time::sleep(EVERY).await;
    }
}
