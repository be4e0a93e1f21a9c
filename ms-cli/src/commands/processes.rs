//! Suspending and resuming what the service does with a group.

use api::client::path;
use serde_json::json;

use super::{Context, OK};
use crate::cli::ProcessesArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::print;

/// Suspends or resumes processes, as `how` says.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn change(context: &Context, args: &ProcessesArgs, how: &str) -> Result<(), Failure> {
    let named: Vec<&str> = args.processes.iter().map(|name| name.trim()).collect();
    let body = json!({"processes": named});
    match context
        .client
        .put(&path(&[GROUP.all, &args.asg_name, how]), &body)
        .await
    {
        Ok(_) => Ok(print(OK)?),
        Err(error) => {
            let mention = Mention::new(Thing::Group, &args.asg_name);
            Err(explain(&context.client, error, &[mention]).await)
        }
    }
}
