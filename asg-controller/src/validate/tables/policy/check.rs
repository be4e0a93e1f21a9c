//! What concerns more than one field of a policy.

use domain::policy::{
    Adjustment, AdjustmentType, LOOK_BACK, Metric, Rule, SimpleScaling, Statistic, TargetTracking, Threshold,
};
use domain::{MAX_GROUP_SIZE, Policy};

use super::steps;
use crate::error::{Refusal, Result};

/// What a figure can be.
struct Range {
    /// Of the group as it is measured.
    group: f64,
    /// Of one instance.
    instance: f64,
}

pub(super) fn check(policy: &Policy) -> Result<()> {
    if !policy.is_sampled() {
        let problem = format!(
            "{:?} is not declared in the configuration: use \"agent\"",
            policy.source
        );
        return Err(Refusal::field("source", problem));
    }
    let range = sampled(policy)?;
    match &policy.rule {
        Rule::Threshold(rule) => threshold(rule, &range),
        Rule::TargetTracking(rule) => target(rule, &range),
        Rule::Step(rule) => {
            within("threshold", rule.threshold, range.group)?;
            magnitude(rule.adjustment)?;
            steps::check(rule)
        }
        Rule::Simple(rule) => {
            within("threshold", rule.threshold, range.group)?;
            magnitude(rule.adjustment)?;
            simple(rule)
        }
    }
}

/// Of what agents sample: whether it can be measured, and what it can be.
fn sampled(policy: &Policy) -> Result<Range> {
    let metric: Metric = policy
        .metric
        .parse()
        .map_err(|error| Refusal::field("metric", error))?;
    let statistic: Statistic = policy
        .statistic
        .parse()
        .map_err(|error| Refusal::field("statistic", error))?;
    let (window, breach) = (policy.sampling_window, policy.breach_duration);
    let (back, kept) = (u64::from(window) + u64::from(breach), LOOK_BACK.as_secs());
    if back > kept {
        return Err(Refusal::field(
            "sampling_window",
            format!(
                "{window} and breach_duration {breach} look back {back} s, and samples are kept for {kept} s"
            ),
        ));
    }
    // Both are in per cent of what the instance type has.
    let instance = match metric {
        Metric::Cpu | Metric::Memory => 100.0,
    };
    let group = match statistic {
        Statistic::Sum => instance * f64::from(MAX_GROUP_SIZE),
        Statistic::Average | Statistic::Maximum | Statistic::Minimum | Statistic::Percentile(_) => instance,
    };
    Ok(Range { group, instance })
}

fn within(field: &str, value: f64, max: f64) -> Result<()> {
    match (0.0..=max).contains(&value) {
        true => Ok(()),
        false => Err(Refusal::field(
            field,
            format!("{value} is not a number from 0 to {max}"),
        )),
    }
}

fn threshold(rule: &Threshold, range: &Range) -> Result<()> {
    let (lower, upper) = (rule.lower_threshold, rule.upper_threshold);
    within("lower_threshold", lower, range.group)?;
    within("upper_threshold", upper, range.group)?;
    if lower < upper {
        return Ok(());
    }
    let problem = format!("{lower} is not below upper_threshold {upper}");
    Err(Refusal::field("lower_threshold", problem))
}

fn target(rule: &TargetTracking, range: &Range) -> Result<()> {
    let target = rule.target_value;
    if target > 0.0 && target <= range.instance {
        return Ok(());
    }
    let problem = format!("{target} is not above 0 and at most {}", range.instance);
    Err(Refusal::field("target_value", problem))
}

fn magnitude(adjustment: Adjustment) -> Result<()> {
    let least = adjustment.min_adjustment_magnitude;
    if least == 0 || adjustment.adjustment_type == AdjustmentType::PercentChangeInCapacity {
        return Ok(());
    }
    let problem = format!("{least}: only adjustment_type PercentChangeInCapacity has one");
    Err(Refusal::field("min_adjustment_magnitude", problem))
}

fn simple(rule: &SimpleScaling) -> Result<()> {
    let (kind, by) = (rule.adjustment.adjustment_type, rule.scaling_adjustment);
    adjustment(kind, by).map_err(|problem| Refusal::field("scaling_adjustment", problem))?;
    match (kind, by) {
        (AdjustmentType::ChangeInCapacity | AdjustmentType::PercentChangeInCapacity, 0) => {
            Err(Refusal::field("scaling_adjustment", "0 changes nothing"))
        }
        _ => Ok(()),
    }
}

/// Whether an adjustment type can mean a figure.
pub(super) fn adjustment(kind: AdjustmentType, by: i32) -> std::result::Result<(), String> {
    let most = i32::try_from(MAX_GROUP_SIZE).unwrap_or(i32::MAX);
    let (name, allowed) = match kind {
        AdjustmentType::ChangeInCapacity => ("ChangeInCapacity", -most..=most),
        AdjustmentType::ExactCapacity => ("ExactCapacity", 0..=most),
        AdjustmentType::PercentChangeInCapacity => ("PercentChangeInCapacity", -100..=100 * most),
    };
    match allowed.contains(&by) {
        true => Ok(()),
        false => Err(format!(
            "{by} is outside {} to {}, which adjustment_type {name} takes",
            allowed.start(),
            allowed.end()
        )),
    }
}
