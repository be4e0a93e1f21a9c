//! Lists: read, shown in columns or as the documents they are, once or again and again.

use api::client::path;
use serde_json::{Map, Value};

use super::{Context, activities};
use crate::cli::{ActivitiesArgs, InstancesArgs, ListArgs, OF_GROUP};
use crate::kinds::{GROUP, Kind, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::{Column, EVERY, Row, column, print, render, table, watch};

/// Something that is listed.
pub struct Listing {
    path: String,
    query: Vec<(&'static str, String)>,
    columns: &'static [Column],
    rows: fn(&Value) -> Vec<Row>,
    mentions: Vec<Mention>,
    /// Nothing but what belongs to this group.
    group: Option<String>,
}

const INSTANCES: &[Column] = &[
    column("instance_id"),
    column("status"),
    column("availability_zone"),
    column("private_ip_address"),
    column("hostname"),
];

const INSTANCE_TYPES: &[Column] = &[column("type"), column("vcpu"), column("memory")];

const ACTIVITIES: &[Column] = &[
    column("start_time").titled("START").time(),
    column("status"),
    column("kind"),
    column("instance"),
    column("description"),
    column("cause"),
    column("message"),
];

const HOSTS: &[Column] = &[
    column("name"),
    column("state"),
    column("scheduling"),
    column("availability_zones"),
    column("instances"),
    column("cpu").one_decimal(),
    column("memory").one_decimal(),
];

impl Listing {
    /// All documents of a kind.
    pub fn of_kind(kind: &Kind) -> Self {
        Self {
            path: kind.all.to_owned(),
            query: Vec::new(),
            columns: kind.columns,
            rows: documents,
            mentions: Vec::new(),
            group: None,
        }
    }

    /// Leaves out what belongs to other groups.
    pub fn only_of(mut self, group: Option<&str>) -> Self {
        self.group = group.map(str::to_owned);
        self
    }

    /// Something of a group.
    fn of_group(group: &str, what: &str, columns: &'static [Column]) -> Self {
        Self {
            path: path(&[GROUP.all, group, what]),
            query: Vec::new(),
            columns,
            rows: documents,
            mentions: vec![Mention::new(Thing::Group, group)],
            group: None,
        }
    }
}

/// Shows a group's instances.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn instances(context: &Context, args: &InstancesArgs) -> Result<(), Failure> {
    show(
        context,
        &Listing::of_group(&args.asg_name, "instances", INSTANCES),
        &args.list,
    )
    .await
}

/// Shows the instance types.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn instance_types(context: &Context, args: &ListArgs) -> Result<(), Failure> {
    let listing = Listing {
        path: "instance_types".to_owned(),
        query: Vec::new(),
        columns: INSTANCE_TYPES,
        rows: by_type,
        mentions: Vec::new(),
        group: None,
    };
    show(context, &listing, args).await
}

/// Shows the Docker hosts.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn hosts(context: &Context, args: &ListArgs) -> Result<(), Failure> {
    let listing = Listing {
        path: "hosts".to_owned(),
        query: Vec::new(),
        columns: HOSTS,
        rows: documents,
        mentions: Vec::new(),
        group: None,
    };
    show(context, &listing, args).await
}

/// Shows what was done in a group.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn activities(context: &Context, args: &ActivitiesArgs) -> Result<(), Failure> {
    let mut listing = Listing::of_group(&args.asg_name, "activities", ACTIVITIES);
    listing.rows = activities::rows;
    if args.skip > 0 {
        listing.query.push(("skip", args.skip.to_string()));
    }
    listing.query.push(("limit", args.limit.to_string()));
    show(context, &listing, &args.list).await
}

/// Shows a list, once or until Ctrl-C.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn show(context: &Context, listing: &Listing, args: &ListArgs) -> Result<(), Failure> {
    if args.show.watch {
        return watch(EVERY, async || look(context, listing, args).await).await;
    }
    Ok(print(&look(context, listing, args).await?)?)
}

async fn look(context: &Context, listing: &Listing, args: &ListArgs) -> Result<String, Failure> {
    let answer = match read(context, listing).await {
        Ok(answer) => match &listing.group {
            Some(group) => of_group(&answer, group),
            None => answer,
        },
        Err(error) => return Err(explain(&context.client, error, &listing.mentions).await),
    };
    let as_table = || table(listing.columns, &(listing.rows)(&answer), args.detailed_list);
    Ok(render(args.show.output, &answer, as_table)?)
}

async fn read(context: &Context, listing: &Listing) -> Result<Value, api::ClientError> {
    let call = context.client.call(api::client::Method::GET, &listing.path);
    listing
        .query
        .iter()
        .fold(call, |call, (name, value)| call.query(name, value))
        .send()
        .await
}

/// The documents that belong to a group.
pub(super) fn of_group(answer: &Value, group: &str) -> Value {
    let all = answer.as_array().into_iter().flatten();
    let is_of = |document: &&Value| document.get(OF_GROUP).and_then(Value::as_str) == Some(group);
    Value::Array(all.filter(is_of).cloned().collect())
}

/// A list's documents as rows.
pub(super) fn documents(answer: &Value) -> Vec<Row> {
    answer
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .cloned()
        .collect()
}

/// An object by type name as rows.
fn by_type(answer: &Value) -> Vec<Row> {
    let row = |(name, fields): (&String, &Value)| {
        let mut row: Map<String, Value> = fields.as_object().cloned().unwrap_or_default();
        row.insert("type".to_owned(), Value::from(name.as_str()));
        row
    };
    answer.as_object().into_iter().flatten().map(row).collect()
}
