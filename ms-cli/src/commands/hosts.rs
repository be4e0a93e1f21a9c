//! What operators do with Docker hosts.

use api::client::{Call, Method, path};
use serde_json::json;

use super::{Context, OK, lists, wait};
use crate::cli::{DrainArgs, HostName, Hosts, RemoveArgs};
use crate::kinds::Thing;
use crate::messages::{Failure, Mention, explain};
use crate::output::print;

/// Does a command about hosts.
///
/// # Errors
/// [`Failure`] says why it was not done.
pub async fn run(context: &Context, command: &Hosts) -> Result<(), Failure> {
    match command {
        Hosts::List(args) => return lists::hosts(context, args).await,
        Hosts::Cordon(host) => schedule(context, host, "cordon").await?,
        Hosts::Uncordon(host) => schedule(context, host, "uncordon").await?,
        Hosts::Drain(args) => drain(context, args).await?,
        Hosts::Remove(args) => remove(context, args).await?,
    }
    Ok(print(OK)?)
}

async fn schedule(context: &Context, host: &HostName, how: &str) -> Result<(), Failure> {
    let call = context
        .client
        .call(Method::PUT, &path(&["hosts", host.as_str(), how]));
    send(context, host, call.body(&json!({}))).await
}

async fn drain(context: &Context, args: &DrainArgs) -> Result<(), Failure> {
    schedule(context, &args.host, "drain").await?;
    match args.wait {
        true => {
            wait::until(
                wait::Drain::new(&context.client, args.host.as_str()),
                args.timeout,
            )
            .await
        }
        false => Ok(()),
    }
}

async fn remove(context: &Context, args: &RemoveArgs) -> Result<(), Failure> {
    let call = context
        .client
        .call(Method::DELETE, &path(&["hosts", args.host.as_str()]));
    send(context, &args.host, call.query("force", &args.force.to_string())).await
}

async fn send(context: &Context, host: &HostName, call: Call<'_>) -> Result<(), Failure> {
    match call.send().await {
        Ok(_) => Ok(()),
        Err(error) => {
            let mention = Mention::new(Thing::Host, host.as_str());
            Err(explain(&context.client, error, &[mention]).await)
        }
    }
}
