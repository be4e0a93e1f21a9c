//! Trying policies on what was recorded.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::name;
use super::scaling::moment;
use crate::kinds::ValueKind;
use crate::output::Format;
use crate::plot;

/// Options of `replay-policy`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The group
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub asg_name: String,
    /// Policies of the group, all at once
    #[arg(short, long, value_name = "NAME,...", value_delimiter = ',', value_parser = name,
        required_unless_present = "from_file")]
    pub policy: Vec<String>,
    /// A file with a policy or a list of them, which need not exist, in YAML or JSON as `ms list-policies -o yaml` shows them
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
    /// How far back it begins, for example 30d, 12h or 90m; 7d unless it is said
    #[arg(long, value_name = "TIME", value_parser = span, conflicts_with = "from")]
    pub last: Option<i64>,
    /// When it begins, for example 2030-01-01T09:00:00+01:00 or Unix seconds
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub from: Option<i64>,
    /// When it ends, unless it is now
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub to: Option<i64>,
    /// Seconds from one decision to the next; 10 unless it is said
    #[arg(long, value_name = "SECONDS")]
    pub step: Option<u32>,
    /// `rollups`, the group's recorded minutes, unless it is a source of type prometheus, which is asked what the policies that look at it ask for
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    #[command(flatten)]
    pub group: GroupArgs,
    /// Draw it, as an SVG or PNG picture
    #[arg(long, value_name = "FILE.svg|FILE.png", value_parser = plot::Picture::parse)]
    pub plot: Option<plot::Picture>,
    /// Tell every change
    #[arg(long)]
    pub detailed_list: bool,
    /// How to print it
    #[arg(short, long, value_enum, default_value_t = Format::Table, value_name = "FORMAT")]
    pub output: Format,
}

/// What is other than the group has it.
#[derive(Debug, Args)]
pub struct GroupArgs {
    /// Capacity at its begin, instead of what the group held
    #[arg(long, value_name = "N")]
    pub start: Option<u32>,
    /// Seconds until what is launched is in service; 10 unless it is said
    #[arg(long, value_name = "SECONDS")]
    pub launch_delay: Option<u32>,
    /// What an instance carries of a metric that is not in per cent of it, instead of the policies' target or upper threshold
    #[arg(long, value_name = "FIGURE")]
    pub instance_capacity: Option<f64>,
    /// Instead of the group's
    #[arg(long, value_name = "N")]
    pub min_size: Option<u32>,
    /// Instead of the group's
    #[arg(long, value_name = "N")]
    pub max_size: Option<u32>,
    /// Instead of the group's
    #[arg(long, value_name = "SECONDS")]
    pub scale_out_cooldown: Option<u32>,
    /// Instead of the group's
    #[arg(long, value_name = "SECONDS")]
    pub scale_in_cooldown: Option<u32>,
    /// Instead of the group's
    #[arg(long, value_name = "SECONDS")]
    pub instance_warmup: Option<u32>,
    /// Instead of the group's
    #[arg(long, value_name = "SECONDS")]
    pub scale_in_stabilization: Option<u32>,
    /// Instead of the group's, for example {"instances":4,"period":60}
    #[arg(long, value_name = "JSON", value_parser = rate)]
    pub scale_out_rate: Option<Value>,
    /// Instead of the group's
    #[arg(long, value_name = "JSON", value_parser = rate)]
    pub scale_in_rate: Option<Value>,
}

fn rate(text: &str) -> Result<Value, String> {
    ValueKind::Object.parse(text)
}

/// Seconds of a span of time.
fn span(text: &str) -> Result<i64, String> {
    let problem = || format!("{text:?} is no time: use for example 30d, 12h or 90m");
    let span: jiff::Span = text.parse().map_err(|_| problem())?;
    let whole = span.total((jiff::Unit::Second, jiff::SpanRelativeTo::days_are_24_hours()));
    let seconds = whole.map_err(|_| problem())? as i64;
    match seconds > 0 {
        true => Ok(seconds),
        false => Err(problem()),
    }
}
