//! Why no policy moves a group now, if none does: what was decided last is past then.

use serde_json::Value;

use super::Context;
use super::lists::{documents, of_group};
use crate::kinds::POLICY;

/// In one line; none where policies act, or nobody can tell.
pub async fn why(context: &Context, group: &Value) -> Option<String> {
    match group.get("state").and_then(Value::as_str) {
        Some("started") | None => {}
        Some(state) => return Some(format!("policies are off: the group is {state}")),
    }
    let name = group.get("name")?.as_str()?;
    let all = context.client.get(POLICY.all).await.ok()?;
    let has_any = !documents(&of_group(&all, name)).is_empty();
    (all.is_array() && !has_any)
        .then(|| "no policies: nothing but its users and schedules moves the group".to_owned())
}
