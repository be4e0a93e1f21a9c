//! `instances`: what all instances share.

use crate::ConfigError;
use crate::yaml::{Section, values};

/// What all instances share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instances {
    /// What instance documents say of billing.
    pub hourly_billing: bool,
}

impl Default for Instances {
    fn default() -> Self {
        Self { hourly_billing: true }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Instances, ConfigError> {
    let default = Instances::default();
    Ok(Instances {
        hourly_billing: section.or("hourly_billing", default.hourly_billing, values::flag)?,
    })
}
