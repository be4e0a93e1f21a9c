//! What `scripts/setup_certs.sh` makes.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use engine::EngineTls;
use tempfile::TempDir;

use super::text;

const FILES: [&str; 6] = [
    "ca.pem",
    "ca-key.pem",
    "server-cert.pem",
    "server-key.pem",
    "client-cert.pem",
    "client-key.pem",
];

fn script(arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/setup_certs.sh");
    Command::new(script).args(arguments).output().unwrap()
}

/// A directory with all six files.
pub struct Certificates(TempDir);

impl Certificates {
    pub fn of(names: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let made = script(&[&[text(directory.path()).as_str()], names].concat());
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self(directory)
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn client(&self) -> EngineTls {
        EngineTls {
            ca: self.file("ca.pem"),
            cert: self.file("client-cert.pem"),
            key: self.file("client-key.pem"),
        }
    }
}

fn shown(file: &Path) -> String {
    let told = Command::new("openssl")
        .args(["x509", "-noout", "-text", "-in"])
        .arg(file)
        .output()
        .unwrap();
    String::from_utf8(told.stdout).unwrap()
}

#[test]
fn six_files_are_made_and_never_overwritten() {
    let made = Certificates::of(&["docker01", "10.1.2.3", "::1"]);
    for name in FILES {
        let mode = std::fs::metadata(made.file(name)).unwrap().permissions().mode() & 0o777;
        let expected = if name.ends_with("key.pem") { 0o600 } else { 0o644 };
        assert_eq!(mode, expected, "{name}");
    }
    let server = shown(&made.file("server-cert.pem"));
    assert!(
        server.contains("DNS:docker01, IP Address:10.1.2.3, IP Address:0:0:0:0:0:0:0:1"),
        "{server}"
    );
    assert!(server.contains("TLS Web Server Authentication") && !server.contains("Web Client"));
    let client = shown(&made.file("client-cert.pem"));
    assert!(client.contains("TLS Web Client Authentication") && !client.contains("Web Server"));

    let before = std::fs::read(made.file("ca.pem")).unwrap();
    let again = script(&[&text(&made.file(""))]);
    assert!(!again.status.success());
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already"));
    std::fs::remove_file(made.file("client-key.pem")).unwrap();
    assert!(
        !script(&[&text(&made.file(""))]).status.success(),
        "one of them is enough"
    );
    assert_eq!(std::fs::read(made.file("ca.pem")).unwrap(), before);
    assert!(!made.file("client-key.pem").exists());
}

#[test]
fn engines_share_an_authority_and_bad_arguments_leave_nothing() {
    let first = Certificates::of(&[]);
    assert!(shown(&first.file("server-cert.pem")).contains("DNS:localhost"));
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| text(&directory.path().join(name));
    let authority = text(&first.file(""));
    let made = script(&[&at("second"), "--ca", &authority, "--days", "3", "docker02"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let verified = Command::new("openssl")
        .args(["verify", "-CAfile"])
        .arg(first.file("ca.pem"))
        .arg(directory.path().join("second/server-cert.pem"))
        .output()
        .unwrap();
    assert!(verified.status.success());

    for arguments in [
        vec!["--days", "0"],
        vec!["--days", "many"],
        vec!["two words"],
        vec!["--unknown"],
        vec!["--ca", "/nonexistent"],
    ] {
        let target = at("third");
        let refused = script(&[&[target.as_str()][..], &arguments].concat());
        assert!(
            !refused.status.success() && !refused.stderr.is_empty(),
            "{arguments:?}"
        );
        let left = std::fs::read_dir(&target)
            .map(Iterator::count)
            .unwrap_or_default();
        assert_eq!(left, 0, "{arguments:?}");
    }
}
