//! The API key that a microscaler without a configuration file makes for whoever shares its data directory.

use std::io;
use std::path::PathBuf;

use serde::Deserialize;

use super::DefaultsError;

/// The file's name in the data directory.
const FILE: &str = "api-key.yml";

/// Where a local microscaler listens, and how to log in there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LocalKey {
    /// Base URL.
    pub target: String,
    /// Account.
    pub user: String,
    /// API key.
    pub key: String,
}

impl LocalKey {
    /// Reads the file; `None` when there is none.
    ///
    /// # Errors
    /// [`DefaultsError`] when there is one that cannot be read or understood.
    pub fn find() -> Result<Option<Self>, DefaultsError> {
        let Some(path) = data_dir().map(|dir| dir.join(FILE)) else {
            return Ok(None);
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(DefaultsError::Read { path, source }),
        };
        serde_saphyr::from_str(&text)
            .map(Some)
            .map_err(|e| DefaultsError::Invalid {
                path,
                why: e.without_snippet().to_string(),
            })
    }
}

/// The data directory of a microscaler that runs here.
fn data_dir() -> Option<PathBuf> {
    match std::env::var_os("MICROSCALER_DATA_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => Some(dir.into()),
        None => directories::ProjectDirs::from("", "", "microscaler").map(|dirs| dirs.data_dir().to_owned()),
    }
}
