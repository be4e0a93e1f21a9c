//! Add, update, delete and list, the same for all kinds of document.

use api::{ClientError, client::path};
use serde_json::Value;

use super::lists::{self, Listing};
use super::{Context, OK, fill};
use crate::cli::{OF_GROUP, Request, Verb};
use crate::kinds::Kind;
use crate::messages::{Failure, Mention, explain};
use crate::output::print;

/// Does a command about documents.
///
/// # Errors
/// [`Failure`] says why it was not done.
pub async fn run(context: &Context, request: &Request) -> Result<(), Failure> {
    match &request.verb {
        Verb::Add => add(context, request).await?,
        Verb::Update => update(context, request).await?,
        Verb::Delete => delete(context, request).await?,
        Verb::List(args) => {
            let group = request.fields.get(OF_GROUP).and_then(Value::as_str);
            let listing = Listing::of_kind(request.kind).only_of(group);
            return lists::show(context, &listing, args).await;
        }
    }
    Ok(print(OK)?)
}

async fn add(context: &Context, request: &Request) -> Result<(), Failure> {
    let document = fill::complete(context, request).await?;
    let mentions = Mention::all_of(request.kind, &document);
    match context
        .client
        .post(request.kind.all, &Value::Object(document))
        .await
    {
        Ok(_) => Ok(()),
        Err(error) if is_incomplete(&error) => {
            let hint = Some(where_fields_come_from(context, request.kind));
            let error = with_options(error, request.kind);
            Err(Failure::Client { error, hint })
        }
        Err(error) => Err(explain(&context.client, error, &mentions).await),
    }
}

fn is_incomplete(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { status: 400 | 422, message } if message.contains("is required"))
}

/// What is missing, named by its option as well: that is what the user can type.
fn with_options(error: ClientError, kind: &Kind) -> ClientError {
    let ClientError::Refused { status, message } = error else {
        return error;
    };
    let problems = message.split("; ").map(|problem| {
        let field = problem.strip_suffix(": is required");
        let option = field.and_then(|field| kind.field(field)?.option);
        match (field, option) {
            (Some(field), Some(option)) => format!("--{option} ({field}) is required"),
            _ => problem.to_owned(),
        }
    });
    let message = problems.collect::<Vec<_>>().join("; ");
    ClientError::Refused { status, message }
}

fn where_fields_come_from(context: &Context, kind: &Kind) -> String {
    let (one, section, file) = (kind.one, kind.section, context.defaults.path().display());
    format!(
        "`ms add-{one} --help` shows the options; what is left out comes from the section {section} of {file}"
    )
}

async fn update(context: &Context, request: &Request) -> Result<(), Failure> {
    if request.fields.is_empty() {
        return Err(nothing_to_change(request.kind));
    }
    let mut mentions = vec![Mention::new(request.kind.thing, &request.name)];
    mentions.extend(Mention::all_of(request.kind, &request.fields));
    let body = Value::Object(request.fields.clone());
    match context
        .client
        .put(&path(&[request.kind.all, &request.name]), &body)
        .await
    {
        Ok(_) => Ok(()),
        Err(error) => Err(explain(&context.client, error, &mentions).await),
    }
}

async fn delete(context: &Context, request: &Request) -> Result<(), Failure> {
    match context
        .client
        .delete(&path(&[request.kind.all, &request.name]))
        .await
    {
        Ok(_) => Ok(()),
        Err(error) => {
            let mention = Mention::new(request.kind.thing, &request.name);
            Err(explain(&context.client, error, &[mention]).await)
        }
    }
}

fn nothing_to_change(kind: &Kind) -> Failure {
    Failure::Missing {
        what: format!("nothing to change: only the {}'s name was given", kind.noun),
        hint: format!("`ms update-{} --help` shows what can be changed", kind.one),
    }
}
