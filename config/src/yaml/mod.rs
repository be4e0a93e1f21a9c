//! A YAML file as a tree in which every value knows its line, and sections that are read key by key.
//!
//! Derived deserialization would lose what errors must name: the value as it is written and the path of every key.

mod found;
mod section;
mod tree;
pub(crate) mod values;

use std::path::Path;

pub(crate) use found::Found;
#[cfg(test)]
pub(crate) use section::ASKED;
pub(crate) use section::Section;
pub(crate) use tree::{Node, Value};

use crate::ConfigError;

/// A file and its tree.
pub(crate) struct Document {
    pub file: String,
    pub root: Node,
}

/// Reads a file.
pub(crate) fn parse_file(path: &Path) -> Result<Document, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|reason| ConfigError::Unreadable {
        file: path.to_path_buf(),
        reason,
    })?;
    parse_text(&path.display().to_string(), &text)
}

/// Reads a file's text.
pub(crate) fn parse_text(file: &str, text: &str) -> Result<Document, ConfigError> {
    let root = tree::parse(file, text)?;
    let file = file.to_owned();
    Ok(Document { file, root })
}
