//! What concerns more than one field of a policy.

use domain::policy::{
    AGENT, Adjustment, AdjustmentType, Comparison, LOOK_BACK, Metric, OnMissing, Rule, SimpleScaling,
    Statistic, TargetTracking, Threshold,
};
use domain::{MAX_GROUP_SIZE, Policy};

use super::steps;
use super::way::{Way, contradicts};
use crate::MetricSource;
use crate::error::{Refusal, Result};
use crate::validate::tables::Sources;

/// Characters of a PromQL query at most.
const QUERY: usize = 4096;
/// Characters of another metric's name at most.
const NAME: usize = 64;

/// The least that a target can be: figures that are meant are far above it, and one divided by less is no capacity.
const LEAST_TARGET: f64 = 1e-6;

/// What a figure can be.
struct Range {
    /// The least of the group.
    least: f64,
    /// Of the group as it is measured.
    group: f64,
    /// Of one instance.
    instance: f64,
}

pub(super) fn check(policy: &Policy, sources: &Sources) -> Result<()> {
    if policy.metric.trim().is_empty() {
        return Err(Refusal::field("metric", format!("{:?} is blank", policy.metric)));
    }
    let range = match policy.is_sampled() {
        true => sampled(policy)?,
        false => declared(policy, sources)?,
    };
    looks_back(policy)?;
    missing(policy.missing_data)?;
    let way = match policy.is_sampled() {
        true => Way::MoreIsMore,
        false => Way::Either,
    };
    match &policy.rule {
        Rule::Threshold(rule) => threshold(rule, &range),
        Rule::TargetTracking(rule) => {
            panics(rule, policy.sampling_window)?;
            target(rule.target_value, &range)
        }
        Rule::Predictive(rule) => {
            of_all(policy)?;
            target(rule.target_value, &range)
        }
        Rule::Step(rule) => {
            breached(rule.threshold, rule.comparison, &range)?;
            magnitude(rule.adjustment)?;
            steps::check(rule, way)?;
            steps::reached(rule, range.least, range.group)
        }
        Rule::Simple(rule) => {
            breached(rule.threshold, rule.comparison, &range)?;
            magnitude(rule.adjustment)?;
            simple(rule, way)
        }
    }
}

/// Of what agents sample: whether it can be measured, and what it can be.
fn sampled(policy: &Policy) -> Result<Range> {
    let metric: Metric = policy
        .metric
        .parse()
        .map_err(|error| Refusal::field("metric", error))?;
    let statistic = statistic(policy)?;
    // What saturates is in per cent of what the instance type has.
    let instance = match metric.saturates() {
        true => 100.0,
        false => f64::MAX,
    };
    let group = match statistic {
        Statistic::Sum if metric.saturates() => instance * f64::from(MAX_GROUP_SIZE),
        Statistic::Sum => instance,
        Statistic::Average | Statistic::Maximum | Statistic::Minimum | Statistic::Percentile(_) => instance,
    };
    let least = 0.0;
    Ok(Range {
        least,
        group,
        instance,
    })
}

fn statistic(policy: &Policy) -> Result<Statistic> {
    let parsed = policy.statistic.parse();
    parsed.map_err(|error| Refusal::field("statistic", error))
}

/// Of another source: whether the configuration declares it. Its figures can be any; whether it has this one shows when
/// it is asked, since it may be away now.
fn declared(policy: &Policy, sources: &Sources) -> Result<Range> {
    let Some(source) = sources.get(&policy.source) else {
        let mut known = vec![AGENT];
        known.extend(sources.keys().map(String::as_str));
        let (given, known) = (&policy.source, known.join(", "));
        let problem = format!("{given:?} is not declared in the configuration: use one of {known}");
        return Err(Refusal::field("source", problem));
    };
    let most = match source {
        MetricSource::Prometheus => QUERY,
        MetricSource::Http | MetricSource::Push => NAME,
    };
    let length = policy.metric.chars().count();
    if length > most {
        let problem = format!(
            "has {length} characters, and at most {most} are allowed for source {}",
            policy.source
        );
        return Err(Refusal::field("metric", problem));
    }
    statistic(policy)?;
    Ok(Range {
        least: f64::MIN,
        group: f64::MAX,
        instance: f64::MAX,
    })
}

