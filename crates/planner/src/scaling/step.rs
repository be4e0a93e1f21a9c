//! EC2's step scaling: the further the metric is from its threshold, the more follows.

use domain::policy::{Comparison, StepAdjustment, StepScaling};

use super::adjustment::beside_what_moves;
use super::breach::{self, Breach};
use super::stage::Stage;
use super::wish::{Answer, Question};
use super::words;

/// What the rule says.
///
/// # Errors
/// What is not known of its breach duration.
pub(crate) fn ask(question: &Question<'_>, rule: &StepScaling) -> Result<Answer, String> {
    let (stage, difference) = (question.stage, question.seen.value - rule.threshold);
    let mut steps = rule.step_adjustments.iter();
    let step = steps.find(|step| is_in(step, rule.comparison, difference));
    let capacity = step.map_or(stage.current, |step| capacity(stage, rule, step));
    let breach = match breach::of(question, rule.threshold, rule.comparison, capacity)? {
        Breach::Not(why) => return Ok(Answer::silent(why)),
        Breach::AtMinimum(why) => return Ok(question.hold(why)),
        Breach::Whole(breach) => breach,
    };
    let Some(step) = step else {
        return Ok(Answer::silent(format!("{breach}, and no step is for that")));
    };
    let adjustment = words::adjustment(&rule.adjustment, step.scaling_adjustment);
    if capacity < stage.current && stage.warming > 0 {
        let why = format!(
            "{breach}, {adjustment}, but nothing goes while {} warm up",
            stage.warming
        );
        return Ok(question.hold(why));
    }
    Ok(question.wish(
        capacity,
        &format!("{breach}, {adjustment}{}", words::warming(stage, capacity)),
    ))
}

/// The least that it adds in any breach; what there is, if it never adds.
pub(crate) fn least_more(stage: &Stage<'_>, rule: &StepScaling) -> u32 {
    let steps = rule
        .step_adjustments
        .iter()
        .map(|step| capacity(stage, rule, step));
    steps
        .filter(|capacity| *capacity > stage.current)
        .min()
        .unwrap_or(stage.current)
}

fn capacity(stage: &Stage<'_>, rule: &StepScaling, step: &StepAdjustment) -> u32 {
    beside_what_moves(stage, &rule.adjustment, step.scaling_adjustment)
}

/// Whether a step is for a metric that is so far from the threshold. The bound that is nearer to the threshold belongs
/// to it.
fn is_in(step: &StepAdjustment, comparison: Comparison, difference: f64) -> bool {
    let lower = step.lower_bound.unwrap_or(f64::NEG_INFINITY);
    let upper = step.upper_bound.unwrap_or(f64::INFINITY);
    match comparison {
        Comparison::Above => lower <= difference && difference < upper,
        Comparison::Below => lower < difference && difference <= upper,
    }
}
