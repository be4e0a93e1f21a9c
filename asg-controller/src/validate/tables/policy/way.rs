//! Whether more of a metric takes more instances, and adjustments that are against it.

use domain::policy::{AdjustmentType, Comparison};

/// Whether more of a metric can mean that fewer instances are needed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// No: it is load, as what agents sample is.
    MoreIsMore,
    /// It can, as of free places.
    Either,
}

/// Whether an adjustment is against what its comparison can mean.
pub(super) fn contradicts(
    kind: AdjustmentType,
    comparison: Comparison,
    by: i32,
    way: Way,
) -> std::result::Result<(), String> {
    if way == Way::Either || kind == AdjustmentType::ExactCapacity {
        return Ok(());
    }
    match (comparison, by.signum()) {
        (Comparison::Above, -1) => Err(format!(
            "{by} removes instances while comparison is \"above\": more of this metric takes more instances"
        )),
        (Comparison::Below, 1) => Err(format!(
            "{by} adds instances while comparison is \"below\": less of this metric takes fewer instances"
        )),
        _ => Ok(()),
    }
}
