//! Containers of ours that no record knows: when they are removed, and when they are so many that rather
//! our records are lost.

use std::time::Duration;

use domain::{ContainerId, Timestamp};

/// Above this share of a host's containers, in per cent, removal halts: a restored backup must not kill
/// what was launched since.
const HALT_ABOVE_PER_CENT: usize = 20;
/// So few are removed whatever their share, or nothing could ever be removed from a host with few
/// containers. More than the odd container left over, and as little as a restored backup can cost on one
/// host.
const FEW: usize = 2;

/// A container without a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orphan {
    /// The container.
    pub id: ContainerId,
    /// Since when it is known to have none.
    pub since: Timestamp,
    /// Its process lives. What does not run is a leftover of a launch, and nothing is lost with it.
    pub runs: bool,
}

/// What becomes of a host's orphans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Those whose time has come are removed.
    Decided {
        /// To be removed now.
        remove: Vec<ContainerId>,
        /// When the next one's time comes.
        recheck: Option<Timestamp>,
    },
    /// There are too many: nothing is removed until a person has looked. The reason, for people.
    Halt(String),
}

/// Decides about all orphans of one host, which has `of` containers of ours in all. Each is left alone for
/// `wait`.
#[must_use]
pub fn decide(orphans: &[Orphan], of: usize, wait: Duration, now: Timestamp) -> Verdict {
    let (due, waiting): (Vec<&Orphan>, Vec<&Orphan>) =
        orphans.iter().partition(|orphan| now >= orphan.since + wait);
    // Those that still wait count as well: a restored backup makes all of them at once.
    let running = orphans.iter().filter(|orphan| orphan.runs).count();
    let many = running > FEW && running * 100 > of * HALT_ABOVE_PER_CENT;
    if many && !due.is_empty() {
        return Verdict::Halt(format!(
            "{running} of {of} containers have no record, above {HALT_ABOVE_PER_CENT} %: were records lost, by a \
             restored backup perhaps? Remove the containers by hand if they are not needed"
        ));
    }
    Verdict::Decided {
        remove: due.iter().map(|orphan| orphan.id.clone()).collect(),
        recheck: waiting.iter().map(|orphan| orphan.since + wait).min(),
    }
}
