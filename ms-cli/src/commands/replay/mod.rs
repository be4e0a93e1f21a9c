//! Policies tried on what was recorded.

mod request;
mod shown;

use api::client::path;
use api::documents::Replay;

use super::Context;
use crate::cli::ReplayArgs;
use crate::kinds::{GROUP, Thing};
use crate::messages::{Failure, Mention, explain};
use crate::output::{print, render};

/// Tries policies, tells what they would have done, and draws it.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(context: &Context, args: &ReplayArgs) -> Result<(), Failure> {
    let body = request::body(args)?;
    let call = path(&[GROUP.all, &args.asg_name, "replays"]);
    let answer = match context.client.post(&call, &body).await {
        Ok(answer) => answer,
        Err(error) => {
            let mention = Mention::new(Thing::Group, &args.asg_name);
            return Err(explain(&context.client, error, &[mention]).await);
        }
    };
    let replay: Replay = serde_json::from_value(answer.clone()).map_err(std::io::Error::other)?;
    if let Some(picture) = &args.plot {
        picture.draw(&replay)?;
    }
    let as_table = || shown::table(&replay, args.detailed_list);
    Ok(print(&render(args.output, &answer, as_table)?)?)
}
