//! Which file is read.

use std::path::{Path, PathBuf};

/// Where a configuration file is looked for when none is named, in this order.
pub const LOOKED_AT: [&str; 2] = [
    "/usr/local/microscaler/config/microscaler.yml",
    "/etc/microscaler/microscaler.yml",
];

/// The configuration file: the one that was named (`--config`), whether or not it exists, else the first of
/// [`LOOKED_AT`] that is there.
#[must_use]
pub fn find(explicit: Option<&Path>) -> Option<PathBuf> {
    first(explicit, LOOKED_AT.iter().map(Path::new))
}

fn first<'a>(explicit: Option<&Path>, mut usual: impl Iterator<Item = &'a Path>) -> Option<PathBuf> {
    explicit
        .or_else(|| usual.find(|path| path.is_file()))
        .map(Path::to_path_buf)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_named_file_wins_then_the_first_that_is_there() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (missing, one, two) = (
            here.join("missing.yml"),
            here.join("microscaler.yml"),
            here.join("agent.yml"),
        );
        let find = |explicit: Option<&Path>, usual: [&PathBuf; 2]| {
            first(explicit, usual.into_iter().map(PathBuf::as_path))
        };
        assert_eq!(find(Some(&missing), [&one, &two]), Some(missing.clone()));
        assert_eq!(find(None, [&one, &two]), Some(one.clone()));
        assert_eq!(find(None, [&missing, &two]), Some(two));
        assert_eq!(
            find(None, [&missing, &here.to_path_buf()]),
            None,
            "a folder is no file"
        );
        assert_eq!(
            super::find(Some(&one)),
            Some(one),
            "whatever this machine has in the usual places"
        );
    }
}
