//! The names that exist, by what they name.

use std::collections::BTreeSet;

use api::{Client, ClientError, client::path};
use serde_json::Value;

use crate::kinds::{GROUP, Kind, LAUNCH_CONFIGURATION, LOAD_BALANCER, POLICY, SCHEDULE, Thing};
use crate::messages::Mention;

/// The names among which a mention should be.
///
/// # Errors
/// [`ClientError`] when the list cannot be read.
pub async fn names(client: &Client, mention: &Mention) -> Result<Vec<String>, ClientError> {
    match mention.thing {
        Thing::LoadBalancer => of_kind(client, &LOAD_BALANCER).await,
        Thing::LaunchConfiguration => of_kind(client, &LAUNCH_CONFIGURATION).await,
        Thing::Group => of_kind(client, &GROUP).await,
        Thing::Policy => of_kind(client, &POLICY).await,
        Thing::Schedule => of_kind(client, &SCHEDULE).await,
        Thing::Zone => zones(client).await,
        Thing::Host => Ok(fields(&client.get("hosts").await?, &["name"])),
        Thing::InstanceType => {
            let types = client.get("instance_types").await?;
            Ok(types
                .as_object()
                .map(|t| t.keys().cloned().collect())
                .unwrap_or_default())
        }
        Thing::Instance => {
            let group = mention.group.as_deref().unwrap_or_default();
            let instances = client.get(&path(&[GROUP.all, group, "instances"])).await?;
            Ok(fields(&instances, &["instance_id", "hostname", "guid"]))
        }
    }
}

/// The zones that the known hosts serve, sorted. Those of a removed host do not count any more.
///
/// # Errors
/// [`ClientError`] when the status cannot be read.
pub async fn zones(client: &Client) -> Result<Vec<String>, ClientError> {
    let status = client.get("status").await?;
    let hosts = status.get("hosts").and_then(Value::as_array);
    let zones = hosts
        .into_iter()
        .flatten()
        .filter(|host| host.get("scheduling").and_then(Value::as_str) != Some("removed"))
        .filter_map(|host| host.get("zones")?.as_array())
        .flatten();
    let distinct: BTreeSet<&str> = zones.filter_map(Value::as_str).collect();
    Ok(distinct.into_iter().map(str::to_owned).collect())
}

async fn of_kind(client: &Client, kind: &Kind) -> Result<Vec<String>, ClientError> {
    Ok(fields(&client.get(kind.all).await?, &["name"]))
}

fn fields(list: &Value, fields: &[&str]) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    let texts = items.flat_map(|item| fields.iter().filter_map(|f| item.get(f)?.as_str()));
    texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}
