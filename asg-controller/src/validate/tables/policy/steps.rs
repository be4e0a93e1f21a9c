//! EC2's rules of step adjustments (Amazon EC2 Auto Scaling User Guide, "Step adjustments for step scaling"): ranges
//! neither overlap nor leave gaps, one at most is open at each end, one that goes beyond the threshold on a side needs
//! one that is open there, and none is open at both.

use std::cmp::Ordering;

use domain::policy::{AdjustmentType, Comparison, StepAdjustment, StepScaling};

use super::check::adjustment;
use super::way::{Way, contradicts};
use crate::error::{Refusal, Result};

type Checked = std::result::Result<(), String>;

/// A step by its number in the document, from 1, open ends being infinite.
struct Step {
    number: usize,
    lower: f64,
    upper: f64,
    by: i32,
}

impl Step {
    fn new((at, step): (usize, &StepAdjustment)) -> Self {
        Self {
            number: at + 1,
            lower: step.lower_bound.unwrap_or(f64::NEG_INFINITY),
            upper: step.upper_bound.unwrap_or(f64::INFINITY),
            by: step.scaling_adjustment,
        }
    }
}

/// Checks all of them; `way` tells which signs can be meant.
pub(super) fn check(rule: &StepScaling, way: Way) -> Result<()> {
    let mut steps: Vec<Step> = rule.step_adjustments.iter().enumerate().map(Step::new).collect();
    steps.sort_by(|a, b| a.lower.total_cmp(&b.lower));
    let kind = rule.adjustment.adjustment_type;
    let each = steps.iter().try_for_each(|step| alone(step, kind));
    each.and_then(|()| joined(&steps))
        .and_then(|()| ends(&steps, rule.comparison))
        .and_then(|()| signs(&steps, kind))
        .and_then(|()| steps.iter().try_for_each(|step| means(step, rule, way)))
        .and_then(|()| monotone(&steps, rule, way))
        .map_err(|problem| Refusal::field("step_adjustments", problem))
}

fn alone(step: &Step, kind: AdjustmentType) -> Checked {
    let Step {
        number,
        lower,
        upper,
        by,
    } = *step;
    if lower.is_infinite() && upper.is_infinite() {
        return Err(format!("entry {number}: lower_bound or upper_bound is required"));
    }
    if lower >= upper {
        return Err(format!(
            "entry {number}: lower_bound {lower} is not below upper_bound {upper}"
        ));
    }
    adjustment(kind, by).map_err(|problem| format!("entry {number}: scaling_adjustment: {problem}"))
}

fn joined(steps: &[Step]) -> Checked {
    let pairs = steps.iter().zip(steps.iter().skip(1));
    for (one, next) in pairs {
        let (end, begin) = (one.upper, next.lower);
        let these = format!("entries {} and {}", one.number, next.number);
        match end.total_cmp(&begin) {
            Ordering::Equal => {}
            Ordering::Less => return Err(format!("{these} leave a gap from {end} to {begin}")),
            Ordering::Greater => {
                let begin = if begin.is_finite() {
                    format!("from {begin}")
                } else {
                    "without lower_bound".to_owned()
                };
                return Err(format!("{these} overlap {begin}"));
            }
        }
    }
    Ok(())
}

fn ends(steps: &[Step], comparison: Comparison) -> Checked {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Ok(());
    };
    if first.lower.is_finite() && first.lower < 0.0 {
        let (number, lower) = (first.number, first.lower);
        return Err(format!(
            "entry {number} begins at {lower}, below the threshold: one without lower_bound is required before it"
        ));
    }
    if last.upper.is_finite() && last.upper > 0.0 {
        let (number, upper) = (last.number, last.upper);
        return Err(format!(
            "entry {number} ends at {upper}, above the threshold: one without upper_bound is required after it"
        ));
    }
    let (side, acts) = match comparison {
        Comparison::Above => ("above", last.upper > 0.0),
        Comparison::Below => ("below", first.lower < 0.0),
    };
    match acts {
        true => Ok(()),
        false => Err(format!("none is {side} the threshold, as comparison is {side:?}")),
    }
}

fn signs(steps: &[Step], kind: AdjustmentType) -> Checked {
    let adds = steps.iter().find(|step| step.by > 0);
    let removes = steps.iter().find(|step| step.by < 0);
    match (kind, adds, removes) {
        (
            AdjustmentType::ChangeInCapacity | AdjustmentType::PercentChangeInCapacity,
            Some(adds),
            Some(removes),
        ) => Err(format!(
            "entry {} adds ({}) and entry {} removes ({}): take a policy for each direction",
            adds.number, adds.by, removes.number, removes.by
        )),
        _ => Ok(()),
    }
}

fn means(step: &Step, rule: &StepScaling, way: Way) -> Checked {
    let kind = rule.adjustment.adjustment_type;
    contradicts(kind, rule.comparison, step.by, way)
        .map_err(|problem| format!("entry {}: scaling_adjustment: {problem}", step.number))
}

/// A policy is monotone in its metric: what is further in breach of the threshold has at least as much done about it.
fn monotone(steps: &[Step], rule: &StepScaling, way: Way) -> Checked {
    let pairs = || steps.iter().zip(steps.iter().skip(1));
    let falls = pairs().find(|(low, high)| low.by > high.by);
    let rises = pairs().find(|(low, high)| low.by < high.by);
    // Removing more than one removed before is more, too.
    let more_is_less = match (way, rule.adjustment.adjustment_type) {
        (Way::MoreIsMore, _) => false,
        (Way::Either, AdjustmentType::ExactCapacity) => falls.is_some(),
        (Way::Either, _) => match rule.comparison {
            Comparison::Above => steps.iter().any(|step| step.by < 0),
            Comparison::Below => steps.iter().any(|step| step.by > 0),
        },
    };
    let (wrong, how) = match more_is_less {
        false => (falls, "less"),
        true => (rises, "more"),
    };
    let Some((low, high)) = wrong else {
        return Ok(());
    };
    Err(format!(
        "entry {} ({}) gives {how} than entry {} ({}) where the metric is higher: what is further from the threshold \
         cannot do the less about it",
        high.number, high.by, low.number, low.by
    ))
}

/// Where each step that acts begins has to be something that the metric can be.
pub(super) fn reached(rule: &StepScaling, least: f64, most: f64) -> Result<()> {
    for (number, step) in rule
        .step_adjustments
        .iter()
        .enumerate()
        .map(|(at, step)| (at + 1, step))
    {
        let (bound, begins) = match rule.comparison {
            Comparison::Above => ("lower_bound", step.lower_bound.filter(|lower| *lower > 0.0)),
            Comparison::Below => ("upper_bound", step.upper_bound.filter(|upper| *upper < 0.0)),
        };
        let Some(bound_at) = begins else { continue };
        let begins = rule.threshold + bound_at;
        if !(least..=most).contains(&begins) {
            let threshold = rule.threshold;
            let problem = format!(
                "entry {number} never applies: threshold {threshold} and {bound} {bound_at} make {begins}, and the metric \
                 is from {least} to {most}"
            );
            return Err(Refusal::field("step_adjustments", problem));
        }
    }
    Ok(())
}
