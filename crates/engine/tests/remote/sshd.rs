//! An SSH server of a test's own, which lets in whoever has one of its keys.

use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::InstallationId;
use engine::DockerOptions;
use test_servers::{Process, free_port, program};
use uuid::Uuid;

use super::{run, text};

/// An sshd, and an ssh configuration with aliases for it: `far`, whose key serves for the engine's API alone, as the
/// documentation advises; `keyless`, who would be asked for a password; `dockerless`, where the docker command is not
/// found; and `unknown`, whose host key nobody has seen.
pub struct Sshd {
    process: Process,
    pub port: u16,
    pub user: String,
}

impl Sshd {
    /// `engine` is the socket of the far end.
    pub fn start(engine: &str) -> Self {
        let sshd = program("sshd").expect("openssh-server is installed");
        // What the system's own service makes before it starts, where there is one.
        let _there = std::fs::create_dir_all("/run/sshd");
        let (port, user) = (free_port(), user());
        let mut process = Process::new(sshd, |directory| {
            server_files(directory, port, engine);
            client_files(directory, port, &user);
            let settings = text(&directory.join("sshd_config"));
            ["-D", "-e", "-f", &settings].map(str::to_owned).to_vec()
        });
        process.start(|| TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { process, port, user }
    }

    /// The ssh configuration.
    pub fn config(&self) -> PathBuf {
        self.process.directory().join("ssh_config")
    }

    /// What it logged.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// The engine at an address of `ssh://`.
    pub fn options(&self, address: &str) -> DockerOptions {
        DockerOptions {
            address: address.to_owned(),
            ssh_config: Some(self.config()),
            ..DockerOptions::local(InstallationId(Uuid::now_v7()))
        }
    }
}

fn user() -> String {
    let told = Command::new("id").arg("-un").output().unwrap();
    String::from_utf8(told.stdout).unwrap().trim().to_owned()
}

fn key(directory: &Path, name: &str) -> String {
    let file = directory.join(name);
    run(
        "ssh-keygen",
        &["-q", "-t", "ed25519", "-N", "", "-f", &text(&file)],
    );
    std::fs::read_to_string(file.with_extension("pub")).unwrap()
}

fn server_files(directory: &Path, port: u16, engine: &str) {
    let host = key(directory, "host");
    let known = format!("[127.0.0.1]:{port} {host}");
    std::fs::write(directory.join("known_hosts"), known).unwrap();
    let far = key(directory, "far");
    let dockerless = key(directory, "dockerless");
    let _unauthorized = key(directory, "keyless");
    let dial = format!("docker --host unix://{engine} system dial-stdio");
    let authorized = format!(
        "restrict,command=\"{dial}\" {far}restrict,command=\"PATH=/nonexistent docker system dial-stdio\" {dockerless}"
    );
    std::fs::write(directory.join("authorized"), authorized).unwrap();
    let settings = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {host}\nAuthorizedKeysFile {authorized}\nPidFile none\n\
         StrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\nMaxStartups 100\n\
         SetEnv PATH={path}\n",
        host = text(&directory.join("host")),
        authorized = text(&directory.join("authorized")),
        path = std::env::var("PATH").unwrap(),
    );
    std::fs::write(directory.join("sshd_config"), settings).unwrap();
}

fn client_files(directory: &Path, port: u16, user: &str) {
    let at = |name: &str| text(&directory.join(name));
    let mut settings = String::new();
    for (alias, identity, known) in [
        ("far", "far", "known_hosts"),
        ("keyless", "keyless", "known_hosts"),
        ("dockerless", "dockerless", "known_hosts"),
        ("unknown", "far", "nobody"),
        ("127.0.0.1", "far", "known_hosts"),
    ] {
        settings.push_str(&format!(
            "Host {alias}\n  HostName 127.0.0.1\n  Port {port}\n  User {user}\n  IdentityFile {}\n  \
             UserKnownHostsFile {}\n",
            at(identity),
            at(known)
        ));
    }
    settings
        .push_str("Host *\n  IdentitiesOnly yes\n  IdentityAgent none\n  GlobalKnownHostsFile /dev/null\n");
    std::fs::write(directory.join("ssh_config"), settings).unwrap();
}
