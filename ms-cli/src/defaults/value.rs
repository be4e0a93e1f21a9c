//! Reads one value of the file, by what its field takes; errors name the field.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::kinds::ValueKind;

/// A field whose value is read. One that is left empty (null) is `Value::Null`.
#[derive(Clone, Copy)]
pub struct FieldValue {
    /// The field's name.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
}

impl<'de> DeserializeSeed<'de> for FieldValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, file: D) -> Result<Value, D::Error> {
        match self.kind {
            // Not by what the value looks like, so that a key such as 0123 keeps its digits.
            ValueKind::Text => file.deserialize_option(self),
            _ => file.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for FieldValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} for {}", self.kind.describe(), self.name)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, file: D) -> Result<Value, D::Error> {
        file.deserialize_str(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        let value = self.kind.parse(text);
        value.map_err(|why| E::custom(format!("{}: {why}, not {text:?}", self.name)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        match self.kind {
            ValueKind::List => elements::<String, A>(&mut items).map(Value::from),
            ValueKind::Objects => elements::<Value, A>(&mut items).map(Value::from),
            _ => Err(de::Error::invalid_type(de::Unexpected::Seq, &self)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        if !matches!(self.kind, ValueKind::Object | ValueKind::Rate | ValueKind::Hours) {
            return Err(de::Error::invalid_type(de::Unexpected::Map, &self));
        }
        let mut object = Map::new();
        while let Some((key, value)) = entries.next_entry::<String, Value>()? {
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

fn elements<'de, T: de::Deserialize<'de>, A: SeqAccess<'de>>(items: &mut A) -> Result<Vec<T>, A::Error> {
    let mut read = Vec::new();
    while let Some(item) = items.next_element()? {
        read.push(item);
    }
    Ok(read)
}
