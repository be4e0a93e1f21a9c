//! A group as it is now, again and again: load, instances, capacity, what was decided last.

use std::time::Duration;

use api::ClientError;
use api::client::{Method, path};
use serde_json::Value;

use super::explain::{decision, decisions};
use super::lists::documents;
use super::{Context, off};
use crate::cli::TopArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::{Column, Row, column, print, show_value, table, time, watch};

/// Between two looks: agents sample each second at most often.
const EVERY: Duration = Duration::from_secs(1);

/// Seconds for which a minute of load is told as that of now: it is written when it is over.
const RECENT: i64 = 300;

/// The last decision that changed nothing, and the last that did, whichever is newer.
const DECISIONS: u16 = 2;

const FIGURES: &[Column] = &[
    column("source"),
    column("metric").shortened(decision::METRIC),
    column("average").titled("EACH").one_decimal(),
    column("maximum").one_decimal(),
    column("sum").titled("ALL").one_decimal(),
    column("reported"),
];

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
    /// Why no policy moves it.
    off: Option<String>,
    /// The last minute's figures.
    load: Option<Row>,
}

impl Frame {
    async fn read(context: &Context, group: &str) -> Result<Self, ClientError> {
        let found = context.client.get(&path(&[GROUP.all, group])).await?;
        Ok(Self {
            off: off::why(context, &found).await,
            load: load(context, group).await,
            group: found,
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
        let mut parts = vec![self.head(), self.load(), self.policies(), self.last_change()];
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
        let paused = self.group.get("paused_until").and_then(Value::as_i64);
        let paused = paused.filter(|until| *until > now());
        let paused = paused.map_or_else(String::new, |until| format!("; paused until {}", time(until)));
        Some(format!(
            "{}  {}, desired {} of {} to {}, {serving} in service, {} in all{suspended}{paused}",
            self.field("name"),
            self.field("state"),
            self.field("desired_capacity"),
            self.field("min_size"),
            self.field("max_size"),
            self.instances.len(),
        ))
    }

    /// What the load was in the last minute.
    fn load(&self) -> Option<String> {
        let minute = self.load.as_ref()?;
        let at = minute
            .get("at")
            .and_then(Value::as_i64)
            .map_or_else(String::new, time);
        let figures = documents(minute.get("figures")?);
        Some(format!(
            "load in the minute from {at}\n{}",
            table(FIGURES, &figures, false)
        ))
    }

    /// What the policies saw and wished last, and what came of it.
    fn policies(&self) -> Option<String> {
        if let Some(off) = &self.off {
            return Some(off.clone());
        }
        let Some(newest) = self.decisions.first() else {
            return Some("nothing was decided yet".to_owned());
        };
        let (at, outcome) = (decision::at(newest), newest.get("outcome"));
        let outcome = show_value(outcome.unwrap_or(&Value::Null));
        let last = format!(
            "last decision  {at}  desired {}: {outcome}",
            decision::desired(newest)
        );
        let parts = [Some(last), decision::wishes(newest, false), decision::clamps(newest)];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }

    /// The last decision that changed something, when a later one did not.
    fn last_change(&self) -> Option<String> {
        if self.off.is_some() {
            return None;
        }
        let changed = |row: &&Row| row.get("before") != row.get("after");
        let mut earlier = self.decisions.iter().skip(1);
        let newest = self.decisions.first()?;
        let last = earlier.find(changed).filter(|_| !changed(&newest))?;
        let outcome = show_value(last.get("outcome").unwrap_or(&Value::Null));
        let (at, desired) = (decision::at(last), decision::desired(last));
        Some(format!("last change    {at}  desired {desired}: {outcome}"))
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The last minute that is known; the rest is shown without.
async fn load(context: &Context, group: &str) -> Option<Row> {
    let call = context
        .client
        .call(Method::GET, &path(&[GROUP.all, group, "rollups"]));
    let minutes = call
        .query("from", &(now() - RECENT).to_string())
        .send()
        .await
        .ok()?;
    documents(&minutes).pop()
}

fn is_serving(instance: &Row) -> bool {
    instance.get("lifecycle_state").and_then(Value::as_str) == Some("InService")
}
