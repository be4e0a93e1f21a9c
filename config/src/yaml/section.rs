//! A mapping that is read key by key: what was never asked for is a key that nothing knows.

use std::cell::RefCell;

use super::found::{Found, joined};
use super::values::Parsed;
use super::{Document, Node, Value};
use crate::ConfigError;

type Result<T> = std::result::Result<T, ConfigError>;

#[cfg(test)]
thread_local! {
    /// Every key that was asked for, so that a test can compare them with the file that documents them.
    pub(crate) static ASKED: RefCell<std::collections::BTreeSet<&'static str>> = RefCell::default();
}

/// Names nearer than this are offered instead of an unknown one (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.8;

/// A mapping whose keys are known.
pub(crate) struct Section<'a> {
    file: &'a str,
    path: &'a str,
    at: (u64, u64),
    entries: &'a [(String, Node)],
    asked: RefCell<Vec<&'static str>>,
    warnings: &'a RefCell<Vec<String>>,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        file: &'a str,
        path: &'a str,
        at: (u64, u64),
        entries: &'a [(String, Node)],
        warnings: &'a RefCell<Vec<String>>,
    ) -> Self {
        Self {
            file,
            path,
            at,
            entries,
            asked: RefCell::default(),
            warnings,
        }
    }

    /// Reads a whole file.
    pub(crate) fn whole<T>(
        document: &Document,
        read: impl FnOnce(&Section<'_>) -> Result<T>,
    ) -> Result<(T, Vec<String>)> {
        let warnings = RefCell::default();
        let found = Found {
            file: &document.file,
            path: String::new(),
            node: &document.root,
        };
        let value = found.section(&warnings, read)?;
        Ok((value, warnings.into_inner()))
    }

    /// The value of a key, unless it is missing or null.
    pub(crate) fn get(&self, key: &'static str) -> Option<Found<'a>> {
        #[cfg(test)]
        ASKED.with_borrow_mut(|asked| asked.insert(key));
        self.asked.borrow_mut().push(key);
        let (_, node) = self.entries.iter().find(|(name, _)| name == key)?;
        let set = !matches!(node.value, Value::Null);
        let (file, path) = (self.file, joined(self.path, key));
        set.then_some(Found { file, path, node })
    }

    /// Knows a key whose value means nothing here.
    pub(crate) fn ignored(&self, key: &'static str) {
        self.asked.borrow_mut().push(key);
    }

    /// The value of a key, or `default`.
    pub(crate) fn or<T>(
        &self,
        key: &'static str,
        default: T,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Result<T> {
        self.get(key).map_or(Ok(default), |found| found.parsed(parse))
    }

    /// The value of a key that has no default.
    pub(crate) fn opt<T>(&self, key: &'static str, parse: impl Fn(&Node) -> Parsed<T>) -> Result<Option<T>> {
        self.get(key).map(|found| found.parsed(parse)).transpose()
    }

    /// The value of a key that must be there.
    pub(crate) fn required<T>(
        &self,
        key: &'static str,
        what: &str,
        parse: impl Fn(&Node) -> Parsed<T>,
    ) -> Result<T> {
        match self.get(key) {
            Some(found) => found.parsed(parse),
            None => Err(self.missing(key, what)),
        }
    }

    /// The error that names a missing key, at the line of its section.
    pub(crate) fn missing(&self, key: &str, expected: &str) -> ConfigError {
        ConfigError::Value {
            file: self.file.to_owned(),
            line: self.at.0,
            column: self.at.1,
            path: joined(self.path, key),
            value: "missing".to_owned(),
            expected: expected.to_owned(),
        }
    }

    /// Reads a section of this one with `read`; a missing one reads as empty.
    pub(crate) fn section<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&Section<'_>) -> Result<T>,
    ) -> Result<T> {
        let (line, column) = self.at;
        let nothing = Node {
            line,
            column,
            value: Value::Null,
        };
        let found = self.get(key).unwrap_or_else(|| Found {
            file: self.file,
            path: joined(self.path, key),
            node: &nothing,
        });
        found.section(self.warnings, read)
    }

    /// Reads every mapping of a list with `read`; a missing list reads as empty.
    pub(crate) fn sections<T>(
        &self,
        key: &'static str,
        read: impl Fn(&Section<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let items = self.get(key).map(|found| found.items()).transpose()?;
        let items = items.into_iter().flatten();
        items.map(|item| item.section(self.warnings, &read)).collect()
    }

    /// Something that the author may not have meant.
    pub(crate) fn warn(&self, key: &str, text: &str) {
        let warning = format!("{}: {text}", joined(self.path, key));
        self.warnings.borrow_mut().push(warning);
    }

    /// The list of warnings, for sections within this one.
    pub(crate) fn warnings(&self) -> &'a RefCell<Vec<String>> {
        self.warnings
    }

    pub(super) fn warn_of_unknown(&self) {
        let asked = self.asked.borrow();
        for (key, _) in self.entries {
            if asked.contains(&key.as_str()) {
                continue;
            }
            match nearest(key, &asked) {
                Some(near) => self.warn(key, &format!("not a known key (did you mean {near}?)")),
                None => self.warn(key, "not a known key"),
            }
        }
    }
}

fn nearest<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    known
        .iter()
        .map(|known| (strsim::jaro_winkler(key, known), *known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, known)| known)
}
