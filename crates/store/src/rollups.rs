//! How a minute of a group's load is kept. There are 50,000 of each group in 35 days, so it is short: names of one letter,
//! figures in a row, and the name of a metric that is not one of the agents' (it may be a query of 4,096 characters) once
//! a day, under a key that stands for it.

use domain::policy::AGENT;
use domain::rollup::{Rolled, Rollup};
use domain::{GroupId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::json::{corrupt, decode};
use crate::{Result, StoreError};

/// The most bytes that a minute may take, names apart: a day of such minutes is 6.6 MB, where 15 MiB are one document's limit
/// ([`crate::MAX_DOCUMENT_BYTES`]). It has room for 32 figures of any digits.
pub const MAX_ROLLUP_BYTES: usize = 4_608;

const DAY_MS: i64 = 24 * 3_600 * 1_000;
/// Characters of an agents' metric that stands for itself.
const SHORT: usize = 16;

/// A minute ready to be written.
#[derive(Debug)]
pub(crate) struct Minute {
    pub(crate) group: GroupId,
    /// When it began.
    pub(crate) at: Timestamp,
    /// What it was, in short.
    pub(crate) text: String,
    /// Keys in the text, and the metrics that they stand for.
    pub(crate) names: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Short {
    #[serde(rename = "d")]
    desired: u32,
    #[serde(rename = "i")]
    in_service: u32,
    #[serde(rename = "f")]
    figures: Vec<Row>,
}

/// Key, instances that reported, average, maximum, minimum, sum.
type Row = (String, u32, f64, f64, f64, f64);

impl Minute {
    /// Of figures, those that are numbers.
    pub(crate) fn of(rollup: &Rollup) -> Result<Self> {
        let mut names = Vec::new();
        let mut figures = Vec::with_capacity(rollup.figures.len());
        for figure in rollup.figures.iter().filter(|figure| is_number(figure)) {
            let key = key(figure, &mut names)?;
            let (average, maximum) = (figure.average, figure.maximum);
            figures.push((key, figure.reported, average, maximum, figure.minimum, figure.sum));
        }
        let text = written(&Short {
            desired: rollup.desired,
            in_service: rollup.in_service,
            figures,
        })?;
        let (size, max) = (text.len(), MAX_ROLLUP_BYTES);
        if size > max {
            return Err(StoreError::TooLarge { size, max });
        }
        Ok(Self {
            group: rollup.group,
            at: Rollup::minute_of(rollup.at),
            text,
            names,
        })
    }

    /// The minute as it was.
    pub(crate) fn rollup(&self) -> Result<Rollup> {
        let name = |key: &str| {
            let mut names = self.names.iter();
            names
                .find(|(known, _)| known == key)
                .map(|(_, name)| name.as_str())
        };
        Self::read(self.group, self.at, &self.text, name)
    }

    /// A minute as it was; `name` knows what the day's keys stand for.
    pub(crate) fn read<'a>(
        group: GroupId,
        at: Timestamp,
        text: &str,
        name: impl Fn(&str) -> Option<&'a str>,
    ) -> Result<Rollup> {
        let short: Short = decode(text)?;
        let figure = |(key, reported, average, maximum, minimum, sum): Row| {
            let (source, metric) = match is_short(&key) {
                true => (AGENT.to_owned(), key),
                false => {
                    let name = name(&key).ok_or_else(|| corrupt::<Rollup>(format!("{key} has no name")))?;
                    decode(name)?
                }
            };
            Ok(Rolled {
                source,
                metric,
                reported,
                average,
                maximum,
                minimum,
                sum,
            })
        };
        Ok(Rollup {
            group,
            at,
            desired: short.desired,
            in_service: short.in_service,
            figures: short.figures.into_iter().map(figure).collect::<Result<_>>()?,
        })
    }
}

/// The day that a time is in, by UTC: days since 1970.
pub(crate) fn day(at: Timestamp) -> i64 {
    at.millis().div_euclid(DAY_MS)
}

/// Which minute of its day a time is in.
pub(crate) fn minute(at: Timestamp) -> i64 {
    at.millis().rem_euclid(DAY_MS) / Rollup::MINUTE_MS
}

/// When a minute of a day begins.
pub(crate) fn begins(day: i64, minute: i64) -> Timestamp {
    let minute = minute.saturating_mul(Rollup::MINUTE_MS);
    Timestamp::from_millis(day.saturating_mul(DAY_MS).saturating_add(minute))
}

fn is_number(figure: &Rolled) -> bool {
    let all = [figure.average, figure.maximum, figure.minimum, figure.sum];
    all.iter().all(|value| value.is_finite())
}

/// What stands for a figure's metric; a name that has to be kept beside is added.
fn key(figure: &Rolled, names: &mut Vec<(String, String)>) -> Result<String> {
    if figure.source == AGENT && is_short(&figure.metric) {
        return Ok(figure.metric.clone());
    }
    let name = written(&(&figure.source, &figure.metric))?;
    let key = format!("#{:016x}", fnv(&name));
    names.push((key.clone(), name));
    Ok(key)
}

fn is_short(metric: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !metric.is_empty() && metric.len() <= SHORT && metric.bytes().all(plain)
}

/// The FNV-1a hash of 64 bits: the same in every version of this program, which the standard library's is not.
fn fnv(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}

fn written(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| corrupt::<Rollup>(error.to_string()))
}
