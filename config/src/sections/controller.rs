//! `controller`: where REST is served.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use crate::yaml::{Section, values};
use crate::{ConfigError, Secret};

/// Where REST is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// The address to listen on: the loopback without a file, every address when a file does not say.
    pub address: IpAddr,
    /// The port.
    pub port: u16,
    /// Whether it is served over TLS.
    pub ssl: bool,
    /// Certificate chain, PEM; there when `ssl` is.
    pub ssl_cert: Option<PathBuf>,
    /// Private key, PEM; there when `ssl` is.
    pub ssl_key: Option<PathBuf>,
    /// Opens `/metrics` to others than the loopback.
    pub metrics_token: Option<Secret>,
}

impl Default for Controller {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            port: 56_785,
            ssl: false,
            ssl_cert: None,
            ssl_key: None,
            metrics_token: None,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Controller, ConfigError> {
    let default = Controller::default();
    let controller = Controller {
        // Files older than this key stand for services that others reach.
        address: section.or("address", Ipv4Addr::UNSPECIFIED.into(), values::address)?,
        port: section.or("port", default.port, values::port)?,
        ssl: section.or("ssl", default.ssl, values::flag)?,
        ssl_cert: section.opt("ssl_cert", values::path)?,
        ssl_key: section.opt("ssl_key", values::path)?,
        metrics_token: section.opt("metrics_token", values::secret)?,
    };
    for (key, file) in [
        ("ssl_cert", &controller.ssl_cert),
        ("ssl_key", &controller.ssl_key),
    ] {
        if controller.ssl && file.is_none() {
            return Err(section.missing(key, "the path of a PEM file, because controller.ssl is true"));
        }
    }
    Ok(controller)
}
