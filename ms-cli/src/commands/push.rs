//! Telling figures for policies to look at.

use api::client::path;
use serde_json::json;

use super::{Context, OK};
use crate::cli::PushArgs;
use crate::messages::{Failure, explain};
use crate::output::print;

/// Tells a figure.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn push(context: &Context, args: &PushArgs) -> Result<(), Failure> {
    let call = path(&["metrics", &args.source, &args.metric]);
    match context.client.put(&call, &json!({"value": args.value})).await {
        Ok(_) => Ok(print(OK)?),
        Err(error) => Err(explain(&context.client, error, &[]).await),
    }
}
