//! The contract's policy: a step up above one threshold, a step down below another.

use domain::policy::{Comparison, Threshold};

use super::NOISE;
use super::breach::{self, Breach};
use super::stage::Stage;
use super::wish::{Answer, Question};
use super::words::{change, figure};

/// What the rule says. Out of breach it wishes for what there is, so that no other policy removes.
///
/// # Errors
/// What is not known of its breach duration.
pub(crate) fn ask(question: &Question<'_>, rule: &Threshold) -> Result<Answer, String> {
    let (stage, value) = (question.stage, question.seen.value);
    let (upper, lower) = (rule.upper_threshold, rule.lower_threshold);
    if value > upper {
        let capacity = more(stage, rule);
        Ok(match breach::of(question, upper, Comparison::Above, capacity)? {
            Breach::Whole(breach) => question.wish(capacity, &breach),
            Breach::Not(why) | Breach::AtMinimum(why) => question.hold(why),
        })
    } else if value < lower {
        let capacity = stage
            .current
            .saturating_add_signed(rule.scale_in_step)
            .min(stage.current);
        Ok(match breach::of(question, lower, Comparison::Below, capacity)? {
            Breach::Whole(breach) => scale_in(question, rule, capacity, &breach),
            Breach::Not(why) | Breach::AtMinimum(why) => question.hold(why),
        })
    } else {
        let between = format!("between {} and {}", figure(lower), figure(upper));
        Ok(question.hold(format!("{}, {between}", question.is())))
    }
}

/// What it wishes for above its upper threshold.
pub(crate) fn more(stage: &Stage<'_>, rule: &Threshold) -> u32 {
    stage
        .current
        .saturating_add_signed(rule.scale_out_step)
        .max(stage.current)
}

/// Steps down, unless what is left would be too loaded.
fn scale_in(question: &Question<'_>, rule: &Threshold, capacity: u32, breach: &str) -> Answer {
    let stage = question.stage;
    let projected = question.projected(capacity.max(stage.scene.group.spec.min_size));
    if projected * (1.0 + NOISE) <= rule.upper_threshold {
        return question.wish(capacity, breach);
    }
    let (change, projected) = (change(stage.current, capacity), figure(projected));
    let upper = figure(rule.upper_threshold);
    question.hold(format!(
        "{breach}, but {change} would bring it to {projected}, and the upper threshold is {upper}"
    ))
}
