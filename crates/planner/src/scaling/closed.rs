//! Policies that act in business hours only.

use domain::{Clamp, ClampKind, Policy, Timestamp};

use super::stage::Stage;
use super::wish::Answer;
use super::words;

/// When a policy acts again, if it does not because the group's business hours have not begun.
pub(crate) fn until(stage: &Stage<'_>, policy: &Policy) -> Option<Timestamp> {
    stage.scene.opens.filter(|_| policy.business_hours_only)
}

/// Of an answer, what is left outside business hours: it says nothing, which hinders no other policy.
pub(crate) fn silenced(stage: &Stage<'_>, policy: &Policy, answer: Answer, opens: Timestamp) -> Answer {
    let waits = words::seconds(opens.since(stage.scene.now));
    let why = format!(
        "{} acts in business hours only, which begin in {waits}",
        policy.name
    );
    let clamp = |capacity| Clamp {
        by: ClampKind::Schedule,
        from: capacity,
        to: stage.current,
        reason: why.clone(),
    };
    let moves = |capacity: &u32| match answer.only_adds {
        true => *capacity > stage.current,
        false => *capacity != stage.current,
    };
    let wished = answer.capacity.filter(moves);
    Answer {
        held: wished.map(|capacity| (clamp(capacity), opens)),
        ..Answer::silent(format!("{}, but {why}", answer.reason))
    }
}
