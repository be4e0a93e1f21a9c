//! YAML values with the places where they stand.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use crate::ConfigError;

/// A value and where it stands.
#[derive(Debug)]
pub(crate) struct Node {
    /// Line, from 1.
    pub line: u64,
    /// Column, from 1.
    pub column: u64,
    /// The value.
    pub value: Value,
}

/// A value. Scalars stay as they are written: a key `0123` and a password `1e3` are not numbers.
#[derive(Debug)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// One value.
    Scalar {
        /// Its text, without quotes.
        text: String,
        /// Whether it is written as text.
        quoted: bool,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the file's order; a key's node is always a scalar.
    Map(Vec<(String, Node)>),
}

/// Parses a file's text; an empty one is a null.
pub(crate) fn parse(file: &str, text: &str) -> Result<Node, ConfigError> {
    let nothing = text
        .lines()
        .map(str::trim)
        .all(|line| line.is_empty() || line.starts_with('#') || line == "---");
    if nothing {
        let (line, column, value) = (1, 1, Value::Null);
        return Ok(Node { line, column, value });
    }
    match serde_saphyr::from_str::<Spanned<Raw>>(text) {
        Ok(root) => Ok(place(root, text)),
        Err(error) => Err(syntax(file, &error)),
    }
}

fn syntax(file: &str, error: &serde_saphyr::Error) -> ConfigError {
    let place = error.location().unwrap_or(Location::UNKNOWN);
    ConfigError::Syntax {
        file: file.to_owned(),
        line: place.line(),
        column: place.column(),
        message: message(error),
    }
}

/// The parser's own words, without the excerpt that follows them and the place that we name ourselves.
fn message(error: &serde_saphyr::Error) -> String {
    if let serde_saphyr::Error::MultipleDocuments { .. } = error.without_snippet() {
        return "a second YAML document begins here: expected one".to_owned();
    }
    let text = error.without_snippet().to_string();
    let line = text.lines().next().unwrap_or_default();
    let end = line.rfind(" at line ").unwrap_or(line.len());
    line.get(..end).unwrap_or(line).to_owned()
}

enum Raw {
    Null,
    /// A plain scalar that YAML takes for a number or a boolean, in a spelling of ours: only where the source does
    /// not tell the author's.
    Typed(String),
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

fn place(spanned: Spanned<Raw>, source: &str) -> Node {
    let value = match spanned.value {
        Raw::Null => Value::Null,
        Raw::Typed(ours) => Value::Scalar {
            text: written(&spanned.defined, source).map_or(ours, str::to_owned),
            quoted: false,
        },
        Raw::Text(text) => Value::Scalar {
            quoted: written(&spanned.defined, source) != Some(text.as_str()),
            text,
        },
        Raw::List(items) => Value::List(items.into_iter().map(|item| place(item, source)).collect()),
        Raw::Map(entries) => {
            let entries = entries
                .into_iter()
                .map(|(key, value)| (key, place(value, source)));
            Value::Map(entries.collect())
        }
    };
    Node {
        line: spanned.referenced.line(),
        column: spanned.referenced.column(),
        value,
    }
}

/// A scalar as it is written.
fn written<'a>(at: &Location, source: &'a str) -> Option<&'a str> {
    let start = usize::try_from(at.span().byte_offset()?).ok()?;
    let length = usize::try_from(at.span().byte_len()?).ok()?;
    let text = source.get(start..start.checked_add(length)?)?.trim();
    Some(text).filter(|text| !text.is_empty())
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

/// Visits of scalars that YAML takes for something else than text.
macro_rules! typed {
    ($($visit:ident: $kind:ty;)*) => {$(
        fn $visit<E: Error>(self, value: $kind) -> Result<Raw, E> {
            Ok(Raw::Typed(value.to_string()))
        }
    )*};
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    typed! {
        visit_bool: bool;
        visit_i64: i64;
        visit_u64: u64;
        visit_i128: i128;
        visit_u128: u128;
        visit_f64: f64;
    }

    fn visit_unit<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Raw::Map(map))
    }
}
