//! Policies that act in business hours only.

use domain::{Clamp, ClampKind, Policy};

use super::stage::Stage;
use super::wish::{Answer, Heard, Held};
use crate::schedule::Hours;

/// What is left of what a policy says when it acts in business hours only and it is not known that these have begun.
pub(crate) fn heed(stage: &Stage<'_>, policy: &Policy, heard: Heard) -> Heard {
    let hours = &stage.scene.hours;
    if !policy.business_hours_only || *hours == Hours::Open {
        return heard;
    }
    let only = format!("{} acts in business hours only", policy.name);
    match hours {
        Hours::Open => heard,
        Hours::Closed { opens, told } => {
            let why = format!("{only}, which {told}");
            let held = held(stage, &heard.answer, &why).map(|clamp| (clamp, Some(*opens)));
            silent(heard, &why, held)
        }
        Hours::Undeclared => {
            let why = format!("{only}, and no schedule of the group declares any");
            let held = held(stage, &heard.answer, &why).map(|clamp| (clamp, None));
            silent(heard, &why, held)
        }
        Hours::Unknown(problem) => doubtful(stage, heard, &format!("{only}, and {problem}")),
    }
}

/// What it would have done.
fn held(stage: &Stage<'_>, answer: &Answer, why: &str) -> Option<Clamp> {
    let moves = |capacity: &u32| match answer.only_adds {
        true => *capacity > stage.current,
        false => *capacity != stage.current,
    };
    answer.capacity.filter(moves).map(|capacity| Clamp {
        by: ClampKind::Schedule,
        from: capacity,
        to: stage.current,
        reason: why.to_owned(),
    })
}

/// The hours may have begun: it does nothing, and nobody removes what it may want. What says nothing anyway still does.
fn doubtful(stage: &Stage<'_>, heard: Heard, why: &str) -> Heard {
    let Some(capacity) = heard.answer.capacity else {
        return heard;
    };
    let more = held(stage, &heard.answer, why).filter(|_| capacity > stage.current);
    let reason = format!("{}, but {why}: no change", heard.answer.reason);
    Heard {
        answer: Answer {
            held: more.map(|clamp| (clamp, None)),
            ..Answer::of(stage.current, reason)
        },
        measured: heard.measured.filter(|measured| *measured < stage.current),
        missing: true,
        ..heard
    }
}

/// It says nothing, which hinders no other policy.
fn silent(heard: Heard, why: &str, held: Option<Held>) -> Heard {
    let answer = Answer {
        held,
        ..Answer::silent(format!("{}, but {why}", heard.answer.reason))
    };
    Heard {
        answer,
        measured: None,
        missing: false,
        ..heard
    }
}
