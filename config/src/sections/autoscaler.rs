//! `autoscaler`: whoever may see and set the capacities of all accounts' groups.

use crate::yaml::{Section, values};
use crate::{ConfigError, Secret};

/// Whoever may see and set the capacities of all accounts' groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Autoscaler {
    /// Its token; without one nobody may.
    pub authorization_token: Option<Secret>,
    /// Accepted from older files; nothing here calls it.
    pub url: Option<String>,
    /// Accepted from older files; nothing here uses it.
    pub default_space: Option<String>,
}

pub(super) fn read(section: &Section<'_>) -> Result<Autoscaler, ConfigError> {
    Ok(Autoscaler {
        authorization_token: section.opt("authorization_token", values::secret)?,
        url: section.opt("url", values::text)?,
        default_space: section.opt("default_space", values::text)?,
    })
}
