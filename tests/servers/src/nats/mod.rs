//! NATS servers with JetStream.

mod cluster;
mod operator;
mod settings;

use std::net::TcpStream;
use std::path::PathBuf;

pub use cluster::Cluster;
pub use operator::{Account, Operator};
use settings::{Member, Settings};

use crate::{Process, absent, free_port, program};

/// Where Debian's package puts its server.
const DEBIAN: &str = "/usr/sbin/nats-server";

/// Where a server listens that is not told otherwise.
const LOOPBACK: &str = "127.0.0.1";

/// Which release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// Debian's, 2.9.
    Debian,
    /// One that was put on PATH beside it.
    Current,
}

impl Which {
    /// Where it is.
    #[must_use]
    pub fn program(self) -> Option<PathBuf> {
        match self {
            Self::Debian => Some(PathBuf::from(DEBIAN)).filter(|file| file.is_file()),
            Self::Current => {
                let debian = std::fs::canonicalize(DEBIAN).ok();
                let found = program("nats-server")?;
                let real = std::fs::canonicalize(&found).ok();
                (real != debian).then_some(found)
            }
        }
    }
}

/// What it asks of its clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nothing.
    Nothing,
    /// The user `bus` with the password `s3cret`.
    Password,
    /// A certificate of its own authority, see [`Nats::file`].
    Certificate,
    /// The credentials of a user of an account that its operator knows, see [`Nats::file`].
    Credentials,
}

/// A NATS server of a test's own.
#[derive(Debug)]
pub struct Nats {
    process: Process,
    address: String,
    port: u16,
    asks: Asks,
}

impl Nats {
    /// Starts one that asks for nothing; `None` after [`absent`] where there is none.
    #[must_use]
    pub fn start(which: Which) -> Option<Self> {
        Self::asking(which, Asks::Nothing)
    }

    /// The same on one of this machine's addresses, for clients that do not share our loopback.
    #[must_use]
    pub fn start_on(address: &str, which: Which) -> Option<Self> {
        Self::listening(address, which, Asks::Nothing, None)
    }

    /// Starts one that asks for something.
    ///
    /// # Panics
    /// When certificates cannot be made.
    #[must_use]
    pub fn asking(which: Which, asks: Asks) -> Option<Self> {
        Self::listening(LOOPBACK, which, asks, None)
    }

    fn listening(address: &str, which: Which, asks: Asks, member: Option<&Member>) -> Option<Self> {
        let Some(found) = which.program() else {
            absent(&format!("nats-server ({which:?})"));
            return None;
        };
        let port = free_port();
        let process = Process::new(found, |directory| {
            let settings = Settings {
                address,
                port,
                asks,
                member,
            };
            settings.write(directory);
            let config = directory.join("nats.conf");
            vec!["-c".to_owned(), config.display().to_string()]
        });
        let mut server = Self {
            process,
            address: address.to_owned(),
            port,
            asks,
        };
        server.restart();
        Some(server)
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.asks == Asks::Certificate {
            "tls"
        } else {
            "nats"
        };
        let host = if self.address == LOOPBACK {
            // What its certificate names.
            "localhost"
        } else {
            &self.address
        };
        format!("{scheme}://{host}:{}", self.port)
    }

    /// A file of its directory: `ca.pem`, `client.pem` and `client.key` where it asks for certificates; `ours.creds`,
    /// `poor.creds` of an account without JetStream and `unknown.creds` of one that it does not know, where it asks for
    /// credentials.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.process.directory().join(name)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends it a signal: `STOP` and `CONT` pause it and let it go on.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Starts it (again), with the data that it had.
    pub fn restart(&mut self) {
        self.process.kill();
        let address = (&*self.address, self.port);
        self.process.start(|| TcpStream::connect(address).is_ok());
    }

    /// Ends it, deletes its data and starts it again.
    ///
    /// # Panics
    /// When the data cannot be deleted.
    pub fn wipe(&mut self) {
        self.process.kill();
        std::fs::remove_dir_all(self.file("data")).expect("it wrote its data there");
        self.restart();
    }
}
