//! Writes the file: whole or not at all, and for its owner's eyes only, since it holds the key and the token.

use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

/// Replaces the file at `path`.
pub fn save(path: &Path, sections: &Map<String, Value>) -> io::Result<()> {
    // A link (to a folder of dotfiles, say) stays one.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = folder(&path);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    let text = serde_saphyr::to_string(sections).map_err(io::Error::other)?;
    // The library makes temporary files with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent != Path::new("") => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
