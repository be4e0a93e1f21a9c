//! How answers are shown.

mod column;
mod table;
mod watch;

use std::io::{self, Write};
use std::ops::ControlFlow;

use clap::ValueEnum;
use serde_json::Value;

pub use column::{Column, column, show as show_value, time};
pub use table::{Row, table};
pub use watch::{EVERY, stream, watch};

/// A format of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Columns for people.
    Table,
    /// The server's documents as JSON.
    Json,
    /// The server's documents as YAML.
    Yaml,
}

/// An answer in a format; `table` is only asked for when the format is that.
///
/// # Errors
/// Never with what the server sends: every JSON document can be written as either.
pub fn render(format: Format, answer: &Value, table: impl FnOnce() -> String) -> io::Result<String> {
    match format {
        Format::Table => Ok(table()),
        Format::Json => serde_json::to_string_pretty(answer).map_err(io::Error::other),
        Format::Yaml => {
            let text = serde_saphyr::to_string(answer).map_err(io::Error::other)?;
            Ok(text.trim_end().to_owned())
        }
    }
}

/// One of many answers in a format: a line of JSON, or a document of YAML.
///
/// # Errors
/// As [`render`].
fn render_next(format: Format, answer: &Value) -> io::Result<String> {
    match format {
        Format::Table | Format::Json => Ok(answer.to_string()),
        Format::Yaml => render(format, answer, String::new).map(|text| format!("---\n{text}")),
    }
}

/// Prints text and a line's end on stdout. A reader that went away (`ms list-asgs | head -1`) is no error.
///
/// # Errors
/// Any other failure to write.
pub fn print(text: &str) -> io::Result<()> {
    offer(text).map(drop)
}

/// The same; whether there is a reader still.
fn offer(text: &str) -> io::Result<ControlFlow<()>> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(ControlFlow::Break(())),
        done => done.map(ControlFlow::Continue),
    }
}
