//! What was decided about a group's capacity, and why.

pub mod decision;

use api::client::{Method, path};
use serde_json::Value;

use super::lists::documents;
use super::{Context, off};
use crate::cli::ExplainArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{self, Failure, Mention};
use crate::output::{Column, EVERY, Row, column, print, render, table, watch};

const DECISIONS: &[Column] = &[column("at").time(), column("desired"), column("outcome")];

const NONE: &str = "nothing was decided yet: policies decide while the group is started and has any\n\
                    (`ms list-asgs` shows its state, `ms list-policies` whether it has policies)";

/// Tells what was decided, once or until Ctrl-C.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(context: &Context, args: &ExplainArgs) -> Result<(), Failure> {
    if args.list.show.watch {
        return watch(EVERY, async || look(context, args).await).await;
    }
    Ok(print(&look(context, args).await?)?)
}

async fn look(context: &Context, args: &ExplainArgs) -> Result<String, Failure> {
    let group = args.asg_name.as_str();
    let answer = match decisions(context, group, args.limit).await {
        Ok(answer) => answer,
        Err(error) => {
            let mention = Mention::new(Thing::Group, group);
            return Err(messages::explain(&context.client, error, &[mention]).await);
        }
    };
    // What is decided is told also where nothing else can be.
    let found = context.client.get(&path(&[GROUP.all, group])).await.ok();
    let off = match &found {
        Some(found) => off::why(context, found).await,
        None => None,
    };
    let detailed = args.list.detailed_list;
    Ok(render(args.list.show.output, &answer, || {
        let told = told(&answer, detailed);
        off.map_or_else(
            || told.clone(),
            |off| format!("{off}; what follows is past\n\n{told}"),
        )
    })?)
}

/// A group's last decisions, newest first.
pub(super) async fn decisions(context: &Context, group: &str, limit: u16) -> Result<Value, api::ClientError> {
    let call = context
        .client
        .call(Method::GET, &path(&[GROUP.all, group, "decisions"]));
    call.query("limit", &limit.to_string()).send().await
}

/// A line for each decision, and all that the newest rests on; or that of each.
fn told(answer: &Value, detailed: bool) -> String {
    let decisions = documents(answer);
    let Some(newest) = decisions.first() else {
        return NONE.to_owned();
    };
    if detailed {
        let blocks: Vec<String> = decisions.iter().map(|one| decision::block(one, true)).collect();
        return blocks.join("\n\n");
    }
    let lines: Vec<Row> = decisions.iter().map(decision::line).collect();
    [
        table(DECISIONS, &lines, false),
        format!(
            "The newest, in full (--detailed-list tells all):\n{}",
            decision::block(newest, false)
        ),
    ]
    .join("\n\n")
}
