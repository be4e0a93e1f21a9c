//! The files that a server of a test runs on.

use std::path::Path;
use std::process::Command;

use super::{Asks, Operator};

/// Where a server of a cluster is.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where the others reach it.
    pub(super) port: u16,
    /// Of all of them.
    pub(super) ports: Vec<u16>,
}

/// What stands in a server's file.
pub(super) struct Settings<'a> {
    pub(super) address: &'a str,
    pub(super) port: u16,
    pub(super) asks: Asks,
    pub(super) member: Option<&'a Member>,
}

impl Settings<'_> {
    /// Writes it, and what it names, into the server's directory.
    pub(super) fn write(&self, directory: &Path) {
        let at = |name: &str| directory.join(name).display().to_string();
        let asked = match self.asks {
            Asks::Nothing => String::new(),
            Asks::Password => "authorization { user: bus, password: s3cret }\n".to_owned(),
            Asks::Certificate => {
                certificates(directory);
                format!(
                    "tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true }}\n",
                    at("server.pem"),
                    at("server.key"),
                    at("ca.pem")
                )
            }
            Asks::Credentials => operator(directory),
        };
        let cluster = self.member.map(cluster).unwrap_or_default();
        let text = format!(
            "host: \"{}\"\nport: {}\njetstream {{ store_dir: \"{}\" }}\n{asked}{cluster}",
            self.address,
            self.port,
            at("data")
        );
        std::fs::write(directory.join("nats.conf"), text).expect("a directory of our own");
    }
}

fn cluster(member: &Member) -> String {
    let Member { name, port, ports } = member;
    let routes: Vec<_> = ports
        .iter()
        .filter(|other| *other != port)
        .map(|other| format!("\"nats://127.0.0.1:{other}\""))
        .collect();
    let routes = routes.join(", ");
    format!(
        "server_name: {name}\ncluster {{ name: test, listen: \"127.0.0.1:{port}\", routes: [{routes}] }}\n"
    )
}

/// An operator, whose accounts the server's file has; and files of users.
fn operator(directory: &Path) -> String {
    let operator = Operator::new();
    let system = operator.account_without_jetstream("system");
    let (ours, poor) = (
        operator.account("ours"),
        operator.account_without_jetstream("poor"),
    );
    let unknown = operator.account("unknown");
    for (name, account) in [("ours", &ours), ("poor", &poor), ("unknown", &unknown)] {
        let file = directory.join(format!("{name}.creds"));
        std::fs::write(file, account.user(name)).expect("a directory of our own");
    }
    let known = [&system, &ours, &poor].map(|account| format!("  {}: {}\n", account.id(), account.jwt));
    format!(
        "operator: {}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload {{\n{}}}\n",
        operator.jwt(),
        system.id(),
        known.concat()
    )
}

/// An authority, and certificates of it for the server and a client.
fn certificates(directory: &Path) {
    const AUTHORITY: &str =
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem";
    openssl(directory, AUTHORITY);
    std::fs::write(
        directory.join("names"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
    )
    .expect("writable");
    for who in ["server", "client"] {
        openssl(
            directory,
            &format!("req -newkey rsa:2048 -nodes -subj /CN={who} -keyout {who}.key -out {who}.csr"),
        );
        openssl(
            directory,
            &format!(
                "x509 -req -days 2 -in {who}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile names -out {who}.pem"
            ),
        );
    }
}

fn openssl(directory: &Path, arguments: &str) {
    let made = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(directory)
        .output()
        .expect("openssl is installed");
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "openssl {arguments}: {said}");
}
