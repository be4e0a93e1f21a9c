//! A value on its way to be checked, and the error that names it.

use std::cell::RefCell;

use super::section::Section;
use super::values::Parsed;
use super::{Node, Value};
use crate::ConfigError;

type Result<T> = std::result::Result<T, ConfigError>;

/// What errors call a file that is no mapping.
const WHOLE: &str = "(the file)";

/// A value and its path.
pub(crate) struct Found<'a> {
    pub(super) file: &'a str,
    pub(super) path: String,
    pub(super) node: &'a Node,
}

impl<'a> Found<'a> {
    /// The value, as `parse` takes it.
    pub(crate) fn parsed<T>(&self, parse: impl Fn(&Node) -> Parsed<T>) -> Result<T> {
        parse(self.node).map_err(|expected| self.refused(expected))
    }

    /// Like `parsed`, for values that no message may show.
    pub(crate) fn parsed_secretly<T>(&self, parse: impl Fn(&Node) -> Parsed<T>) -> Result<T> {
        parse(self.node).map_err(|expected| self.hidden(expected))
    }

    /// The error that names this value.
    pub(crate) fn refused(&self, expected: impl Into<String>) -> ConfigError {
        self.refused_as(shown(&self.node.value), expected)
    }

    /// Like `refused`, for values that no message may show.
    pub(crate) fn hidden(&self, expected: impl Into<String>) -> ConfigError {
        self.refused_as("(hidden)".to_owned(), expected)
    }

    fn refused_as(&self, value: String, expected: impl Into<String>) -> ConfigError {
        ConfigError::Value {
            file: self.file.to_owned(),
            line: self.node.line,
            column: self.node.column,
            path: if self.path.is_empty() {
                WHOLE.to_owned()
            } else {
                self.path.clone()
            },
            value,
            expected: expected.into(),
        }
    }

    /// The value of a key of this mapping; this value itself when the key is not there.
    pub(crate) fn key(&self, key: &str) -> Found<'a> {
        let entry = match &self.node.value {
            Value::Map(entries) => entries.iter().find(|(name, _)| name == key),
            _ => None,
        };
        Found {
            file: self.file,
            path: joined(&self.path, key),
            node: entry.map_or(self.node, |(_, node)| node),
        }
    }

    /// The entries of a mapping whose keys are free.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Found<'a>)>> {
        let Value::Map(entries) = &self.node.value else {
            return Err(self.refused("a mapping"));
        };
        let found = entries.iter().map(|(key, node)| {
            let path = joined(&self.path, key);
            let (file, key) = (self.file, key.as_str());
            (key, Found { file, path, node })
        });
        Ok(found.collect())
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Found<'a>>> {
        let Value::List(items) = &self.node.value else {
            return Err(self.refused("a list"));
        };
        let found = items.iter().enumerate().map(|(at, node)| {
            let (file, path) = (self.file, format!("{}[{at}]", self.path));
            Found { file, path, node }
        });
        Ok(found.collect())
    }

    /// Reads a mapping whose keys are known, with `read`, and warns of all others.
    pub(crate) fn section<T>(
        &self,
        warnings: &RefCell<Vec<String>>,
        read: impl FnOnce(&Section<'_>) -> Result<T>,
    ) -> Result<T> {
        let entries = match &self.node.value {
            Value::Null => &[][..],
            Value::Map(entries) => entries,
            Value::Scalar { .. } | Value::List(_) => return Err(self.refused("a mapping")),
        };
        let at = (self.node.line, self.node.column);
        let section = Section::new(self.file, &self.path, at, entries, warnings);
        let value = read(&section)?;
        section.warn_of_unknown();
        Ok(value)
    }
}

pub(super) fn joined(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// An address without the user and password that it may carry.
fn without_login(text: &str) -> String {
    match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://(hidden)@{host}"),
        (None, Some((_, host))) => format!("(hidden)@{host}"),
        (_, None) => text.to_owned(),
    }
}

/// A value as it is shown in an error: as it is written, cut to a length that a line can hold.
fn shown(value: &Value) -> String {
    const LONGEST: usize = 80;
    let text = match value {
        Value::Null => "null".to_owned(),
        Value::Scalar { text, quoted: false } => without_login(text),
        Value::Scalar { text, quoted: true } => format!("{:?}", without_login(text)),
        Value::List(_) => "(a list)".to_owned(),
        Value::Map(_) => "(a mapping)".to_owned(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
