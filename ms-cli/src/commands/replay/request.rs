//! What is asked for.

use std::path::Path;

use api::documents::{Rate, ReplayRequest};
use serde_json::Value;

use crate::cli::ReplayArgs;
use crate::messages::Failure;

/// The body of the call.
pub fn body(args: &ReplayArgs) -> Result<Value, Failure> {
    let mut policies: Vec<Value> = args.policy.iter().map(|name| Value::from(name.trim())).collect();
    if let Some(file) = &args.from_file {
        policies.extend(read(file)?);
    }
    let end = args.to.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    let group = &args.group;
    let request = ReplayRequest {
        policies,
        from: args
            .from
            .or_else(|| args.last.map(|last| end.saturating_sub(last)))
            .map(Value::from),
        to: args.to.map(Value::from),
        step: args.step,
        source: args.source.clone(),
        start: group.start,
        launch_delay: group.launch_delay,
        instance_capacity: group.instance_capacity,
        min_size: group.min_size,
        max_size: group.max_size,
        scale_out_cooldown: group.scale_out_cooldown,
        scale_in_cooldown: group.scale_in_cooldown,
        instance_warmup: group.instance_warmup,
        scale_in_stabilization: group.scale_in_stabilization,
        scale_out_rate: None::<Rate>,
        scale_in_rate: None,
    };
    let mut body = serde_json::to_value(request).map_err(std::io::Error::other)?;
    // As they were typed: what they may hold is the service's to say.
    for (name, rate) in [
        ("scale_out_rate", &group.scale_out_rate),
        ("scale_in_rate", &group.scale_in_rate),
    ] {
        if let (Some(fields), Some(rate)) = (body.as_object_mut(), rate) {
            fields.insert(name.to_owned(), rate.clone());
        }
    }
    Ok(body)
}

/// The policies in a file.
fn read(file: &Path) -> Result<Vec<Value>, Failure> {
    let wrong = |why: &dyn std::fmt::Display| Failure::Missing {
        what: format!("{}: {why}", file.display()),
        hint: "give a file with one policy or a list of them, as `ms list-policies -o yaml` shows them"
            .to_owned(),
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(&error))?;
    let policies: Value = serde_saphyr::from_str(&text).map_err(|error| wrong(&error))?;
    match policies {
        Value::Array(list) if !list.is_empty() && list.iter().all(Value::is_object) => Ok(list),
        Value::Object(_) => Ok(vec![policies]),
        _ => Err(wrong(&"there is no policy in it")),
    }
}
