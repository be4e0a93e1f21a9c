//! How a simulated engine behaves: how long its calls take, what its images do, what goes wrong.

use std::ops::Range;
use std::time::Duration;

use domain::{EngineId, InstallationId};

use crate::EngineInfo;

/// A simulated engine's settings. Every latency is drawn from its range.
#[derive(Clone, Debug)]
pub struct SimulatedOptions {
    /// Decides every draw.
    pub seed: u64,
    /// Whose containers `find`, `inspect`, `start` and `remove` know.
    pub installation: InstallationId,
    /// What the engine says of itself.
    pub info: EngineInfo,
    /// Of a create.
    pub create: Range<Duration>,
    /// Of a start.
    pub start: Range<Duration>,
    /// Of a stop and removal (a container that heeds SIGTERM).
    pub stop: Range<Duration>,
    /// Of listings and inspections: what they say is what was true somewhere in between.
    pub read: Range<Duration>,
    /// Of a pull.
    pub pull: Range<Duration>,
    /// From a change to its event.
    pub event: Range<Duration>,
    /// Deadline of a call that hangs.
    pub call_timeout: Duration,
    /// How many changing calls in a thousand are carried out without their answer arriving.
    pub lost_answers_per_mille: u32,
}

impl SimulatedOptions {
    /// A host of 4 CPUs whose calls take about as long as a real engine's.
    #[must_use]
    pub fn new(seed: u64, installation: InstallationId, name: &str) -> Self {
        let millis = |low, high| Duration::from_millis(low)..Duration::from_millis(high);
        Self {
            seed,
            installation,
            info: EngineInfo {
                id: EngineId::new(format!("simulated-{name}")),
                name: name.to_owned(),
                cpus: 4,
                memory_mib: 16 * 1024,
                version: "simulated".to_owned(),
            },
            create: millis(5, 100),
            start: millis(100, 400),
            stop: millis(20, 200),
            read: millis(1, 20),
            pull: millis(500, 3_000),
            event: millis(1, 40),
            call_timeout: Duration::from_secs(30),
            lost_answers_per_mille: 0,
        }
    }
}

/// What containers of an image do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Behaviour {
    /// Absent, and no registry has it.
    pub missing: bool,
    /// Absent at first, and pullable.
    pub remote: bool,
    /// Ends by itself that long after its start, with that code.
    pub exits: Option<(Duration, i64)>,
    /// Has a HEALTHCHECK that decides that long after the start: healthy or not.
    pub health: Option<(Duration, bool)>,
    /// Ends only by SIGKILL, after the grace.
    pub ignores_sigterm: bool,
}

/// A call that can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    /// `create`
    Create,
    /// `start`
    Start,
    /// `remove`
    Remove,
    /// `list`
    List,
}

/// How a call goes wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is carried out, its answer is lost: `Unknown`.
    LostAnswer,
    /// It is not carried out: `Unknown`.
    LostCall,
    /// The engine refuses.
    Refused(String),
    /// It is not carried out and hangs until its deadline: `Unknown`.
    Hang,
}
