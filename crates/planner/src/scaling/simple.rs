//! EC2's simple scaling: one adjustment, then a cooldown.

use std::time::Duration;

use domain::policy::SimpleScaling;
use domain::{Clamp, ClampKind, Timestamp};

use super::adjustment::adjusted;
use super::breach::{self, Breach};
use super::stage::Stage;
use super::wish::{Answer, Question};
use super::words;
use crate::cooldown::is_recent;

/// What the rule says. While a cooldown of its own is not over it says nothing; the group's is a clamp of all policies.
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
        Some((until, why)) => held(stage, capacity, wish, until, &why),
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
    let change = group.last_scale_out.max(group.last_scale_in)?;
    let (until, ago) = (change + cooldown, words::seconds(now.since(change)));
    let why = format!(
        "the last change was {ago} ago, less than its cooldown of {}",
        words::seconds(cooldown)
    );
    is_recent(change, cooldown, now).then_some((until, why))
}

fn held(stage: &Stage<'_>, capacity: u32, wish: Answer, until: Timestamp, why: &str) -> Answer {
    let clamp = Clamp {
        by: ClampKind::Cooldown,
        from: capacity,
        to: stage.current,
        reason: why.to_owned(),
    };
    Answer {
        held: Some((clamp, until)),
        ..Answer::silent(format!("{}, but {why}", wish.reason))
    }
}
