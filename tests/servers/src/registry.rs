//! An image registry that asks for a user and password.

use std::net::{Ipv4Addr, TcpStream};
use std::path::PathBuf;
use std::process::Command;

use crate::{Process, absent, free_port, program};

const USER: &str = "puller";
const PASSWORD: &str = "s3cret/with+signs";
/// `puller:s3cret/with+signs` in base64, as Docker keeps credentials.
const ENCODED: &str = "cHVsbGVyOnMzY3JldC93aXRoK3NpZ25z";

/// A registry of a test's own: Debian's docker-registry.
#[derive(Debug)]
pub struct Registry {
    process: Process,
    port: u16,
}

impl Registry {
    /// Starts one; `None` after [`absent`] where there is none.
    ///
    /// # Panics
    /// When it cannot be set up.
    #[must_use]
    pub fn start() -> Option<Self> {
        let (Some(found), Some(htpasswd)) = (program("docker-registry"), program("htpasswd")) else {
            absent("docker-registry, or htpasswd of apache2-utils,");
            return None;
        };
        let port = free_port();
        let mut process = Process::new(found, |directory| {
            let file = |name: &str| directory.join(name);
            let users = Command::new(htpasswd).args(["-Bbn", USER, PASSWORD]).output();
            std::fs::write(file("users"), users.expect("htpasswd runs").stdout).expect("our own directory");
            std::fs::write(
                file("config.yml"),
                configuration(&directory.display().to_string(), port),
            )
            .expect("our own directory");
            std::fs::create_dir(file("client")).expect("our own directory");
            let client = format!(r#"{{"auths":{{"localhost:{port}":{{"auth":"{ENCODED}"}}}}}}"#);
            std::fs::write(file("client/config.json"), client).expect("our own directory");
            vec!["serve".to_owned(), file("config.yml").display().to_string()]
        });
        process.start(|| TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok());
        Some(Self { process, port })
    }

    /// The reference of an image in it.
    #[must_use]
    pub fn image(&self, name: &str) -> String {
        format!("localhost:{}/{name}", self.port)
    }

    /// A Docker `config.json` with its user and password. Its directory is what `docker --config` takes.
    #[must_use]
    pub fn config_json(&self) -> PathBuf {
        self.process.directory().join("client/config.json")
    }
}

fn configuration(directory: &str, port: u16) -> String {
    format!(
        "version: 0.1
storage:
  filesystem:
    rootdirectory: {directory}/images
http:
  addr: 127.0.0.1:{port}
auth:
  htpasswd:
    realm: test
    path: {directory}/users
"
    )
}
