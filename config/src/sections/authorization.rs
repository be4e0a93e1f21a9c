//! `authorization`: login tokens.

use std::time::Duration;

use crate::ConfigError;
use crate::yaml::{Section, values};

/// Login tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization {
    /// How long a token lives after its last use.
    pub token_expiration: Duration,
}

impl Default for Authorization {
    fn default() -> Self {
        Self {
            token_expiration: Duration::from_secs(7_200),
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Authorization, ConfigError> {
    let default = Authorization::default();
    Ok(Authorization {
        token_expiration: section.or("token_expiration", default.token_expiration, values::seconds)?,
    })
}
