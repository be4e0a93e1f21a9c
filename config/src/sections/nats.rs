//! `nats`: who we are to the NATS server of a distributed service, whose address is `agent.nats`, and what it keeps.

use std::path::PathBuf;

use crate::yaml::{Section, values};
use crate::{ConfigError, Secret};

/// Who we are to the NATS server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nats {
    /// User, when the server asks for one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
    /// A token, instead of a user.
    pub token: Option<Secret>,
    /// A credentials file as `nsc` writes it, instead of a user.
    pub credentials: Option<PathBuf>,
    /// Files for TLS.
    pub tls: Option<TlsFiles>,
    /// First part of all subjects: installations that share a server differ in it.
    pub prefix: String,
    /// Servers of a cluster that keep each job.
    pub replicas: usize,
}

/// PEM files of an encrypted connection to a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFiles {
    /// Authorities that may have signed the server's certificate; those of the system when it is not given.
    pub ca: Option<PathBuf>,
    /// Our certificate, for a server that asks for one.
    pub cert: Option<PathBuf>,
    /// Its key, where it is not in the certificate's file.
    pub key: Option<PathBuf>,
}

impl TlsFiles {
    /// Where our certificate and its key are, if we have one.
    #[must_use]
    pub fn identity(&self) -> Option<(PathBuf, PathBuf)> {
        let cert = self.cert.clone()?;
        let key = self.key.clone().unwrap_or_else(|| cert.clone());
        Some((cert, key))
    }
}

impl Default for Nats {
    fn default() -> Self {
        Self {
            user: None,
            password: None,
            token: None,
            credentials: None,
            tls: None,
            prefix: "microscaler".to_owned(),
            replicas: 1,
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Nats, ConfigError> {
    require_one_login(section)?;
    let default = Nats::default();
    Ok(Nats {
        user: section.opt("user", values::filled)?,
        password: section.opt("password", values::secret)?,
        token: section.opt("token", values::secret)?,
        credentials: section.opt("credentials", values::path)?,
        tls: read_tls(section, "tls")?,
        prefix: section.or("prefix", default.prefix, values::filled)?,
        replicas: section.or("replicas", default.replicas, values::whole(1..=5))?,
    })
}

/// One of several logins would win, and nobody is told which.
fn require_one_login(section: &Section<'_>) -> Result<(), ConfigError> {
    let mut named = None;
    for key in ["user", "token", "credentials"] {
        match (section.get(key), named) {
            (Some(found), Some(first)) => {
                let expected = format!("it without nats.{first}: user, token or credentials, one of them");
                return Err(found.hidden(expected));
            }
            (Some(_), None) => named = Some(key),
            (None, _) => {}
        }
    }
    match section.get("password") {
        Some(found) if named != Some("user") => Err(found.hidden("nats.user with it")),
        _ => Ok(()),
    }
}

/// The files for TLS of a server, under `key`; where no file is named nothing is asked for.
pub(super) fn read_tls(section: &Section<'_>, key: &'static str) -> Result<Option<TlsFiles>, ConfigError> {
    let files = section.section(key, |tls| {
        if let (None, Some(key)) = (tls.get("cert"), tls.get("key")) {
            return Err(key.refused("cert with it: the certificate of this key"));
        }
        Ok(TlsFiles {
            ca: tls.opt("ca", values::path)?,
            cert: tls.opt("cert", values::path)?,
            key: tls.opt("key", values::path)?,
        })
    })?;
    Ok((files != TlsFiles::default()).then_some(files))
}
