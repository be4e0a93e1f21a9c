//! Reads the file, so that a misspelt section or field is named with its line.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::value::FieldValue;
use super::{LOGIN, LOGIN_FIELDS};
use crate::cli::NAME;
use crate::kinds::{self, Kind, ValueKind};

/// The sections of a file's text, without what is left empty in it.
pub fn sections(text: &str) -> Result<Map<String, Value>, String> {
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    let read = serde_saphyr::with_deserializer_from_str(text, |file| Table(Sections).deserialize(file));
    read.map_err(|e| line_first(&e))
}

/// What is wrong, behind the line where it is.
fn line_first(error: &serde_saphyr::Error) -> String {
    // The library's excerpt of the file would show the key and the token.
    let error = error.without_snippet();
    let text = error.to_string();
    let Some(at) = error.location() else { return text };
    let (line, column) = (at.line(), at.column());
    let told = text.strip_suffix(&format!(" at line {line}, column {column}"));
    format!("line {line}: {}", told.unwrap_or(&text))
}

/// A mapping whose keys are known beforehand.
trait Keys: Copy {
    /// What a key stands for, as errors say it.
    const WHAT: &'static str;
    /// How the value of a key is read.
    type Entry: for<'de> DeserializeSeed<'de, Value = Value>;
    /// The known keys.
    fn known(self) -> Vec<&'static str>;
    /// How this key's value is read; `None` when the key is unknown.
    fn entry(self, key: &str) -> Option<Self::Entry>;
}

/// The whole file.
#[derive(Clone, Copy)]
struct Sections;

impl Keys for Sections {
    const WHAT: &'static str = "section";
    type Entry = Section;

    fn known(self) -> Vec<&'static str> {
        std::iter::once(LOGIN)
            .chain(kinds::ALL.iter().map(|k| k.section))
            .collect()
    }

    fn entry(self, key: &str) -> Option<Section> {
        if key == LOGIN {
            return Some(Section(Fields::Login));
        }
        let kind = kinds::ALL.iter().find(|k| k.section == key)?;
        Some(Section(Fields::Of(kind)))
    }
}

/// One section.
struct Section(Fields);

impl<'de> DeserializeSeed<'de> for Section {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<Value, D::Error> {
        Table(self.0).deserialize(file).map(Value::Object)
    }
}

/// The fields of one section.
#[derive(Clone, Copy)]
enum Fields {
    Login,
    Of(&'static Kind),
}

impl Keys for Fields {
    const WHAT: &'static str = "field";
    type Entry = FieldValue;

    fn known(self) -> Vec<&'static str> {
        match self {
            Self::Login => LOGIN_FIELDS.to_vec(),
            Self::Of(kind) => kind.fields.iter().map(|f| f.name).collect(),
        }
    }

    fn entry(self, key: &str) -> Option<FieldValue> {
        let text = |name| FieldValue {
            name,
            kind: ValueKind::Text,
        };
        match self {
            Self::Login => LOGIN_FIELDS
                .iter()
                .find(|name| **name == key)
                .map(|name| text(name)),
            // Names always come from the command line, but a document copied into the file has one.
            Self::Of(_) if key == NAME => Some(text(NAME)),
            Self::Of(kind) => kind.field(key).map(|f| FieldValue {
                name: f.name,
                kind: f.value,
            }),
        }
    }
}

/// Reads a mapping with known keys.
struct Table<K>(K);

impl<'de, K: Keys> DeserializeSeed<'de> for Table<K> {
    type Value = Map<String, Value>;
    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<Self::Value, D::Error> {
        file.deserialize_any(self)
    }
}

impl<'de, K: Keys> Visitor<'de> for Table<K> {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s: {}", K::WHAT, self.0.known().join(", "))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Map::new())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut read = Map::new();
        while let Some((key, seed)) = entries.next_key_seed(Key(self.0))? {
            let value = entries.next_value_seed(seed)?;
            if !value.is_null() {
                read.insert(key, value);
            }
        }
        Ok(read)
    }
}

/// Reads a key; the error is made here, where the reader knows the line.
struct Key<K>(K);

impl<'de, K: Keys> DeserializeSeed<'de> for Key<K> {
    type Value = (String, K::Entry);
    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<Self::Value, D::Error> {
        file.deserialize_identifier(self)
    }
}

impl<K: Keys> Visitor<'_> for Key<K> {
    type Value = (String, K::Entry);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a {}", K::WHAT)
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<Self::Value, E> {
        match self.0.entry(key) {
            Some(entry) => Ok((key.to_owned(), entry)),
            None => {
                let known = self.0.known().join(", ");
                Err(E::custom(format!(
                    "unknown {} {key:?}, expected one of {known}",
                    K::WHAT
                )))
            }
        }
    }
}
