//! Columns of lists, and how a value is written in one.

use serde_json::Value;

/// A column of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The field that it shows.
    pub field: &'static str,
    title: Option<&'static str>,
    shape: Shape,
}

/// How a column's values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    AsIs,
    Time,
    OneDecimal,
    First(usize),
    Shortened(usize),
    Hours,
}

/// A column named after its field.
pub const fn column(field: &'static str) -> Column {
    Column {
        field,
        title: None,
        shape: Shape::AsIs,
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
        self.shape = Shape::Time;
        self
    }

    /// Its values are numbers, of which one decimal is shown.
    pub const fn one_decimal(mut self) -> Self {
        self.shape = Shape::OneDecimal;
        self
    }

    /// Its values are a `start` and an `end`, shown as one text.
    pub const fn hours(mut self) -> Self {
        self.shape = Shape::Hours;
        self
    }

    /// Of its values so many characters are shown.
    pub const fn first(mut self, characters: usize) -> Self {
        self.shape = Shape::First(characters);
        self
    }

    /// Longer values lose what is in their middle.
    pub const fn shortened(mut self, characters: usize) -> Self {
        self.shape = Shape::Shortened(characters);
        self
    }

    /// What stands above it.
    pub fn title(&self) -> String {
        self.title.map_or_else(|| title_of(self.field), str::to_owned)
    }

    /// A value as the column shows it.
    pub fn show(&self, value: &Value) -> String {
        match (self.shape, value) {
            (Shape::Time, value) => value.as_i64().map_or_else(|| show(value), time),
            (Shape::OneDecimal, Value::Number(number)) => {
                number.as_f64().map_or_else(|| show(value), |n| format!("{n:.1}"))
            }
            (Shape::First(length), Value::String(text)) => {
                show(&Value::from(text.chars().take(length).collect::<String>()))
            }
            (Shape::Shortened(length), Value::String(text)) => show(&Value::from(shortened(text, length))),
            (Shape::Hours, Value::Object(hours)) => {
                let of = |field| show(hours.get(field).unwrap_or(&Value::Null));
                format!("{}-{}", of("start"), of("end"))
            }
            (
                Shape::AsIs | Shape::OneDecimal | Shape::First(_) | Shape::Shortened(_) | Shape::Hours,
                value,
            ) => show(value),
        }
    }
}

/// The title of a field's column.
pub fn title_of(field: &str) -> String {
    field.to_uppercase()
}

/// At most so many characters of a text, its begin and its end: of a metric the statistic and the window, whatever the
/// query between them.
fn shortened(text: &str, length: usize) -> String {
    let all = text.chars().count();
    if all <= length {
        return text.to_owned();
    }
    let tail = length / 3;
    let head = length.saturating_sub(tail + 1);
    let begin = text.chars().take(head);
    begin.chain(['…']).chain(text.chars().skip(all - tail)).collect()
}

/// Unix seconds as local time, with its zone.
pub fn time(seconds: i64) -> String {
    match jiff::Timestamp::from_second(seconds) {
        Ok(at) => at
            .to_zoned(jiff::tz::TimeZone::system())
            .strftime("%Y-%m-%d %H:%M:%S %Z")
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

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn a_long_text_keeps_its_begin_and_its_end() {
        let query = "AVG sum(rate(requests_total{service=\"größe\"}[30s])) over 30 s";
        let short = shortened(query, 24);
        assert_eq!(short, "AVG sum(rate(re…ver 30 s");
        assert_eq!(short.chars().count(), 24);
        assert_eq!(shortened("AVG CPU over 60 s", 17), "AVG CPU over 60 s");
        assert_eq!(shortened(query, 1), "…");
    }
}
