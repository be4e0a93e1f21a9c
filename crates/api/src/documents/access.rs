//! Logging in.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a login sends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Login {
    /// The account.
    #[schema(example = "user01")]
    pub user: String,
    /// Its API key.
    pub key: String,
}

/// What a login gets: the token that every other call sends in `Authorization`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoginAnswer {
    /// `OK`.
    #[schema(example = "OK")]
    pub status: String,
    /// The token, 64 hex digits.
    pub token: String,
}

// Keys and tokens open the account: they stay out of logs.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for LoginAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginAnswer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
