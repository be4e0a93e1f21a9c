//! Values that logs must not show.

use std::fmt;

/// A password, key or token. It shows itself only when asked.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

/// An account's API key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiKey {
    /// As it is sent.
    Plain(Secret),
    /// Its argon2 hash, a PHC string `$argon2id$...` that was parsed once.
    Hashed(Secret),
}
