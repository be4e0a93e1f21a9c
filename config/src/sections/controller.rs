//! `controller`: where REST is served.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use domain::AccountName;

use crate::yaml::{Section, values};
use crate::{ApiKey, ConfigError, Secret};

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
    /// Who may cordon, drain and remove hosts; `None`: every account.
    pub operators: Option<BTreeSet<AccountName>>,
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
            operators: None,
        }
    }
}

/// `accounts` are those among which the operators are.
pub(super) fn read(
    section: &Section<'_>,
    accounts: &BTreeMap<AccountName, ApiKey>,
) -> Result<Controller, ConfigError> {
    let default = Controller::default();
    let controller = Controller {
        // Files older than this key stand for services that others reach.
        address: section.or("address", Ipv4Addr::UNSPECIFIED.into(), values::address)?,
        port: section.or("port", default.port, values::port)?,
        ssl: section.or("ssl", default.ssl, values::flag)?,
        ssl_cert: section.opt("ssl_cert", values::path)?,
        ssl_key: section.opt("ssl_key", values::path)?,
        metrics_token: section.opt("metrics_token", values::secret)?,
        operators: read_operators(section, accounts)?,
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

fn read_operators(
    section: &Section<'_>,
    accounts: &BTreeMap<AccountName, ApiKey>,
) -> Result<Option<BTreeSet<AccountName>>, ConfigError> {
    let Some(found) = section.get("operators") else {
        return Ok(None);
    };
    // A misspelt name would shut its operator out, and no file says so later.
    let known = |name: AccountName| match accounts.contains_key(&name) {
        true => Ok(name),
        false => Err("an account of auth".to_owned()),
    };
    let names = found.items()?.into_iter();
    let names = names.map(|item| item.parsed(|node| values::name(node).and_then(known)));
    names.collect::<Result<_, _>>().map(Some)
}
