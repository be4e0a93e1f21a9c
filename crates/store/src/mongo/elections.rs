//! Calls that are tried again while a replica set has no primary.

use std::future::IntoFuture;
use std::time::Duration;

use mongodb::error::Error;
use tokio::time::{Instant, sleep, timeout_at};

use super::calls::Written;
use super::errors::{Meaning, unsure};
use crate::{Result, StoreError};

/// The first pause, which doubles from one to the next. The driver itself waits until it knows of a primary.
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// How a call ended at last.
pub(super) struct Ended<T> {
    /// The last answer.
    pub(super) answer: std::result::Result<T, Error>,
    /// Whether one before it may have happened.
    open: bool,
}

/// Makes a call as long as it ends with an error that `passes`, within `limit` altogether.
pub(super) async fn outlast<T, C>(
    limit: Duration,
    call: impl Fn() -> C,
    passes: fn(&Error) -> bool,
) -> Ended<T>
where
    C: IntoFuture<Output = std::result::Result<T, Error>>,
{
    let until = Instant::now() + limit;
    let (mut open, mut pause) = (false, FIRST_PAUSE);
    loop {
        let answer = timeout_at(until, call()).await;
        let answer = answer.unwrap_or_else(|_| Err(unsure(late(limit))));
        match &answer {
            Err(error) if passes(error) && Instant::now() + pause < until => {
                open |= matches!(Meaning::of(error), Meaning::Perhaps(_));
                tracing::debug!(%error, ?pause, "no primary takes a call; it is tried again");
            }
            Ok(_) | Err(_) => return Ended { answer, open },
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// What is said of a call that got no answer in its time.
pub(super) fn late(limit: Duration) -> String {
    format!("no answer in {} s", limit.as_secs())
}

impl<T> Ended<T> {
    /// How a change ended.
    pub(super) fn written(self) -> Result<Written<T>> {
        match self.answer.map_err(|error| Meaning::of(&error)) {
            Ok(done) => Ok(Written::Done(done)),
            Err(Meaning::Taken) => Ok(Written::Taken),
            Err(Meaning::Not(reason)) if !self.open => Err(StoreError::Unavailable(reason)),
            Err(Meaning::Not(reason) | Meaning::Perhaps(reason)) => Err(StoreError::Unknown(reason)),
        }
    }
}
