//! Columns of lists, and how a value is written in one.

use serde_json::Value;

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field that it shows.
    pub field: &'static str,
    title: Option<&'static str>,
    time: bool,
}

/// A column named after its field.
pub const fn column(field: &'static str) -> Column {
    Column {
        field,
        title: None,
        time: false,
    }
}

impl Column {
    /// Gives it a title of its own.
    pub const fn titled(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    /// Its values are Unix seconds, shown as local time.
    pub const fn time(mut self) -> Self {
        self.time = true;
        self
    }

    /// What stands above it.
    pub fn title(&self) -> String {
        self.title.map_or_else(|| title_of(self.field), str::to_owned)
    }

    /// A value as the column shows it.
    pub fn show(&self, value: &Value) -> String {
        match value.as_i64() {
            Some(seconds) if self.time => time(seconds),
            _ => show(value),
        }
    }
}

/// The title of a field's column.
pub fn title_of(field: &str) -> String {
    field.to_uppercase()
}

/// Unix seconds as local time.
pub fn time(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(at) => at
            .to_zoned(jiff::tz::TimeZone::system())
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        Err(_) => seconds.to_string(),
    }
}

/// A value in a cell: lists joined by commas, objects as JSON, and a dash for nothing, so that a line always has
/// as many words as columns for whoever splits it.
pub fn show(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(show).collect::<Vec<_>>().join(","),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    };
    if text.is_empty() { "-".to_owned() } else { text }
}
