//! The recent loads of instances, as one leader leaves them for the next.

use std::time::Duration;

use domain::InstanceId;
use domain::report::Load;

/// What an instance's load was some time ago. There is an age and no time, since the clocks of two machines differ: only
/// the one that keeps it counts the time between putting and reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastLoad {
    /// Whose.
    pub record: InstanceId,
    /// How long ago.
    pub age: Duration,
    /// What it was, in single precision.
    pub load: Load,
}

/// A part of what is kept, the newest first from part to part.
#[derive(Clone, Debug, PartialEq)]
pub struct PastLoads {
    /// In no particular order.
    pub loads: Vec<PastLoad>,
    /// Where the next part begins; `None` after the last.
    pub older: Option<Older>,
}

/// A place in what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Older(pub(crate) String);
