//! The API key of an installation without a configuration file: made at first start, kept with the data, mode 0600,
//! where a plain `ms login` finds it.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

/// The one account of such an installation.
const USER: &str = "admin";

/// Who may log in, and where.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct ApiKey {
    /// The account.
    pub(crate) user: String,
    /// Its key.
    pub(crate) key: String,
}

/// Reads the key, or makes one. The file tells `target` too, which follows the configured port.
pub(crate) fn load_or_make(path: &Path, target: &str) -> anyhow::Result<ApiKey> {
    let kept = match std::fs::read_to_string(path) {
        Ok(text) => {
            let kept = serde_saphyr::from_str::<ApiKey>(&text);
            Some(kept.with_context(|| format!("{}: not an API key file", path.display()))?)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let key = kept.unwrap_or_else(|| ApiKey {
        user: USER.to_owned(),
        key: fresh(),
    });
    write(path, target, &key).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(key)
}

/// 256 random bits, as 64 hex digits.
fn fresh() -> String {
    rand::random::<[u8; 32]>()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Written beside and renamed, so that a crash leaves the old key or the new one, never half of it.
fn write(path: &Path, target: &str, key: &ApiKey) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    let ApiKey { user, key } = key;
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    write!(
        file,
        "# Made by microscaler; `ms login` reads it. Keep it private.\ntarget: {}\nuser: {}\nkey: {}\n",
        quoted(target),
        quoted(user),
        quoted(key)
    )?;
    file.sync_all()?;
    std::fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_kept_private() {
        let path = std::env::temp_dir().join(format!("microscaler-key-{}.yml", uuid::Uuid::new_v4()));
        let first = load_or_make(&path, "http://localhost:1/asgcc").unwrap();
        let second = load_or_make(&path, "http://localhost:2/asgcc").unwrap();
        assert_eq!(first, second);
        assert_eq!(first.key.len(), 64);
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert!(std::fs::read_to_string(&path).unwrap().contains("localhost:2"));
        std::fs::write(&path, "user: [").unwrap();
        let refused = load_or_make(&path, "t").unwrap_err().to_string();
        assert!(refused.contains("not an API key file"), "{refused}");
        std::fs::remove_file(path).unwrap();
    }
}