fn looks_back(policy: &Policy) -> Result<()> {
    let (window, breach) = (policy.sampling_window, policy.breach_duration);
    let (back, kept) = (u64::from(window) + u64::from(breach), LOOK_BACK.as_secs());
    if back <= kept {
        return Ok(());
    }
    let problem = format!(
        "{window} and breach_duration {breach} look back {back} s, and samples are kept for {kept} s"
    );
    Err(Refusal::field("sampling_window", problem))
}

fn within(field: &str, value: f64, range: &Range) -> Result<()> {
    let (least, most) = (range.least, range.group);
    match (least..=most).contains(&value) {
        true => Ok(()),
        false if most < f64::MAX => Err(Refusal::field(
            field,
            format!("{value} is not a number from {least} to {most}"),
        )),
        false => Err(Refusal::field(field, format!("{value} is below {least}"))),
    }
}

/// A threshold that the metric can be in breach of.
fn breached(threshold: f64, comparison: Comparison, range: &Range) -> Result<()> {
    within("threshold", threshold, range)?;
    let (side, ends, is_end) = match comparison {
        Comparison::Above => ("above", "most", threshold >= range.group),
        Comparison::Below => ("below", "least", threshold <= range.least),
    };
    match is_end {
        true => {
            let problem = format!("the metric is never {side} {threshold}, the {ends} that it can be");
            Err(Refusal::field("threshold", problem))
        }
        false => Ok(()),
    }
}

fn missing(wish: OnMissing) -> Result<()> {
    match wish {
        OnMissing::Floor(floor) if floor > MAX_GROUP_SIZE => {
            let problem = format!(
                "{:?}: a group has at most {MAX_GROUP_SIZE} instances",
                wish.to_string()
            );
            Err(Refusal::field("missing_data", problem))
        }
        OnMissing::Floor(_) | OnMissing::Hold | OnMissing::ScaleOut => Ok(()),
    }
}

/// The short window lies within the long one.
fn panics(rule: &TargetTracking, window: u32) -> Result<()> {
    let panic = rule.panic_window;
    match panic > window {
        true => {
            let problem = format!("{panic} is longer than sampling_window {window}; 0 is for none");
            Err(Refusal::field("panic_window", problem))
        }
        false => Ok(()),
    }
}

fn threshold(rule: &Threshold, range: &Range) -> Result<()> {
    let (lower, upper) = (rule.lower_threshold, rule.upper_threshold);
    within("lower_threshold", lower, range)?;
    within("upper_threshold", upper, range)?;
    if lower < upper {
        return Ok(());
    }
    let problem = format!("{lower} is not below upper_threshold {upper}");
    Err(Refusal::field("lower_threshold", problem))
}

/// A forecast is one of the load of the whole group, whatever its size will be. Neither how loaded the most or the least
/// loaded of some instances were nor how many were below something tells that.
fn of_all(policy: &Policy) -> Result<()> {
    match statistic(policy)? {
        Statistic::Average | Statistic::Sum => Ok(()),
        Statistic::Maximum | Statistic::Minimum | Statistic::Percentile(_) => {
            let problem = format!(
                "{}: a predictive policy forecasts the load of the whole group, which AVG and SUM alone tell",
                policy.statistic
            );
            Err(Refusal::field("statistic", problem))
        }
    }
}

fn target(target: f64, range: &Range) -> Result<()> {
    if target >= LEAST_TARGET && target <= range.instance {
        return Ok(());
    }
    if target > 0.0 && target < LEAST_TARGET {
        let problem = format!("{target:e} is below {LEAST_TARGET}, the least that a target can be");
        return Err(Refusal::field("target_value", problem));
    }
    let problem = match range.instance < f64::MAX {
        true => format!("{target} is not above 0 and at most {}", range.instance),
        false => format!("{target} is not above 0"),
    };
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

fn simple(rule: &SimpleScaling, way: Way) -> Result<()> {
    let (kind, by) = (rule.adjustment.adjustment_type, rule.scaling_adjustment);
    adjustment(kind, by)
        .and_then(|()| contradicts(kind, rule.comparison, by, way))
        .map_err(|problem| Refusal::field("scaling_adjustment", problem))?;
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
