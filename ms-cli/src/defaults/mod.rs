//! The defaults file: what add commands and the login take when the command line leaves it out, and the token.

mod local_key;
mod read;
mod value;
mod write;

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub use local_key::LocalKey;

/// The section of the login.
pub const LOGIN: &str = "login";

/// The fields of the login section.
pub const LOGIN_FIELDS: [&str; 4] = ["target", "user", "key", "token"];

/// Why the defaults file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DefaultsError {
    /// Nobody knows where it would be.
    #[error("there is no home directory to keep {KEPT} in: set ASG_CLI_FILE to a file")]
    NoHome,
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is no defaults file.
    #[error("{}: {why}", path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong and where.
        why: String,
    },
    /// It cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}

/// Where the file is kept, below the home directory.
const KEPT: &str = ".asg/.default_config.yml";

/// The defaults, as they are in the file.
#[derive(Debug)]
pub struct Defaults {
    path: PathBuf,
    sections: Map<String, Value>,
}

impl Defaults {
    /// Reads the kept file; without one there are no defaults.
    ///
    /// # Errors
    /// [`DefaultsError`] when there is a file that cannot be read or understood.
    pub fn open() -> Result<Self, DefaultsError> {
        let path = kept_path()?;
        let sections = match std::fs::read_to_string(&path) {
            Ok(text) => parse(&path, &text)?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Map::new(),
            Err(source) => return Err(DefaultsError::Read { path, source }),
        };
        Ok(Self { path, sections })
    }

    /// No defaults, to be kept at `path`.
    pub fn empty(path: PathBuf) -> Self {
        Self {
            path,
            sections: Map::new(),
        }
    }

    /// Where they are kept.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The default of a field.
    pub fn get(&self, section: &str, field: &str) -> Option<&Value> {
        self.sections.get(section)?.get(field)
    }

    /// A field of the login section.
    pub fn login(&self, field: &str) -> Option<&str> {
        self.get(LOGIN, field)?.as_str()
    }

    /// Changes a field of the login section.
    pub fn set_login(&mut self, field: &str, value: &str) {
        let login = self
            .sections
            .entry(LOGIN)
            .or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(fields) = login {
            fields.insert(field.to_owned(), Value::from(value));
        }
    }

    /// Takes everything from another file. The login stays where that file says nothing of it: whoever is logged
    /// in stays so unless it names another target or user.
    ///
    /// # Errors
    /// [`DefaultsError`] when that file cannot be read or understood.
    pub fn load(&mut self, file: &Path) -> Result<(), DefaultsError> {
        let text = std::fs::read_to_string(file).map_err(|source| DefaultsError::Read {
            path: file.to_owned(),
            source,
        })?;
        let old = std::mem::replace(&mut self.sections, parse(file, &text)?);
        let old = old
            .get(LOGIN)
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        let same = ["target", "user"]
            .iter()
            .all(|f| self.login(f).is_none_or(|new| text_of(&old, f) == Some(new)));
        if same {
            for field in LOGIN_FIELDS
                .iter()
                .filter(|f| self.login(f).is_none())
                .collect::<Vec<_>>()
            {
                if let Some(kept) = text_of(&old, field) {
                    self.set_login(field, kept);
                }
            }
        }
        Ok(())
    }

    /// Keeps them, readable by their owner alone.
    ///
    /// # Errors
    /// [`DefaultsError::Write`].
    pub fn save(&self) -> Result<(), DefaultsError> {
        write::save(&self.path, &self.sections).map_err(|source| DefaultsError::Write {
            path: self.path.clone(),
            source,
        })
    }
}

fn text_of<'a>(fields: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    fields.get(field)?.as_str()
}

fn parse(path: &Path, text: &str) -> Result<Map<String, Value>, DefaultsError> {
    read::sections(text).map_err(|why| DefaultsError::Invalid {
        path: path.to_owned(),
        why,
    })
}

fn kept_path() -> Result<PathBuf, DefaultsError> {
    match std::env::var_os("ASG_CLI_FILE").filter(|path| !path.is_empty()) {
        Some(path) => Ok(path.into()),
        None => {
            let home = directories::BaseDirs::new().ok_or(DefaultsError::NoHome)?;
            Ok(home.home_dir().join(KEPT))
        }
    }
}
