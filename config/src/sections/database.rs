//! `database`: the MongoDB server of a distributed service. The section alone does not choose it as the store.

use std::time::Duration;

use super::nats::{self, TlsFiles};
use crate::yaml::values::{self, Parsed};
use crate::yaml::{Node, Section};
use crate::{ConfigError, Secret};

/// A database on the server, and who opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The database's name.
    pub db: String,
    /// The user; `None` opens it without one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<Secret>,
}

/// The MongoDB server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// `ip-address`: the host's name or address.
    pub ip_address: String,
    /// The port.
    pub port: u16,
    /// `uri`: instead of address and port, everything that a MongoDB connection string can say.
    pub uri: Option<Secret>,
    /// Files for TLS; without them the connection is not encrypted unless `uri` asks for it.
    pub tls: Option<TlsFiles>,
    /// Connections kept open, at most.
    pub pool_size: u32,
    /// How long a call waits for a connection.
    pub pool_timeout: Duration,
    /// Who may create databases and users.
    pub admin_user: Option<String>,
    /// Its password.
    pub admin_password: Option<Secret>,
    /// `auth_db`, `auth_user`, `auth_password`: tokens.
    pub auth: Login,
    /// `im_db`, `im_user`, `im_password`: what instance managers kept.
    pub im: Login,
    /// `asg_db`, `asg_user`, `asg_password`: groups and everything else.
    pub asg: Login,
}

impl Default for Database {
    fn default() -> Self {
        let login = |db: &str| Login {
            db: db.to_owned(),
            user: None,
            password: None,
        };
        Self {
            ip_address: "localhost".to_owned(),
            port: 27_017,
            uri: None,
            tls: None,
            pool_size: 5,
            pool_timeout: Duration::from_secs(5),
            admin_user: None,
            admin_password: None,
            auth: login("authdb"),
            im: login("imdb"),
            asg: login("asgdb"),
        }
    }
}

pub(super) fn read(section: &Section<'_>) -> Result<Database, ConfigError> {
    let default = Database::default();
    let login = |[db, user, password]: [&'static str; 3], default: Login| {
        Ok::<_, ConfigError>(Login {
            db: section.or(db, default.db, values::filled)?,
            user: section.opt(user, values::filled)?,
            password: section.opt(password, values::secret)?,
        })
    };
    Ok(Database {
        ip_address: section.or("ip-address", default.ip_address, values::filled)?,
        port: section.or("port", default.port, values::port)?,
        uri: section.opt("uri", connection_string)?,
        tls: nats::read_tls(section, "tls")?,
        pool_size: section.or("pool_size", default.pool_size, values::whole(1..=10_000))?,
        pool_timeout: section.or("pool_timeout", default.pool_timeout, values::seconds)?,
        admin_user: section.opt("admin_user", values::filled)?,
        admin_password: section.opt("admin_password", values::secret)?,
        auth: login(["auth_db", "auth_user", "auth_password"], default.auth)?,
        im: login(["im_db", "im_user", "im_password"], default.im)?,
        asg: login(["asg_db", "asg_user", "asg_password"], default.asg)?,
    })
}

/// What is no connection string would be tried for ever.
fn connection_string(node: &Node) -> Parsed<Secret> {
    let expected = || "a connection string that begins with mongodb:// or mongodb+srv://".to_owned();
    let text = values::filled(node).map_err(|_| expected())?;
    let known = ["mongodb://", "mongodb+srv://"];
    match known.iter().any(|scheme| text.starts_with(scheme)) {
        true => Ok(Secret::new(text)),
        false => Err(expected()),
    }
}
