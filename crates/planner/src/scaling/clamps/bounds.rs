//! The group's sizes.

use domain::ClampKind;

use super::Course;
use crate::scaling::stage::Stage;

pub(super) fn apply(stage: &Stage<'_>, course: &mut Course) {
    let spec = &stage.scene.group.spec;
    let (least, most) = (spec.min_size, spec.max_size);
    let to = course.capacity.min(most).max(least);
    let below = course.capacity < to;
    course.clamp(ClampKind::Bounds, to, || match below {
        true => format!("min_size is {least}"),
        false => format!("max_size is {most}"),
    });
}
