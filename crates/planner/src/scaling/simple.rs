//! EC2's simple scaling: one adjustment, then a cooldown.

use std::time::Duration;

use domain::policy::SimpleScaling;
use domain::{Clamp, ClampKind, Timestamp};

use super::adjustment::adjusted;
use super::breach::{self, Breach};
use super::stage::Stage;
use super::wish::{Answer, Question};
use super::words;

/// What the rule says. While a cooldown of its own is not over it moves nothing; the group's is a clamp of all policies.
///
/// # Errors
/// What is not known of its breach duration.
pub(crate) fn ask(question: &Question<'_>, rule: &SimpleScaling) -> Result<Answer, String> {
    let stage = question.stage;
    let capacity = adjusted(stage.current, &rule.adjustment, rule.scaling_adjustment);
    let breach = match breach::of(question, rule.threshold, rule.comparison, capacity)? {
        Breach::Not(why) => return Ok(Answer::silent(why)),
        Breach::AtMinimum(why) => return Ok(question.hold(why)),
        Breach::Whole(breach) => breach,
    };
    let adjustment = words::adjustment(&rule.adjustment, rule.scaling_adjustment);
    let wish = question.wish(capacity, &format!("{breach}, {adjustment}"));
    Ok(match cooling(stage, rule).filter(|_| capacity != stage.current) {
        Some((until, why)) => held(question, capacity, wish, until, &why),
        None => wish,
    })
}

/// What it adds in breach; what there is, if it does not.
pub(crate) fn least_more(stage: &Stage<'_>, rule: &SimpleScaling) -> u32 {
    adjusted(stage.current, &rule.adjustment, rule.scaling_adjustment).max(stage.current)
}

/// The end of a cooldown of its own that is not over.
fn cooling(stage: &Stage<'_>, rule: &SimpleScaling) -> Option<(Timestamp, String)> {
    let (group, now) = (stage.scene.group, stage.scene.now);
    let cooldown = Duration::from_secs(rule.cooldown?.into());
    let changes = [group.last_scale_out, group.last_scale_in].into_iter().flatten();
    let change = changes.filter(|change| change.is_recent(cooldown, now)).max()?;
    let (until, ago) = (change + cooldown, words::seconds(now.since(change)));
    let why = format!(
        "the last change was {ago} ago, less than its cooldown of {}",
        words::seconds(cooldown)
    );
    Some((until, why))
}

/// Its cooldown keeps it from acting. What is in breach upwards still wants all that there is, so nobody else removes;
/// of fewer it says nothing.
fn held(question: &Question<'_>, capacity: u32, wish: Answer, until: Timestamp, why: &str) -> Answer {
    let (current, policy) = (question.stage.current, &question.policy.name);
    let clamp = Clamp {
        by: ClampKind::Cooldown,
        from: capacity,
        to: current,
        reason: format!("policy {policy}: {why}"),
    };
    Answer {
        capacity: (capacity > current).then_some(current),
        held: Some((clamp, Some(until))),
        ..Answer::silent(format!("{}, but {why}", wish.reason))
    }
}
