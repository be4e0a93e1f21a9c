//! Prometheus' HTTP API (<https://prometheus.io/docs/prometheus/latest/querying/api/>): a query of now.

use reqwest::{Client, Url};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::ask::{self, Answer};
use crate::{Settings, SourceError};

/// What it answers, with data or an error.
#[derive(Deserialize)]
struct Said<T> {
    data: Option<T>,
    #[serde(default, rename = "errorType")]
    error_type: String,
    #[serde(default)]
    error: Option<String>,
    /// Why the data may be less than the whole, or of another kind than was meant.
    #[serde(default)]
    warnings: Vec<String>,
}

/// How warnings begin that are about the query, since Prometheus 2.48 tells those too; the data is whole.
const ABOUT_THE_QUERY: &str = "PromQL ";

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

/// When, in Unix seconds, and what in words: JSON has no NaN.
#[derive(Deserialize)]
pub(crate) struct Point(pub(crate) f64, String);

/// What a query gives now.
pub(crate) async fn read(client: &Client, settings: &Settings, query: &str) -> Result<f64, SourceError> {
    let mut url = address(settings, "query")?;
    url.query_pairs_mut().append_pair("query", query);
    figure(data(&ask::get(client, settings, url).await?)?)
}

/// The data of an answer.
///
/// # Errors
/// What it says instead.
pub(crate) fn data<T: DeserializeOwned>(answer: &Answer) -> Result<T, SourceError> {
    let said: Said<T> = understood(answer)?;
    if let Some(error) = said.error {
        // What else it calls so is about times, which are ours.
        return Err(match said.error_type.as_str() {
            "bad_data" => SourceError::Syntax(parsed(&error)),
            _ => SourceError::Query(error),
        });
    }
    // A store behind it did not answer: of the load that it knows nothing is told, and nothing may be concluded from that.
    let mut warnings = said.warnings.into_iter();
    if let Some(partial) = warnings.find(|warning| !warning.starts_with(ABOUT_THE_QUERY)) {
        return Err(SourceError::Partial(partial));
    }
    match said.data {
        Some(data) if answer.status == 200 => Ok(data),
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

/// The address of one of its calls.
pub(crate) fn address(settings: &Settings, call: &str) -> Result<Url, SourceError> {
    let mut url = ask::address(settings)?;
    match url.path_segments_mut() {
        Ok(mut path) => drop(path.pop_if_empty().extend(["api", "v1", call])),
        Err(()) => return Err(SourceError::Address("it has no path".to_owned())),
    }
    Ok(url)
}

fn understood<T: DeserializeOwned>(answer: &Answer) -> Result<Said<T>, SourceError> {
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
        Data::Scalar(point) => point.figure(),
        Data::Vector(series) => match series.as_slice() {
            [] => Err(SourceError::None),
            [one] => one.value.figure(),
            many => Err(SourceError::Many(many.len())),
        },
        Data::String(Point(_, text)) => Err(SourceError::NoNumber(format!("the text {text:?}"))),
        Data::Matrix(_) => Err(SourceError::NoNumber("a range of figures".to_owned())),
    }
}

impl Point {
    /// Its figure, which is a number.
    pub(crate) fn figure(&self) -> Result<f64, SourceError> {
        let Self(_, text) = self;
        // Infinity is written +Inf and -Inf.
        let number: Option<f64> = text.parse().ok();
        number
            .filter(|number| number.is_finite())
            .ok_or_else(|| SourceError::NoNumber(text.clone()))
    }
}
