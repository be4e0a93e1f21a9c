//! Bodies that are no documents: a login, a single figure.

use super::super::{Field, Object, Shape, Table, typed};
use super::line;
use crate::error::Result;
use api::documents::{DesiredCapacity, InstanceCount};

const COUNT: Shape = Shape::Integer {
    min: 0,
    max: u32::MAX as i64,
};

/// A login. Whether such an account can exist is not told.
pub(crate) static LOGIN: Table = Table {
    what: "login",
    fields: &[
        Field::required("user", line(1, 255)),
        Field::required("key", line(1, 1024)),
    ],
    read_only: &[],
};

static DESIRED: Table = Table {
    what: "desired capacity",
    fields: &[Field::required("desired_capacity", COUNT)],
    read_only: &[],
};

static INSTANCES: Table = Table {
    what: "number of instances",
    fields: &[Field::required("n_instances", COUNT)],
    read_only: &[],
};

/// The body of `PUT /asgs/{name}/desired_capacity`.
pub(crate) fn desired_capacity(object: Object) -> Result<u32> {
    typed(DESIRED.whole(object)?).map(|body: DesiredCapacity| body.desired_capacity)
}

/// The body of `PUT /{account}/asgs/{name}/instances`.
pub(crate) fn instance_count(object: Object) -> Result<u32> {
    typed(INSTANCES.whole(object)?).map(|body: InstanceCount| body.n_instances)
}
