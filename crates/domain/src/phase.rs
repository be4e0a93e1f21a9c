//! The lifecycle of an instance: EC2's states, moved by one exhaustive match and only ever forward.
//!
//! Pending -> InService -> Terminating -> Terminated. States that come later (Pending:Wait, Terminating:Wait,
//! Standby, Warmed) are further variants here; every place that must treat them says so by not compiling.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Why an instance is terminated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// It did not come into service before its deadline.
    Stalled,
    /// The launch failed: the engine's or the container's reason.
    LaunchFailed(String),
    /// Its process ended.
    Died {
        /// The process's exit code, when the engine told it.
        exit_code: Option<i64>,
        /// The kernel killed it for its memory limit.
        oom: bool,
    },
    /// Its HEALTHCHECK failed.
    Unhealthy,
    /// The group has more than its desired capacity.
    ScaleIn,
    /// A user asked for it.
    Requested,
    /// The group was stopped or deleted.
    GroupStopped,
    /// The group no longer names its zone.
    ZoneRemoved,
    /// Its container vanished from the engine.
    Vanished,
    /// Its host was lost before it came into service.
    HostLost,
    /// A lost host returned, and its group has enough instances without this one.
    HostReturned,
    /// Its host is being drained.
    HostDrained,
    /// Its host was removed.
    HostRemoved,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stalled => f.write_str("not in service before its deadline"),
            Self::LaunchFailed(reason) => write!(f, "launch failed: {reason}"),
            Self::Died { oom: true, .. } => f.write_str("killed by the kernel: out of memory"),
            Self::Died {
                exit_code: Some(code),
                ..
            } => write!(f, "exited with code {code}"),
            Self::Died { exit_code: None, .. } => f.write_str("exited"),
            Self::Unhealthy => f.write_str("failed its health check"),
            Self::ScaleIn => f.write_str("more than the desired capacity"),
            Self::Requested => f.write_str("terminated by a user"),
            Self::GroupStopped => f.write_str("the group was stopped"),
            Self::ZoneRemoved => f.write_str("the group no longer uses its zone"),
            Self::Vanished => f.write_str("its container was removed by somebody else"),
            Self::HostLost => f.write_str("its host was lost before it came into service"),
            Self::HostReturned => f.write_str("a lost host returned, and the group has enough instances"),
            Self::HostDrained => f.write_str("its host is drained"),
            Self::HostRemoved => f.write_str("its host was removed"),
        }
    }
}

/// Whether the container of a terminating instance can still be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remains {
    /// It may run: the record keeps its slot.
    MayRun,
    /// The engine confirmed that it does not run; it waits to be removed.
    Dead,
}

/// Where an instance stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The intent is recorded; the container is not in service yet.
    Pending {
        /// Past it the launch counts as failed.
        deadline: Timestamp,
    },
    /// Running and, when the image has a HEALTHCHECK, healthy.
    InService {
        /// Since when.
        since: Timestamp,
    },
    /// To be stopped and removed.
    Terminating {
        /// Why.
        cause: Cause,
        /// Since when.
        since: Timestamp,
        /// Whether it may still run.
        remains: Remains,
    },
    /// No container exists and none can come; the record leaves its group in the same commit.
    Terminated {
        /// Why.
        cause: Cause,
    },
}

/// What happens to an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// It runs, and its health check (if any) passes.
    Ready,
    /// Its health check failed.
    Unhealthy,
    /// Its process ended; the container still exists.
    Died {
        /// Exit code, when known.
        exit_code: Option<i64>,
        /// Out of memory.
        oom: bool,
    },
    /// No container of it exists, nor comes any more.
    Gone,
    /// A worker gave the launch up.
    LaunchFailed(String),
    /// The service wants it gone.
    Cancel(Cause),
}

/// An event that the phase cannot take: a defect of the caller, reported, never a panic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} is impossible in {phase:?}")]
pub struct Illegal {
    /// The phase.
    pub phase: Phase,
    /// The event.
    pub event: Event,
}

/// The states that users of the contract see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// Launching.
    Starting,
    /// In service.
    Running,
    /// Terminating.
    Stopping,
    /// Dead, waiting to be removed.
    Down,
    /// Never came into service.
    Stalled,
}

