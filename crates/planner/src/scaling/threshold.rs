//! The contract's policy: a step up above one threshold, a step down below another.

use domain::policy::Threshold;

use super::breach;
use super::wish::{Answer, Question};
use super::words::{change, figure};

/// Figures in single precision differ by so much, relatively, without meaning it.
const NOISE: f64 = 1e-6;

/// What the rule says.
///
/// # Errors
/// What is not known of its breach duration.
pub(crate) fn ask(question: &Question<'_>, rule: &Threshold) -> Result<Answer, String> {
    let (is, value) = (question.is(), question.seen.value);
    let (upper, lower) = (rule.upper_threshold, rule.lower_threshold);
    if value > upper {
        let breach = format!("{is}, above {}", figure(upper));
        let lasts = breach::lasts(question.stage, question.policy, |value| value > upper);
        Ok(match lasts.map_err(|why| format!("{breach} now; {why}"))? {
            true => scale_out(question, rule, &breach),
            false => question.hold(format!(
                "{breach}, but not for {} yet",
                question.breach_duration()
            )),
        })
    } else if value < lower {
        scale_in(question, rule, &format!("{is}, below {}", figure(lower)))
    } else {
        let (lower, upper) = (figure(lower), figure(upper));
        Ok(question.hold(format!("{is}, between {lower} and {upper}")))
    }
}

fn scale_out(question: &Question<'_>, rule: &Threshold, breach: &str) -> Answer {
    let current = question.stage.current;
    let capacity = current.saturating_add_signed(rule.scale_out_step).max(current);
    let change = change(current, capacity);
    Answer::of(capacity, format!("{breach}{}: {change}", question.for_whole()))
}

/// Steps down, unless what is left would be too loaded. At min_size it does not look back: nothing can follow, and idle
/// groups are many.
fn scale_in(question: &Question<'_>, rule: &Threshold, breach: &str) -> Result<Answer, String> {
    let (current, least) = (question.stage.current, question.stage.scene.group.spec.min_size);
    if current <= least {
        return Ok(question.hold(format!("{breach}, and at min_size {least} already")));
    }
    let lower = rule.lower_threshold;
    let lasts = breach::lasts(question.stage, question.policy, |value| value < lower);
    if !lasts.map_err(|why| format!("{breach} now; {why}"))? {
        return Ok(question.hold(format!(
            "{breach}, but not for {} yet",
            question.breach_duration()
        )));
    }
    let breach = format!("{breach}{}", question.for_whole());
    let capacity = current.saturating_add_signed(rule.scale_in_step).min(current);
    let projected = question.projected(capacity.max(least));
    Ok(if projected * (1.0 + NOISE) > rule.upper_threshold {
        question.hold(format!(
            "{breach}, but {} would bring it to {}, above {}",
            change(current, capacity),
            figure(projected),
            figure(rule.upper_threshold)
        ))
    } else {
        Answer::of(capacity, format!("{breach}: {}", change(current, capacity)))
    })
}
