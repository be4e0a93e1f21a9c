//! How an engine is reached: its address, and the files of its TLS.

use std::path::PathBuf;

use crate::ConfigError;
use crate::yaml::values::{self, Parsed};
use crate::yaml::{Node, Section};

/// The engine of a machine that has Docker as it is installed.
pub const DEFAULT_ENGINE: &str = "unix:///var/run/docker.sock";

/// PEM files for an engine that is reached over TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineTls {
    /// Who signed the engine's certificate.
    pub ca: PathBuf,
    /// Our certificate.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

impl EngineTls {
    /// The files as `scripts/setup_certs.sh` names them.
    pub(super) fn within(directory: &std::path::Path) -> Self {
        Self {
            ca: directory.join("ca.pem"),
            cert: directory.join("client-cert.pem"),
            key: directory.join("client-key.pem"),
        }
    }
}

/// `tls` of a section; a file that it does not name is that of `otherwise`.
pub(super) fn read_tls(
    section: &Section<'_>,
    otherwise: Option<EngineTls>,
) -> Result<Option<EngineTls>, ConfigError> {
    section.section("tls", |tls| {
        let file = |key| tls.opt(key, values::path);
        let (ca, cert, key) = (file("ca")?, file("cert")?, file("key")?);
        if let (None, None, None) = (&ca, &cert, &key) {
            return Ok(otherwise);
        }
        let or = |key, given: Option<PathBuf>, other: fn(EngineTls) -> PathBuf| {
            let needed = || tls.missing(key, "the path of a PEM file: tls needs ca, cert and key");
            given.or_else(|| otherwise.clone().map(other)).ok_or_else(needed)
        };
        Ok(Some(EngineTls {
            ca: or("ca", ca, |files| files.ca)?,
            cert: or("cert", cert, |files| files.cert)?,
            key: or("key", key, |files| files.key)?,
        }))
    })
}

/// What is to be said of an engine on plain TCP, which whoever reaches it can use.
pub(super) enum Plain<'a> {
    /// A warning.
    Warned,
    /// A warning that names the host.
    Insisted(&'a str),
    /// That it is refused.
    Refused,
}

/// The address under `key`, that can be used with these files.
pub(super) fn read(
    section: &Section<'_>,
    key: &'static str,
    tls: Option<&EngineTls>,
    plain: &Plain<'_>,
) -> Result<Option<String>, ConfigError> {
    let Some(found) = section.get(key) else {
        return Ok(None);
    };
    let text = found.parsed(address)?;
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let danger = "neither encrypted nor authenticated: whoever reaches it controls that host";
    match (scheme, tls, plain) {
        (Some("https"), None, _) => {
            return Err(section.missing("tls", &format!("ca, cert and key, because {key} is {text}")));
        }
        (Some("http"), _, Plain::Refused) | (Some("tcp"), None, Plain::Refused) => {
            let expected = format!("TLS (tls: ca, cert, key), SSH, or insecure: true: plain TCP is {danger}");
            return Err(found.refused(expected));
        }
        (Some("http"), _, Plain::Insisted(host)) | (Some("tcp"), None, Plain::Insisted(host)) => {
            section.warn(key, &format!("{text} of host {host} is {danger}"));
        }
        (Some("http"), ..) | (Some("tcp"), None, _) => {
            section.warn(key, &format!("{text} is {danger}"));
        }
        _ => {}
    }
    Ok(Some(text))
}

fn address(node: &Node) -> Parsed<String> {
    let expected = "unix:///PATH, tcp://HOST:PORT, http://HOST:PORT, https://HOST:PORT or ssh://USER@HOST";
    let text = values::filled(node).map_err(|_| expected.to_owned())?;
    let fits = match text.split_once("://") {
        Some(("unix", path)) => path.starts_with('/') && path.len() > 1,
        Some(("tcp" | "http" | "https", host)) => values::has_host(host),
        Some(("ssh", rest)) => is_login(rest)?,
        _ => false,
    };
    fits.then_some(text).ok_or_else(|| expected.to_owned())
}

/// Whether it is a host, a name of the ssh configuration perhaps, and a user or none.
fn is_login(rest: &str) -> Parsed<bool> {
    let (user, host) = rest.rsplit_once('@').unwrap_or(("nobody", rest));
    if user.contains(':') {
        return Err("ssh://USER@HOST without a password: only SSH keys are used".to_owned());
    }
    let host = host.strip_suffix('/').unwrap_or(host);
    // What begins with a dash would be an option to ssh.
    let named = |text: &str| !text.is_empty() && !text.starts_with('-');
    Ok(named(user) && named(host) && !host.contains('/') && values::has_host(host))
}
