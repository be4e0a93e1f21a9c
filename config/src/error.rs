//! What is wrong with a configuration file.

use std::path::PathBuf;

/// What is wrong with a configuration file. Its text begins with the file, and the line and column where known.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{}: cannot be read: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why. It is in the text, so it is not the error's source: whoever prints the chain would print it twice.
        reason: std::io::Error,
    },
    /// It is no YAML, or has a key twice.
    #[error("{file}:{line}:{column}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// Line, from 1; 0 when the whole file is meant.
        line: u64,
        /// Column, from 1; 0 when the whole file is meant.
        column: u64,
        /// What the parser says.
        message: String,
    },
    /// A value is wrong.
    #[error("{file}:{line}:{column}: {path}: value {value}: expected {expected}")]
    Value {
        /// The file.
        file: String,
        /// Line of the value, from 1.
        line: u64,
        /// Column of the value, from 1.
        column: u64,
        /// Path of the key, for example `hosts[0].name`.
        path: String,
        /// The value as written; secrets are not shown.
        value: String,
        /// What would be right.
        expected: String,
    },
    /// The store and the bus cannot work together, or not in this deployment.
    #[error("{path}: value {value}: expected {expected}")]
    Combination {
        /// The key to change.
        path: &'static str,
        /// Its value.
        value: &'static str,
        /// What would work.
        expected: String,
    },
}
