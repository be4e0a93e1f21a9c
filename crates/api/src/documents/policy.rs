//! Scaling policies.

use domain::policy::{Adjustment, AdjustmentType, Comparison, Rule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A scaling policy of a group. Of the fields below `business_hours_only` each kind has its own; those of the others are not shown, and
/// refused when they are given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Policy {
    /// Unique in its account.
    #[schema(example = "policy1", max_length = 128)]
    pub name: String,
    /// The group it moves; it must exist.
    #[schema(example = "asg1")]
    pub auto_scaling_group: String,
    /// `threshold`, `target_tracking`, `step`, `simple` or `predictive`; left out of a new one, its fields tell. To change
    /// it, give what the other kind requires with it.
    #[serde(default)]
    #[schema(example = "threshold")]
    pub policy_type: String,
    /// Where the metric comes from: `agent`, what agents sample of the group's instances.
    #[serde(default)]
    #[schema(default = "agent")]
    pub source: String,
    /// What is measured; of `agent`: `CPU` or `MEM`, in per cent of the instance type's, `NETWORK_IN`
    /// or `NETWORK_OUT`, in bytes a second.
    #[schema(example = "CPU")]
    pub metric: String,
    /// How the instances' samples become one figure: `AVG`, `MAX`, `MIN`, `SUM`, `p1` to `p99`. Predictive policies forecast
    /// the load of the whole group, which `AVG` and `SUM` alone tell.
    #[schema(example = "AVG")]
    pub statistic: String,
    /// It records what it would do and moves nothing.
    #[serde(default)]
    pub shadow: bool,
    /// It says nothing outside the group's business hours, which a schedule with `hours` declares.
    #[serde(default)]
    pub business_hours_only: bool,
    /// Seconds looked back on. Required of all but predictive policies, which have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 60, minimum = 1)]
    pub sampling_window: Option<u32>,
    /// What it wishes for while its metric says nothing: `hold`, `floor N` (what there is, and at least N instances) or
    /// `scale_out`; `hold` by default. Predictive policies have none: without a forecast they say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "hold")]
    pub missing_data: Option<String>,
    /// Seconds for which a threshold must be breached before anything follows. Required of threshold policies; of step and
    /// simple ones 0 by default; target tracking and predictive ones have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 120)]
    pub breach_duration: Option<u32>,
    /// Threshold, required: instances added above the upper threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 1, minimum = 1)]
    pub scale_out_step: Option<i32>,
    /// Threshold, required: instances added below the lower threshold, a negative number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = -1, maximum = -1)]
    pub scale_in_step: Option<i32>,
    /// Threshold, required: it adds while the metric is above this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 80)]
    pub upper_threshold: Option<f64>,
    /// Threshold, required: it removes while the metric is below this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 30)]
    pub lower_threshold: Option<f64>,
    /// Target tracking, required: what the metric shall be; of `SUM`, what each instance shall have of it. Predictive,
    /// required: what each instance shall have of the load of the whole group that is forecast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub target_value: Option<f64>,
    /// Target tracking: per cent of the target by which the metric may be off before anything follows; 10 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    pub tolerance: Option<f64>,
    /// Target tracking: it only adds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disable_scale_in: Option<bool>,
    /// Target tracking: seconds of the short window in which a burst shows, 0 for none; 6 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub panic_window: Option<u32>,
    /// Target tracking: per cent of the target in the short window that are a burst; 200 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 100)]
    pub panic_threshold: Option<f64>,
    /// Predictive: seconds ahead of the load in which capacity is added; 300 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 300, minimum = 0, maximum = 3600)]
    pub scheduling_buffer_time: Option<u32>,
    /// Step and simple, required: what is breached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// Step and simple, required: on which side it is breached, `above` or `below`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<String>,
    /// Step and simple, required: `ChangeInCapacity`, `ExactCapacity` or `PercentChangeInCapacity`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adjustment_type: Option<String>,
    /// Step and simple, of `PercentChangeInCapacity`: at least so many instances; 0 for no such bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_adjustment_magnitude: Option<u32>,
    /// Step, required: what follows by how far the metric is from the threshold. They neither overlap nor leave gaps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_items = 1, max_items = 20)]
    pub step_adjustments: Option<Vec<StepAdjustment>>,
    /// Simple, required: instances or per cent, as `adjustment_type` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling_adjustment: Option<i32>,
    /// Simple: seconds after a change in capacity in which it does nothing; the group's cooldown by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<u32>,
}

