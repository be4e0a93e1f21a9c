//! A group as it is now, again and again: load, instances, capacity, what was decided last.

mod screen;

use std::time::Duration;

use api::ClientError;
use api::client::{Method, path};
use serde_json::{Value, json};

use super::explain::decisions;
use super::lists::documents;
use super::{Context, off};
use crate::cli::TopArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::{Format, Row, print, render, stream, watch};

/// Between two looks: agents sample each second at most often.
const EVERY: Duration = Duration::from_secs(1);

/// Seconds for which a minute of load is told as that of now: it is written when it is over.
const RECENT: i64 = 300;

/// The last decision that changed nothing, and the last that did, whichever is newer.
const DECISIONS: u16 = 2;

/// Shows a group, once or until Ctrl-C.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(context: &Context, args: &TopArgs) -> Result<(), Failure> {
    let (group, format) = (args.asg_name.as_str(), args.output);
    if args.once {
        let frame = look(context, group).await?;
        return Ok(print(&render(format, &frame.document(), || frame.show())?)?);
    }
    if format == Format::Table {
        return watch(EVERY, async || Ok(look(context, group).await?.show())).await;
    }
    stream(EVERY, format, async || Ok(look(context, group).await?.document())).await
}

async fn look(context: &Context, group: &str) -> Result<Frame, Failure> {
    match Frame::read(context, group).await {
        Ok(frame) => Ok(frame),
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

    /// The same for programs, by the names of REST.
    fn document(&self) -> Value {
        json!({
            "at": now(),
            "group": self.group,
            "instances": self.instances,
            "decisions": self.decisions,
            "policies_off": self.off,
            "rollup": self.load,
        })
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
