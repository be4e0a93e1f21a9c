//! EC2's adjustments: by instances, by per cent, to an exact number.

use domain::policy::{Adjustment, AdjustmentType};

use super::stage::Stage;

/// The capacity that an adjustment wishes for, as EC2's step policies have it: it adds to what is measured, so that what
/// warms up already is not added again, and removes from what is there, so that what is leaving already is not removed
/// again.
pub(crate) fn beside_what_moves(stage: &Stage<'_>, adjustment: &Adjustment, figure: i32) -> u32 {
    let current = stage.current;
    if adjustment.adjustment_type == AdjustmentType::ExactCapacity {
        return adjusted(current, adjustment, figure);
    }
    match figure {
        1.. => adjusted(current.min(stage.in_service), adjustment, figure).max(current),
        0 => current,
        ..0 => adjusted(current.max(stage.leaving), adjustment, figure).min(current),
    }
}

/// What an adjustment makes of so many instances.
pub(crate) fn adjusted(of: u32, adjustment: &Adjustment, figure: i32) -> u32 {
    match adjustment.adjustment_type {
        AdjustmentType::ChangeInCapacity => of.saturating_add_signed(figure),
        AdjustmentType::ExactCapacity => u32::try_from(figure).unwrap_or(0),
        AdjustmentType::PercentChangeInCapacity => {
            of.saturating_add_signed(per_cent(of, figure, adjustment.min_adjustment_magnitude))
        }
    }
}

/// Per cent of instances, in whole ones: towards zero, but not to zero, and at least `magnitude`.
fn per_cent(of: u32, per_cent: i32, magnitude: u32) -> i32 {
    let hundredths = i64::from(of) * i64::from(per_cent);
    let whole = hundredths.abs() / 100;
    let at_least = i64::from(magnitude).max(hundredths.abs().min(1));
    let change = whole.max(at_least) * i64::from(per_cent.signum());
    i32::try_from(change).unwrap_or(if change < 0 { i32::MIN } else { i32::MAX })
}
