//! Prometheus' HTTP API: an instant query (<https://prometheus.io/docs/prometheus/latest/querying/api/>).

use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::ask::{self, Answer};
use crate::{Settings, SourceError};

/// What it answers, with a figure or an error.
#[derive(Deserialize)]
struct Said {
    #[serde(default)]
    data: Option<Data>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: Option<String>,
}

#[derive(Deserialize)]
#[serde(tag = "resultType", content = "result", rename_all = "lowercase")]
enum Data {
    Vector(Vec<Labelled>),
    Scalar(Point),
    String(Point),
    Matrix(#[allow(dead_code)] IgnoredAny),
}

#[derive(Deserialize)]
struct Labelled {
    value: Point,
}

/// When, and what in words: JSON has no NaN.
#[derive(Deserialize)]
struct Point(#[allow(dead_code)] f64, String);

pub(crate) async fn read(client: &Client, settings: &Settings, query: &str) -> Result<f64, SourceError> {
    let answer = ask::get(client, settings, address(settings, query)?).await?;
    let said = understood(&answer)?;
    if let Some(error) = said.error {
        // What else it calls so is about the time of evaluation, which we leave to it.
        return Err(match said.error_type.as_str() {
            "bad_data" => SourceError::Syntax(parsed(&error)),
            _ => SourceError::Query(error),
        });
    }
    match said.data {
        Some(data) if answer.status == 200 => figure(data),
        _ => Err(answer.refusal()),
    }
}

/// The message without the parameter that it names, which is ours and not the user's.
fn parsed(error: &str) -> String {
    let told = error
        .strip_prefix("invalid parameter \"query\": ")
        .unwrap_or(error);
    told.to_owned()
}

fn address(settings: &Settings, query: &str) -> Result<Url, SourceError> {
    let mut url = ask::address(settings)?;
    match url.path_segments_mut() {
        Ok(mut path) => drop(path.pop_if_empty().extend(["api", "v1", "query"])),
        Err(()) => return Err(SourceError::Address("it has no path".to_owned())),
    }
    url.query_pairs_mut().append_pair("query", query);
    Ok(url)
}

fn understood(answer: &Answer) -> Result<Said, SourceError> {
    serde_json::from_slice(&answer.body).map_err(|error| match answer.status {
        200 => {
            let begins = ask::beginning(&answer.body);
            SourceError::Strange(format!("it begins with {begins:?}: {error}"))
        }
        _ => answer.refusal(),
    })
}

fn figure(data: Data) -> Result<f64, SourceError> {
    match data {
        Data::Scalar(point) => number(&point),
        Data::Vector(series) => match series.as_slice() {
            [] => Err(SourceError::None),
            [one] => number(&one.value),
            many => Err(SourceError::Many(many.len())),
        },
        Data::String(Point(_, text)) => Err(SourceError::NoNumber(format!("the text {text:?}"))),
        Data::Matrix(_) => Err(SourceError::NoNumber("a range of figures".to_owned())),
    }
}

fn number(point: &Point) -> Result<f64, SourceError> {
    let Point(_, text) = point;
    // Infinity is written +Inf and -Inf.
    let number: Option<f64> = text.parse().ok();
    number
        .filter(|number| number.is_finite())
        .ok_or_else(|| SourceError::NoNumber(text.clone()))
}
