//! What a group's load was, minute by minute.

use api::client::{Method, path};
use serde_json::Value;

use super::Context;
use super::lists::documents;
use crate::cli::RollupsArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::{Column, EVERY, Row, column, print, render, show_value, table, watch};

/// Seconds that are shown unless something else is asked for.
const HOUR: i64 = 3_600;
/// As much as is answered at once.
const DAY: i64 = 86_400;

/// A line for each minute: the load of the whole group is in its averages.
const MINUTES: &[Column] = &[
    column("at").time(),
    column("desired"),
    column("in_service"),
    column("CPU").one_decimal(),
    column("MEM").one_decimal(),
    column("NETWORK_IN").one_decimal(),
    column("NETWORK_OUT").one_decimal(),
    column("others"),
];

/// A line for each figure.
const FIGURES: &[Column] = &[
    column("at").time(),
    column("desired"),
    column("in_service"),
    column("source"),
    column("metric"),
    column("reported"),
    column("average"),
    column("maximum"),
    column("minimum"),
    column("sum"),
];

const NONE: &str = "there is no minute of this time: the load is kept while the group is started";

/// Lists the minutes of a time, once or until Ctrl-C.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(context: &Context, args: &RollupsArgs) -> Result<(), Failure> {
    if args.list.show.watch {
        return watch(EVERY, async || look(context, args).await).await;
    }
    Ok(print(&look(context, args).await?)?)
}

async fn look(context: &Context, args: &RollupsArgs) -> Result<String, Failure> {
    let now = jiff::Timestamp::now().as_second();
    // A day is told at once.
    let to = args
        .to
        .unwrap_or_else(|| args.from.map_or(now, |from| now.min(from.saturating_add(DAY))));
    let from = args.from.unwrap_or_else(|| to.saturating_sub(HOUR));
    let all = path(&[GROUP.all, &args.asg_name, "rollups"]);
    let call = context.client.call(Method::GET, &all);
    let call = call.query("from", &from.to_string()).query("to", &to.to_string());
    let answer = match call.send().await {
        Ok(answer) => answer,
        Err(error) => {
            let mention = Mention::new(Thing::Group, &args.asg_name);
            return Err(explain(&context.client, error, &[mention]).await);
        }
    };
    let detailed = args.list.detailed_list;
    Ok(render(args.list.show.output, &answer, || {
        told(&answer, detailed)
    })?)
}

fn told(answer: &Value, detailed: bool) -> String {
    let minutes = documents(answer);
    match (minutes.is_empty(), detailed) {
        (true, _) => NONE.to_owned(),
        (false, true) => {
            let all: Vec<Row> = minutes.iter().flat_map(each).collect();
            table(FIGURES, &all, false)
        }
        (false, false) => {
            let lines: Vec<Row> = minutes.into_iter().map(line).collect();
            table(MINUTES, &lines, false)
        }
    }
}

/// The minute's figures, each with what holds of the minute.
fn each(minute: &Row) -> Vec<Row> {
    let with = |figure: Row| {
        let mut row = minute.clone();
        row.extend(figure);
        row
    };
    figures(minute).into_iter().map(with).collect()
}

/// The minute with the average of each metric in a field of its own; of other sources, in one.
fn line(mut minute: Row) -> Row {
    let mut others = Vec::new();
    for figure in figures(&minute) {
        let text = |field: &str| show_value(figure.get(field).unwrap_or(&Value::Null));
        let average = figure.get("average").cloned().unwrap_or_default();
        match text("source").as_str() {
            "agent" => drop(minute.insert(text("metric"), average)),
            source => others.push(format!("{source}:{}={}", text("metric"), text("average"))),
        }
    }
    minute.insert("others".to_owned(), Value::from(others.join(", ")));
    minute
}

fn figures(minute: &Row) -> Vec<Row> {
    minute.get("figures").map(documents).unwrap_or_default()
}
