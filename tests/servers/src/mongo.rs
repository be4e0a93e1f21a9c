//! A MongoDB server: `MONGODB_URI`'s, else one of the test's own.

mod answers;

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use answers::answers_within;

use crate::{Process, absent, free_port, program};

const NAME: &str = "a MongoDB server";
const IMAGE: &str = "mongo:8";
/// Where a server listens that is not told otherwise.
const LOOPBACK: &str = "127.0.0.1";

/// A server, empty or with databases that tests before left: every test names its own, see [`Mongo::database`].
#[derive(Debug)]
pub struct Mongo {
    uri: String,
    address: String,
    port: u16,
    server: Server,
}

#[derive(Debug)]
enum Server {
    /// Somebody else's.
    Given,
    Own(Process),
    Container(String),
}

/// The PEM files of a server that demands encryption and client certificates.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// Who signed all of them.
    pub ca: PathBuf,
    /// The server's.
    pub cert: PathBuf,
    /// The server's key.
    pub key: PathBuf,
    /// Both in one file.
    pub joined: PathBuf,
}

impl Mongo {
    /// A server that lets everybody in; none, with a line that says so, where there is none to be had.
    #[must_use]
    pub fn start() -> Option<Self> {
        if let Ok(uri) = std::env::var("MONGODB_URI") {
            return Some(Self {
                uri,
                address: String::new(),
                port: 0,
                server: Server::Given,
            });
        }
        Self::start_on(LOOPBACK)
    }

    /// A server of the test's own on one of this machine's addresses, for clients that do not share our loopback.
    #[must_use]
    pub fn start_on(address: &str) -> Option<Self> {
        let found = Self::mongod(address)
            .or_else(|| Self::ferretdb(address, &[]))
            .or_else(|| Self::container(address));
        if found.is_none() {
            absent(NAME);
        }
        found
    }

    /// A server that demands `user` and `password` for `database`. Only `ferretdb` is told of a user as it starts.
    #[must_use]
    pub fn with_user(user: &str, password: &str, database: &str) -> Option<Self> {
        let users = ["--user", user, "--password", password, "--auth-db", database];
        let found = Self::ferretdb(LOOPBACK, &users);
        if found.is_none() {
            absent("ferretdb, a MongoDB server that is told of a user as it starts,");
        }
        found
    }

    /// A server that demands encryption and certificates of its clients.
    #[must_use]
    pub fn with_tls(files: &Certificates) -> Option<Self> {
        let port = free_port();
        let text = |file: &Path| file.display().to_string();
        let found = if let Some(mongod) = program("mongod") {
            let (joined, ca) = (text(&files.joined), text(&files.ca));
            let tls = ["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", &joined];
            let process = Process::new(mongod, |directory| {
                let more = [&tls[..], &["--tlsCAFile", &ca]].concat();
                mongod_arguments(LOOPBACK, port, directory, &more)
            });
            Some(process)
        } else {
            let (cert, key, ca) = (text(&files.cert), text(&files.key), text(&files.ca));
            program("ferretdb").map(|ferretdb| {
                Process::new(ferretdb, |directory| {
                    let listen = format!("{LOOPBACK}:{port}");
                    let tls = ["--listen", "", "--tls-listen", &listen];
                    let files = ["--tls-cert", &cert, "--tls-key", &key, "--tls-ca", &ca];
                    let data = text(directory);
                    strings(&[&tls[..], &files, &["--data", &data]].concat())
                })
            })
        };
        if found.is_none() {
            absent(NAME);
        }
        found.map(|process| Self::own(LOOPBACK, port, process))
    }

