//! A Prometheus server that scrapes one exporter each second.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::{Process, absent, free_port, program};

/// Debian's name of the package and the program.
const PROMETHEUS: &str = "prometheus";

/// A Prometheus server of a test's own. It keeps what it scraped when it is killed and started again.
#[derive(Debug)]
pub struct Prometheus {
    process: Process,
    port: u16,
}

impl Prometheus {
    /// Starts one that scrapes an exporter each second; `None` after [`absent`] where there is none.
    ///
    /// # Panics
    /// When its file cannot be written.
    #[must_use]
    pub fn start(exporter: SocketAddr) -> Option<Self> {
        let Some(found) = program(PROMETHEUS) else {
            absent(PROMETHEUS);
            return None;
        };
        let port = free_port();
        let process = Process::new(found, |directory| {
            let scrape = "global: {scrape_interval: 1s, scrape_timeout: 1s}";
            let jobs = format!(
                "scrape_configs: [{{job_name: traefik, static_configs: [{{targets: ['{exporter}']}}]}}]"
            );
            let file = directory.join("prometheus.yml");
            std::fs::write(&file, format!("{scrape}\n{jobs}\n"))
                .expect("a directory of our own can be written");
            vec![
                format!("--config.file={}", file.display()),
                format!("--storage.tsdb.path={}", directory.join("data").display()),
                format!("--web.listen-address=127.0.0.1:{port}"),
            ]
        });
        let mut server = Self { process, port };
        server.restart();
        Some(server)
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it, and waits until it answers queries.
    pub fn restart(&mut self) {
        let port = self.port;
        self.process.start(|| is_ready(port).unwrap_or(false));
    }
}

fn is_ready(port: u16) -> std::io::Result<bool> {
    let mut link = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    link.set_read_timeout(Some(Duration::from_secs(5)))?;
    link.write_all(b"GET /-/ready HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let mut answer = String::new();
    link.read_to_string(&mut answer)?;
    Ok(answer.starts_with("HTTP/1.0 200"))
}
