//! Policies.

use domain::policy::Rule;
use domain::{GroupName, MAX_GROUP_SIZE, Policy, PolicyName};

use super::super::{Field, Shape, Table};
use super::line;
use crate::error::{Refusal, Result};

/// Seconds that a policy looks back at most: a week.
const WINDOW: i64 = 7 * 24 * 3600;
/// Instances that a step moves at most.
const STEP: i64 = MAX_GROUP_SIZE as i64;

pub(super) static TABLE: Table = Table {
    what: "policy",
    fields: &[
        Field::required("name", Shape::Name(|text| PolicyName::parse(text).map(drop))),
        Field::required(
            "auto_scaling_group",
            Shape::Name(|text| GroupName::parse(text).map(drop)),
        ),
        Field::required("metric", line(1, 64)),
        Field::required("statistic", line(1, 64)),
        Field::required("sampling_window", Shape::Integer { min: 1, max: WINDOW }),
        Field::required("breach_duration", Shape::Integer { min: 0, max: WINDOW }),
        Field::required("scale_out_step", Shape::Integer { min: 1, max: STEP }),
        Field::required("scale_in_step", Shape::Integer { min: -STEP, max: -1 }),
        Field::required("upper_threshold", Shape::Percent),
        Field::required("lower_threshold", Shape::Percent),
    ],
    read_only: &["policy_type", "source", "missing_data", "shadow"],
};

pub(super) fn check(body: &Policy) -> Result<()> {
    let Rule::Threshold(rule) = &body.rule else {
        return Ok(());
    };
    let (lower, upper) = (rule.lower_threshold, rule.upper_threshold);
    if lower < upper {
        return Ok(());
    }
    let problem = format!("{lower} is not below upper_threshold {upper}");
    Err(Refusal::field("lower_threshold", problem))
}
