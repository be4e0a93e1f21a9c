//! From wishes to a decision.

use domain::{Decision, DecisionId, GroupState};

use super::clamps::{self, Course};
use super::members::Headcount;
use super::stage::Stage;
use super::wish::{self, Said};
use super::{Decided, Scene, combine};

/// Decides about a group's desired capacity. Pure: same scene, same decision.
///
/// Each policy that acts wishes for a capacity, the highest wish holds, and clamps stand in its way. The policies of a
/// group that is not started are off.
#[must_use]
pub fn decide(scene: &Scene<'_>) -> Decided {
    decide_among(scene, Headcount::of(scene.group, scene.now))
}

/// The same for a group whose instances are counted already: a simulated one has no records.
pub(crate) fn decide_among(scene: &Scene<'_>, headcount: Headcount) -> Decided {
    let stage = Stage::of(scene, headcount);
    if scene.group.state != GroupState::Started || scene.group.deleted {
        let outcome = format!("policies are off: the group is {}", scene.group.state.as_str());
        return decided(
            &stage,
            Vec::new(),
            Course::begin(stage.current),
            stage.current,
            outcome,
        );
    }
    let said: Vec<Said> = scene
        .policies
        .iter()
        .map(|policy| wish::of(&stage, policy))
        .collect();
    let together = combine::combine(stage.current, &said);
    let course = clamps::run(&stage, &said, &together);
    let outcome = outcome(&stage, &said, together.capacity, &course);
    decided(&stage, said, course, together.capacity, outcome)
}

/// For people: also the cause of the activity, so that the history alone tells who moved the group and why.
fn outcome(stage: &Stage<'_>, said: &[Said], wished: u32, course: &Course) -> String {
    let (before, after) = (stage.current, course.capacity);
    // What held another policy's wish at what there is did not make this outcome.
    let mut clamps = course.clamps.iter().rev();
    let held = clamps.find(|clamp| clamp.to == after);
    let held = held.map(|clamp| clamp.reason.as_str());
    if after == before {
        let why = held.map(|held| format!(": {held}")).unwrap_or_default();
        return format!("desired capacity stays {before}{why}");
    }
    let followed = |said: &&Said| !said.wish.shadow && said.wish.capacity == Some(wished);
    let followed = said.iter().find(followed);
    let by = followed.map(|said| format!("policy {}: {}", said.wish.policy, said.wish.reason));
    let why: Vec<String> = by.into_iter().chain(held.map(str::to_owned)).collect();
    format!(
        "desired capacity goes from {before} to {after}: {}",
        why.join("; ")
    )
}

fn decided(stage: &Stage<'_>, said: Vec<Said>, course: Course, wished: u32, outcome: String) -> Decided {
    let group = stage.scene.group;
    let blind = said.iter().filter(|said| said.blind).count();
    let decision = Decision {
        id: DecisionId::of_idle(group.id),
        group: group.id,
        account: group.account.clone(),
        group_name: group.name.clone(),
        at: stage.scene.now,
        before: stage.current,
        after: course.capacity,
        min_size: group.spec.min_size,
        max_size: group.spec.max_size,
        in_service: stage.in_service,
        warming: stage.warming,
        wishes: said.into_iter().map(|said| said.wish).collect(),
        clamps: course.clamps,
        outcome,
    };
    Decided {
        decision,
        wished,
        blind,
        keep: clamps::keep(stage),
        recheck: course.recheck,
    }
}
