//! A figure in the JSON of an answer.

use reqwest::Client;
use serde_json::Value;

use crate::{Settings, SourceError, ask};

pub(crate) async fn read(client: &Client, settings: &Settings, pointer: &str) -> Result<f64, SourceError> {
    let answer = ask::get(client, settings, ask::address(settings)?).await?;
    if answer.status != 200 {
        return Err(answer.refusal());
    }
    let body: Value = serde_json::from_slice(&answer.body).map_err(|_| {
        let begins = ask::beginning(&answer.body);
        SourceError::Strange(format!("it is not JSON and begins with {begins:?}"))
    })?;
    let found = body
        .pointer(pointer)
        .ok_or_else(|| SourceError::Strange(format!("it has nothing at {pointer}")))?;
    figure(found)
}

fn figure(value: &Value) -> Result<f64, SourceError> {
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or_else(|| SourceError::NoNumber(ask::beginning(value.to_string().as_bytes())))
}