impl Status {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 5] = [
        Self::Starting,
        Self::Running,
        Self::Stopping,
        Self::Down,
        Self::Stalled,
    ];

    /// As documents and logs say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Starting => "STARTING",
            Self::Running => "RUNNING",
            Self::Stopping => "STOPPING",
            Self::Down => "DOWN",
            Self::Stalled => "STALLED",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Phase {
    /// The phase after `event`. Events that say nothing new leave it as it is.
    ///
    /// # Errors
    /// [`Illegal`] when something happens to an instance that is terminated.
    pub fn on(self, event: Event, now: Timestamp) -> Result<Self, Illegal> {
        let ending = |cause, remains| Self::Terminating {
            cause,
            since: now,
            remains,
        };
        Ok(match (self, event) {
            (Self::Pending { .. }, Event::Ready) => Self::InService { since: now },
            (Self::Pending { .. }, Event::Died { exit_code, oom }) => ending(
                Cause::LaunchFailed(Cause::Died { exit_code, oom }.to_string()),
                Remains::Dead,
            ),
            (Self::Pending { .. }, Event::Unhealthy) => {
                ending(Cause::LaunchFailed(Cause::Unhealthy.to_string()), Remains::MayRun)
            }
            (Self::Pending { .. }, Event::LaunchFailed(reason)) => {
                ending(Cause::LaunchFailed(reason), Remains::MayRun)
            }
            (Self::InService { .. }, Event::Died { exit_code, oom }) => {
                ending(Cause::Died { exit_code, oom }, Remains::Dead)
            }
            (Self::InService { .. }, Event::Unhealthy) => ending(Cause::Unhealthy, Remains::MayRun),
            (Self::Pending { .. } | Self::InService { .. }, Event::Cancel(cause)) => {
                ending(cause, Remains::MayRun)
            }
            (phase @ Self::InService { .. }, Event::Ready | Event::LaunchFailed(_)) => phase,
            // Only a record that ended is searched for. This word is a late one of an earlier life: a container that
            // was taken up again keeps its record's id.
            (phase @ (Self::Pending { .. } | Self::InService { .. }), Event::Gone) => phase,
            (Self::Terminating { cause, .. }, Event::Gone) => Self::Terminated { cause },
            (Self::Terminating { cause, since, .. }, Event::Died { .. }) => Self::Terminating {
                cause,
                since,
                remains: Remains::Dead,
            },
            // Somebody started the dead container again: it takes part in the ceiling again.
            (Self::Terminating { cause, since, .. }, Event::Ready) => Self::Terminating {
                cause,
                since,
                remains: Remains::MayRun,
            },
            (
                phase @ Self::Terminating { .. },
                Event::Unhealthy | Event::LaunchFailed(_) | Event::Cancel(_),
            ) => phase,
            (phase @ Self::Terminated { .. }, Event::Gone) => phase,
            (phase @ Self::Terminated { .. }, event) => return Err(Illegal { phase, event }),
        })
    }

    /// Whether the container may be alive, or may yet come alive: then the record keeps its slot.
    #[must_use]
    pub fn occupies_slot(&self) -> bool {
        match self {
            Self::Pending { .. } | Self::InService { .. } => true,
            Self::Terminating { remains, .. } => *remains == Remains::MayRun,
            Self::Terminated { .. } => false,
        }
    }

    /// Whether it counts towards desired capacity. A launch past its deadline does not.
    #[must_use]
    pub fn is_capacity(&self, now: Timestamp) -> bool {
        match self {
            Self::Pending { deadline } => now < *deadline,
            Self::InService { .. } => true,
            Self::Terminating { .. } | Self::Terminated { .. } => false,
        }
    }

    /// As users of the contract see it.
    #[must_use]
    pub fn status(&self) -> Status {
        match self {
            Self::Pending { .. } => Status::Starting,
            Self::InService { .. } => Status::Running,
            Self::Terminating {
                cause: Cause::Stalled,
                ..
            } => Status::Stalled,
            Self::Terminating {
                remains: Remains::MayRun,
                ..
            } => Status::Stopping,
            Self::Terminating {
                remains: Remains::Dead,
                ..
            }
            | Self::Terminated { .. } => Status::Down,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_late_word_that_an_earlier_life_is_gone_ends_nobody() {
        let now = Timestamp::from_millis(5);
        let alive = [Phase::Pending { deadline: now }, Phase::InService { since: now }];
        for phase in alive {
            assert_eq!(phase.clone().on(Event::Gone, now).unwrap(), phase);
        }
        let ending = Phase::InService { since: now }
            .on(Event::Cancel(Cause::ScaleIn), now)
            .unwrap();
        let ended = Phase::Terminated {
            cause: Cause::ScaleIn,
        };
        assert_eq!(ending.on(Event::Gone, now).unwrap(), ended);
    }
}
