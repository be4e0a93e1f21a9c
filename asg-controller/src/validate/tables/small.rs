//! Bodies that are no documents: a login, a single figure.

use std::collections::BTreeSet;

use api::documents::{DesiredCapacity, Figure, InstanceCount, Processes};
use domain::Process;

use super::super::{Field, Object, Shape, Table, typed};
use super::line;
use crate::error::{Refusal, Result};

const COUNT: Shape = Shape::Integer {
    min: 0,
    max: u32::MAX as i64,
};

/// A login. Whether such an account can exist is not told.
pub(crate) static LOGIN: Table = Table::new(
    "login",
    &[&[
        Field::required("user", line(1, 255)),
        Field::required("key", line(1, 1024)),
    ]],
);

static DESIRED: Table = Table::new(
    "desired capacity",
    &[&[Field::required("desired_capacity", COUNT)]],
);

static INSTANCES: Table = Table::new("number of instances", &[&[Field::required("n_instances", COUNT)]]);

static FIGURE: Table = Table::new(
    "figure",
    &[&[Field::required(
        "value",
        Shape::Number {
            min: f64::MIN,
            max: f64::MAX,
        },
    )]],
);

static PROCESSES: Table = Table::new(
    "list of processes",
    &[&[Field::optional(
        "processes",
        Shape::Texts {
            items: 16,
            length: 64,
        },
    )]],
);

/// The body of `PUT /asgs/{name}/suspend` and `/resume`: the processes named, or all.
pub(crate) fn processes(object: Object) -> Result<BTreeSet<Process>> {
    let body: Processes = typed(PROCESSES.whole(object)?)?;
    if body.processes.is_empty() {
        return Ok(Process::ALL.into());
    }
    body.processes.iter().map(|name| process(name)).collect()
}

/// EC2's processes that nothing here does, and why.
const NOBODYS: [(&str, &str); 2] = [
    (
        "AddToLoadBalancer",
        "instances are not attached to load balancers here",
    ),
    (
        "InstanceRefresh",
        "what runs is not replaced here when its launch configuration changes",
    ),
];

fn process(name: &str) -> Result<Process> {
    let found = Process::ALL
        .into_iter()
        .find(|known| known.as_str().eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known = Process::ALL.map(Process::as_str).join(", ");
        let nobodys = NOBODYS.iter().find(|(its, _)| its.eq_ignore_ascii_case(name));
        let why = match nobodys {
            Some((_, why)) => {
                format!("{name:?} is nothing to suspend or resume, for {why}; what is: {known}")
            }
            None => format!("{name:?} is none of {known}"),
        };
        Refusal::field("processes", why)
    })
}

/// The body of `PUT /asgs/{name}/desired_capacity`.
pub(crate) fn desired_capacity(object: Object) -> Result<u32> {
    typed(DESIRED.whole(object)?).map(|body: DesiredCapacity| body.desired_capacity)
}

/// The body of `PUT /metrics/{source}/{metric}`.
pub(crate) fn figure(object: Object) -> Result<f64> {
    typed(FIGURE.whole(object)?).map(|body: Figure| body.value)
}

/// The body of `PUT /{account}/asgs/{name}/instances`.
pub(crate) fn instance_count(object: Object) -> Result<u32> {
    typed(INSTANCES.whole(object)?).map(|body: InstanceCount| body.n_instances)
}