/// A step of a step policy. With `comparison` `above` its lower bound belongs to it, with `below` its upper one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StepAdjustment {
    /// Where it begins, from the threshold; null or left out: at minus infinity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 0)]
    pub lower_bound: Option<f64>,
    /// Where it ends, from the threshold; null or left out: at infinity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = 10)]
    pub upper_bound: Option<f64>,
    /// Instances or per cent, as `adjustment_type` says.
    #[schema(example = 1)]
    pub scaling_adjustment: i32,
}

impl From<&domain::Policy> for Policy {
    fn from(stored: &domain::Policy) -> Self {
        let mut shown = Self {
            name: stored.name.to_string(),
            auto_scaling_group: stored.auto_scaling_group.to_string(),
            policy_type: stored.rule.policy_type().to_owned(),
            source: stored.source.clone(),
            metric: stored.metric.clone(),
            statistic: stored.statistic.clone(),
            sampling_window: Some(stored.sampling_window),
            missing_data: Some(stored.missing_data.to_string()),
            shadow: stored.shadow,
            business_hours_only: stored.business_hours_only,
            breach_duration: Some(stored.breach_duration),
            ..Self::default()
        };
        shown.rule(&stored.rule);
        shown
    }
}

impl Policy {
    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Threshold(rule) => {
                self.scale_out_step = Some(rule.scale_out_step);
                self.scale_in_step = Some(rule.scale_in_step);
                self.upper_threshold = Some(rule.upper_threshold);
                self.lower_threshold = Some(rule.lower_threshold);
            }
            Rule::TargetTracking(rule) => {
                self.breach_duration = None;
                self.target_value = Some(rule.target_value);
                self.tolerance = Some(rule.tolerance);
                self.disable_scale_in = Some(rule.disable_scale_in);
                self.panic_window = Some(rule.panic_window);
                self.panic_threshold = Some(rule.panic_threshold);
            }
            Rule::Predictive(rule) => {
                self.sampling_window = None;
                self.missing_data = None;
                self.breach_duration = None;
                self.target_value = Some(rule.target_value);
                self.scheduling_buffer_time = Some(rule.scheduling_buffer_time);
            }
            Rule::Step(rule) => {
                self.breach((rule.threshold, rule.comparison, rule.adjustment));
                self.step_adjustments =
                    Some(rule.step_adjustments.iter().map(StepAdjustment::from).collect());
            }
            Rule::Simple(rule) => {
                self.breach((rule.threshold, rule.comparison, rule.adjustment));
                self.scaling_adjustment = Some(rule.scaling_adjustment);
                self.cooldown = rule.cooldown;
            }
        }
    }

    fn breach(&mut self, (threshold, comparison, adjustment): (f64, Comparison, Adjustment)) {
        self.threshold = Some(threshold);
        self.comparison = Some(side(comparison).to_owned());
        self.adjustment_type = Some(adjustment_type(adjustment.adjustment_type).to_owned());
        self.min_adjustment_magnitude = Some(adjustment.min_adjustment_magnitude);
    }
}

impl From<&domain::policy::StepAdjustment> for StepAdjustment {
    fn from(step: &domain::policy::StepAdjustment) -> Self {
        Self {
            lower_bound: step.lower_bound,
            upper_bound: step.upper_bound,
            scaling_adjustment: step.scaling_adjustment,
        }
    }
}

fn side(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Above => "above",
        Comparison::Below => "below",
    }
}

fn adjustment_type(kind: AdjustmentType) -> &'static str {
    match kind {
        AdjustmentType::ChangeInCapacity => "ChangeInCapacity",
        AdjustmentType::ExactCapacity => "ExactCapacity",
        AdjustmentType::PercentChangeInCapacity => "PercentChangeInCapacity",
    }
}
