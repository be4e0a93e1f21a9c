//! Where the server is, who we are there, and how long we wait.

use std::fmt;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use mongodb::options::{
    ClientOptions, ConnectionString, Credential, ReadConcern, SelectionCriteria, ServerAddress, TlsOptions,
    WriteConcern,
};
use tempfile::NamedTempFile;

use super::calls::OPERATION;
use crate::{Result, StoreError};

/// The shortest wait for a connection: less would fail on a healthy server.
const SHORTEST: Duration = Duration::from_millis(100);
/// The longest wait for one connection to be made; a server that is slower is as good as down.
const CONNECT: Duration = Duration::from_secs(5);

/// How a [`MongoStore`](crate::MongoStore) reaches its server.
#[derive(Clone, PartialEq, Eq)]
pub struct MongoOptions {
    /// Name or address of the server.
    pub address: String,
    /// Its port.
    pub port: u16,
    /// Instead of address and port, everything that a connection string can say. What it does not say is as in the
    /// other fields; users given here go before one in it.
    pub uri: Option<String>,
    /// Connections kept open to a server, at most, by each of the users; calls beyond that wait. The leader's lease has
    /// one more.
    pub pool_size: u32,
    /// How long a call waits for a connection.
    pub pool_timeout: Duration,
    /// The database of the login tokens.
    pub auth: Login,
    /// The database of groups and everything else.
    pub asg: Login,
    /// Encryption; without it, none, unless the connection string asks for it.
    pub tls: Option<Tls>,
}

/// A database on the server, and who opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// The database's name; the user is one of this database.
    pub database: String,
    /// The user; `None` opens it without one.
    pub user: Option<String>,
    /// The user's password.
    pub password: Option<String>,
}

/// The files of an encrypted connection, PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Who is trusted to have signed the server's certificate; the public authorities when it is not given.
    pub ca: Option<PathBuf>,
    /// Our certificate, for a server that asks for one.
    pub cert: Option<PathBuf>,
    /// The certificate's key; `None` when it is in the certificate's file.
    pub key: Option<PathBuf>,
}

impl Default for MongoOptions {
    /// A server on this machine, without users.
    fn default() -> Self {
        let login = |database: &str| Login {
            database: database.to_owned(),
            user: None,
            password: None,
        };
        Self {
            address: "localhost".to_owned(),
            port: 27_017,
            uri: None,
            pool_size: 5,
            pool_timeout: Duration::from_secs(5),
            auth: login("authdb"),
            asg: login("asgdb"),
            tls: None,
        }
    }
}

// Passwords, of which a connection string may have one, go into no log.
impl fmt::Debug for MongoOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MongoOptions")
            .field("address", &self.address)
            .field("port", &self.port)
            .field("uri", &self.uri.as_ref().map(|_| "..."))
            .field("pool_size", &self.pool_size)
            .field("pool_timeout", &self.pool_timeout)
            .field("auth", &self.auth)
            .field("asg", &self.asg)
            .field("tls", &self.tls)
            .finish()
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("database", &self.database)
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

impl MongoOptions {
    /// How long a call waits for a connection.
    pub(super) fn patience(&self) -> Duration {
        self.pool_timeout.max(SHORTEST)
    }

    /// Whether one client serves both databases.
    pub(super) fn is_one_user(&self) -> bool {
        let nobody = self.auth.user.is_none() && self.asg.user.is_none();
        nobody || self.auth == self.asg
    }

    /// The driver's settings for one of the users; `certificate` is [`certificate`]'s.
    pub(super) async fn client(
        &self,
        login: &Login,
        certificate: Option<&NamedTempFile>,
    ) -> Result<ClientOptions> {
        let mut options = self.place().await?;
        let patience = self.patience();
        options.app_name.get_or_insert_with(|| "microscaler".to_owned());
        options.max_pool_size = Some(self.pool_size.max(1).saturating_add(1));
        options.server_selection_timeout = Some(patience);
        options.connect_timeout = Some(patience.min(CONNECT));
        // Retries need sessions, which not every server has; the ids of our commits resolve what they would.
        options.retry_writes = Some(false);
        options.write_concern = Some(
            WriteConcern::builder()
                .w(mongodb::options::Acknowledgment::Majority)
                .journal(true)
                .w_timeout(OPERATION / 2)
                .build(),
        );
        options.read_concern = Some(ReadConcern::majority());
        options.selection_criteria = Some(SelectionCriteria::ReadPreference(
            mongodb::options::ReadPreference::Primary,
        ));
        if let Some(user) = &login.user {
            options.credential = Some(credential(user, login));
        }
        if let Some(tls) = &self.tls {
            options.tls = Some(tls.options(certificate).into());
        }
        Ok(options)
    }

    async fn place(&self) -> Result<ClientOptions> {
        let Some(uri) = &self.uri else {
            let host = ServerAddress::Tcp {
                host: self.address.clone(),
                port: Some(self.port),
            };
            return Ok(ClientOptions::builder().hosts(vec![host]).build());
        };
        let parsed = ClientOptions::parse(uri.as_str()).await;
        parsed.map_err(|error| StoreError::Unavailable(format!("the connection string: {}", error.kind)))
    }
}

fn credential(user: &str, login: &Login) -> Credential {
    Credential::builder()
        .username(user.to_owned())
        .password(login.password.clone())
        .source(login.database.clone())
        .build()
}

impl Tls {
    /// The files that a connection string names; `None` where it names none, or is none.
    #[must_use]
    pub fn of_uri(uri: &str) -> Option<Self> {
        let parsed = ConnectionString::parse(uri).ok()?;
        let Some(mongodb::options::Tls::Enabled(named)) = parsed.tls else {
            return None;
        };
        let files = Self {
            ca: named.ca_file_path,
            cert: named.cert_key_file_path,
            key: None,
        };
        (files.ca.is_some() || files.cert.is_some()).then_some(files)
    }

    fn options(&self, certificate: Option<&NamedTempFile>) -> TlsOptions {
        let ours = certificate.map(|joined| joined.path().to_owned());
        let mut options = TlsOptions::default();
        options.ca_file_path.clone_from(&self.ca);
        options.cert_key_file_path = ours.or_else(|| self.cert.clone());
        options
    }
}

/// The driver wants certificate and key in one file, which it reads whenever it meets another server: they are joined in
/// a file for our eyes only, which lives as long as the value.
pub(super) fn certificate(tls: Option<&Tls>) -> Result<Option<NamedTempFile>> {
    let Some(Tls {
        cert: Some(cert),
        key: Some(key),
        ..
    }) = tls
    else {
        return Ok(None);
    };
    let join = || {
        let mut joined = NamedTempFile::new()?;
        for file in [cert, key] {
            let text = std::fs::read(file)
                .map_err(|error| std::io::Error::other(format!("{}: {error}", file.display())))?;
            joined.write_all(&text)?;
            joined.write_all(b"\n")?;
        }
        joined.flush()?;
        Ok::<_, std::io::Error>(joined)
    };
    match join() {
        Ok(joined) => Ok(Some(joined)),
        Err(error) => Err(StoreError::Unavailable(format!(
            "the client certificate: {error}"
        ))),
    }
}
