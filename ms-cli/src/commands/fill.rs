//! Completing what an add command sends: the command line first, then the defaults file, then what is usual.

use serde_json::{Map, Value};

use super::{Context, known};
use crate::cli::{NAME, Request};
use crate::kinds::{Fallback, Field};
use crate::messages::Failure;

/// The whole document that an add command means. A required field that is nowhere stays out: the server says so.
///
/// # Errors
/// [`Failure`] when zones were left out and no host is known.
pub async fn complete(context: &Context, request: &Request) -> Result<Map<String, Value>, Failure> {
    let mut document = request.fields.clone();
    for field in request.kind.fields {
        if !document.contains_key(field.name)
            && let Some(value) = left_out(context, request, field).await?
        {
            document.insert(field.name.to_owned(), value);
        }
    }
    document.insert(NAME.to_owned(), Value::from(request.name.as_str()));
    Ok(document)
}

async fn left_out(context: &Context, request: &Request, field: &Field) -> Result<Option<Value>, Failure> {
    let contradicted = |f: &Field| f.displaces == Some(field.name) && request.fields.contains_key(f.name);
    if request.kind.fields.iter().any(contradicted) {
        return Ok(None);
    }
    if let Some(default) = context.defaults.get(request.kind.section, field.name)
        && fits_type(context, request, field, default)
    {
        return Ok(Some(default.clone()));
    }
    Ok(match field.fallback {
        Fallback::Nothing => None,
        Fallback::Text(text) => Some(Value::from(text)),
        Fallback::Integer(number) => Some(Value::from(number)),
        Fallback::KnownZones => Some(known_zones(context, request, field).await?),
    })
}

async fn known_zones(context: &Context, request: &Request, field: &Field) -> Result<Value, Failure> {
    let zones = known::zones(&context.client).await?;
    if zones.is_empty() {
        let option = field.option.unwrap_or(field.name);
        return Err(Failure::Missing {
            what: format!("no {} given, and no host names any zone", field.name),
            hint: format!(
                "give --{option} ZONE,..., or put {} into the section {} of {}",
                field.name,
                request.kind.section,
                context.defaults.path().display()
            ),
        });
    }
    Ok(Value::from(zones))
}

/// Whether a field of the defaults file can stand in a document of the type that the command line means.
fn fits_type(context: &Context, request: &Request, field: &Field, default: &Value) -> bool {
    let kind = request.kind;
    let meant = types_meant(request);
    if kind.type_field == Some(field.name) {
        let default = default.as_str().unwrap_or_default();
        return meant.is_none_or(|meant| meant.contains(&default));
    }
    let usual = kind.type_field;
    let usual = usual.and_then(|name| context.defaults.get(kind.section, name)?.as_str());
    // What the command line leaves open, the file's own type settles.
    let meant = match usual.filter(|usual| meant.as_ref().is_none_or(|meant| meant.contains(usual))) {
        Some(usual) => Some(vec![usual]),
        None => meant,
    };
    field.of_types.is_empty() || meant.is_none_or(|meant| field.of_types.iter().any(|of| meant.contains(of)))
}

/// The types that a document can be of by what the command line says; `None` when that says nothing.
fn types_meant(request: &Request) -> Option<Vec<&str>> {
    let given = |name: &str| request.fields.get(name);
    if let Some(named) = request.kind.type_field.and_then(given) {
        return Some(vec![named.as_str().unwrap_or_default()]);
    }
    let said = request.kind.fields.iter();
    let mut said = said.filter(|field| !field.of_types.is_empty() && given(field.name).is_some());
    let first = said.next()?.of_types.to_vec();
    Some(said.fold(first, |mut types, field| {
        types.retain(|of| field.of_types.contains(of));
        types
    }))
}
