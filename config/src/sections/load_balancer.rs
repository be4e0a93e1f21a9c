//! `load_balancer`: what groups with a load balancer share.

use crate::ConfigError;
use crate::yaml::{Section, values};

/// What groups with a load balancer share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadBalancer {
    /// A group's url is `NAME.account.DOMAIN`; may be empty.
    pub domain: String,
    /// Accepted from older files.
    pub image_id: Option<String>,
    /// Accepted from older files.
    pub hourly_billing: Option<bool>,
    /// Accepted from older files.
    pub nats_subject: Option<String>,
}

pub(super) fn read(section: &Section<'_>) -> Result<LoadBalancer, ConfigError> {
    Ok(LoadBalancer {
        domain: section.or("domain", String::new(), values::text)?,
        image_id: section.opt("image_id", values::text)?,
        hourly_billing: section.opt("hourly_billing", values::flag)?,
        nats_subject: section.opt("nats_subject", values::text)?,
    })
}
