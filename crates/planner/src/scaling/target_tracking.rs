//! As many instances as bring the metric to its target: EC2's target tracking, with HPA's arithmetic and tolerance, and
//! Knative's panic window.

use std::time::Duration;

use domain::policy::{Metric, TargetTracking};

use super::wish::{Answer, Question};
use super::words::figure;
use super::{NOISE, Seen, takes};

/// Per cent of what an instance has. Where all of it is used, no figure tells how much more is needed.
const SATURATED: f64 = 95.0;

/// What the rule says. A figure below 0, with which many a server says that it knows none, is no load to be shared.
pub(crate) fn ask(question: &Question<'_>, rule: &TargetTracking) -> Result<Answer, String> {
    if question.seen.value < 0.0 {
        return Err(format!(
            "{} is less than 0, and no load",
            figure(question.seen.value)
        ));
    }
    Ok(answer(question, rule))
}

fn answer(question: &Question<'_>, rule: &TargetTracking) -> Answer {
    let steady = tracked(question, rule, question.seen);
    let (is, target) = (question.is(), figure(rule.target_value));
    if let Some((burst, why)) = panic(question, rule) {
        let capacity = burst.max(steady).max(question.stage.current);
        return question.wish(capacity, &format!("{is}, but {why} (target {target})"));
    }
    let why = format!(
        "{is}, {} of the target {target}",
        share(question, rule, question.seen)
    );
    let current = question.stage.current;
    if steady < current && rule.disable_scale_in {
        let why = format!("{why}: {steady} would do, and it only adds");
        return Answer {
            only_adds: true,
            ..Answer::of(steady, why)
        };
    }
    question.wish(steady, &why)
}

/// The capacity that brings the metric to its target; what there is while it is near enough.
fn tracked(question: &Question<'_>, rule: &TargetTracking, seen: Seen) -> u32 {
    let (stage, ratio) = (question.stage, ratio(question, rule, seen));
    let needed = needed(question, rule, seen);
    if (ratio - 1.0).abs() <= rule.tolerance / 100.0 + NOISE {
        stage.current
    } else if ratio > 1.0 {
        // What warms up takes its part of the load soon.
        needed.max(stage.current)
    } else {
        // What is not measured may be as loaded as it should be.
        let unmeasured = match question.policy.is_sampled() {
            true => stage.current.saturating_sub(seen.reported),
            false => 0,
        };
        needed.saturating_add(unmeasured).min(stage.current)
    }
}

/// What the metric is of its target.
fn ratio(question: &Question<'_>, rule: &TargetTracking, seen: Seen) -> f64 {
    let target = match question.is_total() {
        true => rule.target_value * f64::from(question.stage.current),
        false => rule.target_value,
    };
    if target > 0.0 {
        seen.value / target
    } else if seen.value > 0.0 {
        f64::INFINITY
    } else {
        1.0
    }
}

/// Instances among which the load is at most the target each.
fn needed(question: &Question<'_>, rule: &TargetTracking, seen: Seen) -> u32 {
    let load = match question.is_total() {
        true => seen.value,
        false => seen.value * f64::from(seen.reported),
    };
    takes(load, rule.target_value)
}

/// A burst in the short window, and the capacity that it takes.
fn panic(question: &Question<'_>, rule: &TargetTracking) -> Option<(u32, String)> {
    let window = Duration::from_secs(rule.panic_window.into());
    if window.is_zero() {
        return None;
    }
    let stage = question.stage;
    let short = stage.look_over(question.policy, window, stage.scene.now).ok()?;
    let over = format!("over {} s {}", rule.panic_window, figure(short.value));
    if is_full(question, rule, short) {
        let doubled = short
            .reported
            .saturating_mul(2)
            .max(needed(question, rule, short));
        return Some((
            doubled,
            format!("{over}, {} % or more: capacity doubles", figure(SATURATED)),
        ));
    }
    let is_burst = ratio(question, rule, short) * 100.0 >= rule.panic_threshold;
    is_burst.then(|| {
        let threshold = figure(rule.panic_threshold);
        (
            needed(question, rule, short),
            format!("{over}, {threshold} % or more"),
        )
    })
}

/// Whether the instances use all that they have of a metric that ends there.
fn is_full(question: &Question<'_>, rule: &TargetTracking, short: Seen) -> bool {
    let policy = question.policy;
    let ends = policy.is_sampled() && policy.metric.parse().is_ok_and(Metric::saturates);
    let each = match question.is_total() {
        true => short.value / f64::from(short.reported.max(1)),
        false => short.value,
    };
    ends && each >= SATURATED && each > rule.target_value
}

fn share(question: &Question<'_>, rule: &TargetTracking, seen: Seen) -> String {
    format!("{} %", figure((ratio(question, rule, seen) * 100.0).round()))
}