    /// Its connection string.
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// Where a server of our own listens; empty for another's.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The port that a server of our own listens on; 0 for another's.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it can be killed and started again: not somebody else's.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        !matches!(self.server, Server::Given)
    }

    /// A name for a database that no other test uses.
    #[must_use]
    pub fn database(&self, stem: &str) -> String {
        format!("{stem}_{}", unique())
    }

    /// Ends it as a power cut would.
    ///
    /// # Panics
    /// When it is somebody else's, or cannot be ended.
    pub fn kill(&mut self) {
        match &mut self.server {
            Server::Given => panic!("the server of MONGODB_URI is not ours to kill"),
            Server::Own(process) => process.kill(),
            Server::Container(name) => assert!(docker(&["kill", name]), "docker kill {name}"),
        }
    }

    /// Starts it again, on the same port and data.
    ///
    /// # Panics
    /// When it is somebody else's, or does not answer in a minute.
    pub fn restart(&mut self) {
        let (address, port) = (&*self.address, self.port);
        match &mut self.server {
            Server::Given => panic!("the server of MONGODB_URI is not ours to start"),
            Server::Own(process) => process.start(|| listens(address, port)),
            Server::Container(name) => {
                assert!(docker(&["start", name]), "docker start {name}");
                assert!(answers_within(address, port, Duration::from_secs(60)), "{name}");
            }
        }
    }

    fn mongod(address: &str) -> Option<Self> {
        let port = free_port();
        let process = Process::new(program("mongod")?, |directory| {
            mongod_arguments(address, port, directory, &[])
        });
        Some(Self::own(address, port, process))
    }

    fn ferretdb(address: &str, more: &[&str]) -> Option<Self> {
        let port = free_port();
        let arguments = |directory: &Path| {
            let (listen, data) = (format!("{address}:{port}"), directory.display().to_string());
            strings(&[&["--listen", &listen, "--data", &data], more].concat())
        };
        let process = Process::new(program("ferretdb")?, arguments);
        Some(Self::own(address, port, process))
    }

    fn own(address: &str, port: u16, mut process: Process) -> Self {
        process.start(|| listens(address, port));
        Self {
            uri: uri(address, port),
            address: address.to_owned(),
            port,
            server: Server::Own(process),
        }
    }

    /// Out of a registry's image, where the image is here or the registry answers at once.
    fn container(address: &str) -> Option<Self> {
        let here = docker(&["image", "inspect", IMAGE]);
        let answers = || bounded("5", &["manifest", "inspect", IMAGE]);
        let known = here || (answers() && bounded("300", &["pull", IMAGE]));
        if !known {
            return None;
        }
        let (port, name) = (free_port(), format!("microscaler-test-mongo-{}", unique()));
        let publish = format!("{address}:{port}:27017");
        let run = ["run", "--detach", "--name", &name, "--publish", &publish, IMAGE];
        // Removed when it is dropped, whether it answered or not.
        let made = docker(&run).then(|| Self {
            uri: uri(address, port),
            address: address.to_owned(),
            port,
            server: Server::Container(name.clone()),
        })?;
        answers_within(address, port, Duration::from_secs(60)).then_some(made)
    }
}

impl Drop for Mongo {
    fn drop(&mut self) {
        if let Server::Container(name) = &self.server {
            docker(&["rm", "--force", "--volumes", name]);
        }
    }
}

fn mongod_arguments(address: &str, port: u16, directory: &Path, more: &[&str]) -> Vec<String> {
    let (port, data) = (port.to_string(), directory.display().to_string());
    let plain = ["--bind_ip", address, "--port", &port, "--dbpath", &data];
    strings(&[&plain[..], more].concat())
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}

fn uri(address: &str, port: u16) -> String {
    format!("mongodb://{address}:{port}/")
}

fn unique() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let nanos = now.unwrap_or_default().as_nanos();
    format!("{}_{count}_{nanos}", std::process::id())
}

fn listens(address: &str, port: u16) -> bool {
    TcpStream::connect((address, port)).is_ok()
}

fn docker(arguments: &[&str]) -> bool {
    succeeds(Command::new("docker").args(arguments))
}

/// Gives up after some seconds.
fn bounded(seconds: &str, arguments: &[&str]) -> bool {
    succeeds(Command::new("timeout").args([seconds, "docker"]).args(arguments))
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null());
    quiet
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|end| end.success())
}
