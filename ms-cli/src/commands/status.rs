//! The service's own state: components, hosts, the last round.

use api::ClientError;
use serde_json::Value;

use super::Context;
use crate::cli::ShowArgs;
use crate::messages::Failure;
use crate::output::{Column, EVERY, Row, column, print, render, show_value, table, watch};

const COMPONENTS: &[Column] = &[
    column("name").titled("COMPONENT"),
    column("state"),
    column("since").time(),
    column("message"),
];

/// Characters of an engine's identity that tell it from others, as with containers.
const ENGINE: usize = 12;

const HOSTS: &[Column] = &[
    column("name").titled("HOST"),
    column("state"),
    column("scheduling"),
    column("zones"),
    column("instances"),
    column("cpus"),
    column("cpu").titled("CPU_%").one_decimal(),
    column("memory_mib"),
    column("memory").titled("MEMORY_%").one_decimal(),
    column("control"),
    column("engine").first(ENGINE),
];

/// Shows the status, once or until Ctrl-C.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(context: &Context, args: &ShowArgs) -> Result<(), Failure> {
    if args.watch {
        return watch(EVERY, async || look(context, args).await).await;
    }
    Ok(print(&look(context, args).await?)?)
}

async fn look(context: &Context, args: &ShowArgs) -> Result<String, Failure> {
    let status: Result<Value, ClientError> = context.client.get("status").await;
    let status = status?;
    Ok(render(args.output, &status, || overview(&status))?)
}

fn overview(status: &Value) -> String {
    let field = |name: &str| show_value(status.get(name).unwrap_or(&Value::Null));
    let head = format!("status {}, version {}", field("status"), field("version"));
    let components = table(COMPONENTS, &rows(status, "components"), false);
    let hosts = table(HOSTS, &rows(status, "hosts"), false);
    [head, components, hosts, last_round(status)].join("\n\n")
}

fn rows(status: &Value, field: &str) -> Vec<Row> {
    let items = status.get(field).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_object).cloned().collect()
}

/// The last round of the health manager, a line for each thing that it says.
fn last_round(status: &Value) -> String {
    let Some(round) = status
        .get("rounds")
        .and_then(Value::as_object)
        .filter(|r| !r.is_empty())
    else {
        return "last round: none yet".to_owned();
    };
    let mut lines = vec!["last round".to_owned()];
    for (name, value) in round.iter().filter(|(name, _)| *name != "reasons") {
        let shown = if name == "at" {
            column("at").time().show(value)
        } else {
            show_value(value)
        };
        lines.push(format!("  {name}: {shown}"));
    }
    let reasons = round
        .get("reasons")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    lines.extend(reasons.map(|reason| format!("  - {}", show_value(reason))));
    lines.join("\n")
}
