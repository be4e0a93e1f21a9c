//! A Redis server, without any data on disk.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;

use crate::{Process, absent, free_port, program};

/// A Redis server of a test's own.
#[derive(Debug)]
pub struct Redis {
    process: Process,
    port: u16,
    tls: bool,
}

impl Redis {
    /// Starts one; `None` after [`absent`] where there is none.
    #[must_use]
    pub fn start() -> Option<Self> {
        let mut server = Self::prepared()?;
        server.restart();
        Some(server)
    }

    /// One that is down until [`Redis::restart`]; `None` after [`absent`] where there is none.
    #[must_use]
    pub fn prepared() -> Option<Self> {
        Self::with(false, |port| vec!["--port".to_owned(), port])
    }

    /// Starts one that speaks TLS alone, with clients that have a certificate of the same authority. `certificates` is
    /// where `scripts/setup_certs.sh` made them. `None` after [`absent`] where there is none.
    #[must_use]
    pub fn with_tls(certificates: &Path) -> Option<Self> {
        let mut server = Self::with(true, |port| {
            let file = |name: &str| certificates.join(name).display().to_string();
            let (ca, cert, key) = (file("ca.pem"), file("server-cert.pem"), file("server-key.pem"));
            let options = [
                ["--port", "0"],
                ["--tls-port", &port],
                ["--tls-ca-cert-file", &ca],
                ["--tls-cert-file", &cert],
                ["--tls-key-file", &key],
            ];
            options
                .as_flattened()
                .iter()
                .map(|word| (*word).to_owned())
                .collect()
        })?;
        server.restart();
        Some(server)
    }

    fn with(tls: bool, listening: impl FnOnce(String) -> Vec<String>) -> Option<Self> {
        let Some(found) = program("redis-server") else {
            absent("redis-server");
            return None;
        };
        let port = free_port();
        let process = Process::new(found, |directory| {
            let directory = directory.display().to_string();
            let options = [
                "--bind",
                "127.0.0.1",
                "--dir",
                &directory,
                "--save",
                "",
                "--appendonly",
                "no",
            ];
            [options.map(str::to_owned).to_vec(), listening(port.to_string())].concat()
        });
        Some(Self { process, port, tls })
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.tls { "rediss" } else { "redis" };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Sends it a signal: `STOP` and `CONT` pause it and let it go on.
    pub fn signal(&self, name: &str) {
        self.process.signal(name);
    }

    /// Starts it (again), empty.
    pub fn restart(&mut self) {
        self.process.kill();
        let (port, tls) = (self.port, self.tls);
        self.process.start(|| {
            if tls {
                TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
            } else {
                answer(port, "PING").is_ok()
            }
        });
    }

    /// What it answers to a command, in its own protocol: `FLUSHALL` forgets everything.
    ///
    /// # Panics
    /// When it does not answer.
    pub fn command(&self, command: &str) -> String {
        answer(self.port, command).expect("it runs")
    }
}

/// Its answer up to a second's silence would have to be parsed; up to the end of the connection it need not be.
fn answer(port: u16, command: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    write!(stream, "{command}\r\nQUIT\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
