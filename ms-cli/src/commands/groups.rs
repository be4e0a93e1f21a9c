//! Commands that move a group.

use api::client::{Method, path};
use serde_json::{Value, json};

use super::wait::{self, Goal};
use super::{Context, OK};
use crate::cli::{CapacityArgs, TerminateArgs, WaitArgs};
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::print;

/// Starts a group, and waits for its instances when asked to.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn start(context: &Context, args: &WaitArgs) -> Result<(), Failure> {
    move_group(context, args, "start", Goal::Running).await
}

/// Stops a group, and waits until its instances are gone when asked to.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn stop(context: &Context, args: &WaitArgs) -> Result<(), Failure> {
    move_group(context, args, "stop", Goal::Gone).await
}

async fn move_group(context: &Context, args: &WaitArgs, how: &str, goal: Goal) -> Result<(), Failure> {
    let group = &args.asg_name;
    let waiting = match args.wait {
        true => Some(wait::GroupMove::prepare(&context.client, group, goal).await),
        false => None,
    };
    let call = context
        .client
        .put(&path(&[GROUP.all, group, how]), &json!({}))
        .await;
    if let Err(error) = call {
        let mentions = references(context, group).await;
        return Err(explain(&context.client, error, &mentions).await);
    }
    if let Some(waiting) = waiting {
        wait::until(waiting, args.timeout).await?;
    }
    Ok(print(OK)?)
}

/// The group's name and all that its document refers to: what a start can find missing.
async fn references(context: &Context, group: &str) -> Vec<Mention> {
    let mut mentions = vec![Mention::new(Thing::Group, group)];
    if let Ok(Value::Object(document)) = context.client.get(&path(&[GROUP.all, group])).await {
        mentions.extend(Mention::all_of(&GROUP, &document));
    }
    mentions
}

/// Sets how many instances a group should have.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn set_desired_capacity(context: &Context, args: &CapacityArgs) -> Result<(), Failure> {
    let body = json!({"desired_capacity": args.desired_capacity});
    match context
        .client
        .put(&path(&[GROUP.all, &args.asg_name, "desired_capacity"]), &body)
        .await
    {
        Ok(_) => Ok(print(OK)?),
        Err(error) => {
            let mention = Mention::new(Thing::Group, &args.asg_name);
            Err(explain(&context.client, error, &[mention]).await)
        }
    }
}

/// Removes one instance.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn terminate(context: &Context, args: &TerminateArgs) -> Result<(), Failure> {
    let path = path(&[GROUP.all, &args.asg_name, "instances", &args.instance]);
    let decrement = args.decrement.to_string();
    match context
        .client
        .call(Method::DELETE, &path)
        .query("decrement", &decrement)
        .send()
        .await
    {
        Ok(_) => Ok(print(OK)?),
        Err(error) => {
            let group = Mention::new(Thing::Group, &args.asg_name);
            let instance = Mention::instance(&args.instance, &args.asg_name);
            Err(explain(&context.client, error, &[group, instance]).await)
        }
    }
}
