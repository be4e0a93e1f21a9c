//! A newtype per kind of identifier, so that no two kinds can be confused.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Timestamp;

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// A group's own identity, which outlives its name: a deleted group's name can be taken at once.
    GroupId;
    /// An instance record; shown to users as `guid`.
    InstanceId;
    /// One commit on a group, kept so that a write whose answer was lost can be looked up.
    CommitId;
    /// An entry of a group's scaling history.
    ActivityId;
    /// One microscaler installation: only containers labelled with it are ever touched.
    InstallationId;
    /// One life of a host agent; its sequence numbers start anew with each.
    Incarnation;
}

macro_rules! counter {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            /// The next value; saturates, which at one change per nanosecond takes 584 years.
            #[must_use]
            pub fn next(self) -> Self {
                Self(self.0.saturating_add(1))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counter! {
    /// Counts every change of a stored aggregate; the compare-and-set compares it.
    Revision;
    /// Counts the changes of desired state, which is what users compare (`If-Match`).
    Generation;
    /// Counts changes of leadership; a commit with a lower epoch than the aggregate's is refused.
    Epoch;
}

macro_rules! opaque {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the identifier as the engine gave it.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }
            /// The identifier's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

opaque! {
    /// A container's full id as its engine names it.
    ContainerId;
    /// A container engine's own id, which tells two engines under one host name apart.
    EngineId;
}

impl ContainerId {
    /// The first 12 hex digits, as `docker ps` shows them and as users see `instance_id`.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl ActivityId {
    /// The launch of an instance: one activity from intent to in service.
    #[must_use]
    pub fn of_launch(instance: InstanceId) -> Self {
        Self(instance.0)
    }

    /// The termination of an instance. Derived, so that recording it twice is recording it once.
    #[must_use]
    pub fn of_termination(instance: InstanceId) -> Self {
        Self(Uuid::from_u128(instance.0.as_u128() ^ 1))
    }

    /// The loss of an instance's host at a time: it may be lost more than once.
    #[must_use]
    pub fn of_loss(instance: InstanceId, since: Timestamp) -> Self {
        let when = u128::from(since.millis().unsigned_abs()) << 2;
        Self(Uuid::from_u128(instance.0.as_u128() ^ when ^ 2))
    }
}
