//! A group as it is now, again and again: load, instances, capacity, what was decided last.

use std::time::Duration;

use api::ClientError;
use api::client::path;
use serde_json::Value;

use super::Context;
use super::explain::{decision, decisions};
use super::lists::documents;
use crate::cli::TopArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::{Column, Row, column, print, show_value, table, watch};

/// Between two looks: agents sample each second at most often.
const EVERY: Duration = Duration::from_secs(1);

/// The last decision that changed nothing, and the last that did, whichever is newer.
const DECISIONS: u16 = 2;

const INSTANCES: &[Column] = &[
    column("instance_id"),
    column("status"),
    column("lifecycle_state").titled("STATE"),
    column("availability_zone").titled("ZONE"),
    column("host"),
    column("hostname"),
    column("timestamp").titled("SINCE").time(),
];

/// Shows a group, once or until Ctrl-C.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(context: &Context, args: &TopArgs) -> Result<(), Failure> {
    if args.once {
        return Ok(print(&look(context, &args.asg_name).await?)?);
    }
    watch(EVERY, async || look(context, &args.asg_name).await).await
}

async fn look(context: &Context, group: &str) -> Result<String, Failure> {
    match Frame::read(context, group).await {
        Ok(frame) => Ok(frame.show()),
        Err(error) => {
            let mention = Mention::new(Thing::Group, group);
            Err(explain(&context.client, error, &[mention]).await)
        }
    }
}

/// What one look saw.
struct Frame {
    group: Value,
    instances: Vec<Row>,
    decisions: Vec<Row>,
}

impl Frame {
    async fn read(context: &Context, group: &str) -> Result<Self, ClientError> {
        Ok(Self {
            group: context.client.get(&path(&[GROUP.all, group])).await?,
            instances: documents(
                &context
                    .client
                    .get(&path(&[GROUP.all, group, "instances"]))
                    .await?,
            ),
            decisions: documents(&decisions(context, group, DECISIONS).await?),
        })
    }

    fn show(&self) -> String {
        let mut parts = vec![self.head(), self.policies(), self.last_change()];
        parts.push(Some(table(INSTANCES, &self.instances, false)));
        parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }

    fn field(&self, name: &str) -> String {
        show_value(self.group.get(name).unwrap_or(&Value::Null))
    }

    /// State and sizes.
    fn head(&self) -> Option<String> {
        let serving = self.instances.iter().filter(|row| is_serving(row)).count();
        let suspended = match self.field("suspended_processes").as_str() {
            "-" => String::new(),
            processes => format!("; suspended: {processes}"),
        };
        Some(format!(
            "{}  {}, desired {} of {} to {}, {serving} in service, {} in all{suspended}",
            self.field("name"),
            self.field("state"),
            self.field("desired_capacity"),
            self.field("min_size"),
            self.field("max_size"),
            self.instances.len(),
        ))
    }

    /// What the policies saw and wished last, and what came of it.
    fn policies(&self) -> Option<String> {
        let Some(newest) = self.decisions.first() else {
            return Some("nothing was decided yet".to_owned());
        };
        let (at, outcome) = (decision::at(newest), newest.get("outcome"));
        let outcome = show_value(outcome.unwrap_or(&Value::Null));
        let last = format!(
            "last decision  {at}  desired {}: {outcome}",
            decision::desired(newest)
        );
        let parts = [Some(last), decision::wishes(newest), decision::clamps(newest)];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// The last decision that changed something, when a later one did not.
    fn last_change(&self) -> Option<String> {
        let changed = |row: &&Row| row.get("before") != row.get("after");
        let mut earlier = self.decisions.iter().skip(1);
        let newest = self.decisions.first()?;
        let last = earlier.find(changed).filter(|_| !changed(&newest))?;
        let outcome = show_value(last.get("outcome").unwrap_or(&Value::Null));
        let (at, desired) = (decision::at(last), decision::desired(last));
        Some(format!("last change    {at}  desired {desired}: {outcome}"))
    }
}

fn is_serving(instance: &Row) -> bool {
    instance.get("lifecycle_state").and_then(Value::as_str) == Some("InService")
}
