//! Pausing what moves a group by itself.

use api::client::path;
use serde_json::{Value, json};

use super::{Context, OK};
use crate::cli::PauseArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::print;

/// Pauses schedules and policies of a group.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn pause(context: &Context, args: &PauseArgs) -> Result<(), Failure> {
    let until = match (args.until.as_str(), args.until.parse::<i64>()) {
        ("none", _) => Value::Null,
        (_, Ok(seconds)) => Value::from(seconds),
        (text, Err(_)) => Value::from(text),
    };
    let call = path(&[GROUP.all, &args.asg_name, "pause_until"]);
    match context.client.put(&call, &json!({"until": until})).await {
        Ok(_) => Ok(print(OK)?),
        Err(error) => {
            let mention = Mention::new(Thing::Group, &args.asg_name);
            Err(explain(&context.client, error, &[mention]).await)
        }
    }
}
