#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::*;

/// An authority's files, and what it signed.
struct Signed(TempDir);

impl Signed {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/setup_certs.sh");
        let made = Command::new(script)
            .arg(directory.path())
            .arg("127.0.0.1")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        Self(directory)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self) -> TlsFiles {
        TlsFiles {
            ca: Some(self.file("ca.pem")),
            cert: Some(self.file("client-cert.pem")),
            key: Some(self.file("client-key.pem")),
        }
    }

    /// A copy of a file with a change.
    fn changed(&self, name: &str, change: impl FnOnce(String) -> String) -> PathBuf {
        let file = self.file(&format!("changed-{name}"));
        let text = std::fs::read_to_string(self.file(name)).unwrap();
        std::fs::write(&file, change(text)).unwrap();
        file
    }
}

/// Letters in the middle of what is encoded are others.
fn scrambled(text: String) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // What the file says of a key's kind, and a certificate of its own parts, comes first.
    lines[1] = lines[1].chars().rev().collect();
    lines.join("\n")
}

fn cut(text: String) -> String {
    text[..text.len() / 2].to_owned()
}

fn with(section: &str, files: TlsFiles) -> Config {
    let mut config = Config::default();
    match section {
        "database.tls" => config.database.tls = Some(files),
        "nats.tls" => config.nats.tls = Some(files),
        _ => config.redis_tls = Some(files),
    }
    config
}

fn refused(config: &Config) -> String {
    format!("{:#}", check(config).unwrap_err())
}

#[test]
fn a_damaged_file_of_any_server_is_named_with_its_key() {
    let signed = Signed::new();
    for section in ["database.tls", "nats.tls", "redis_tls"] {
        check(&with(section, signed.files())).unwrap();
        for damage in [cut, scrambled, |_| String::new(), |_| "no PEM\n".to_owned()] {
            for (which, name) in [
                ("ca", "ca.pem"),
                ("cert", "client-cert.pem"),
                ("key", "client-key.pem"),
            ] {
                let file = signed.changed(name, damage);
                let mut files = signed.files();
                let place = match which {
                    "ca" => &mut files.ca,
                    "cert" => &mut files.cert,
                    _ => &mut files.key,
                };
                *place = Some(file.clone());
                let said = refused(&with(section, files));
                assert!(!said.contains('['), "{said}");
                let begins = format!("{section}.{which}: {}", file.display());
                assert!(said.starts_with(&begins), "{said} does not begin with {begins}");
            }
        }
    }
}

#[test]
fn a_certificate_and_a_key_that_do_not_belong_together_are_refused() {
    let (ours, other) = (Signed::new(), Signed::new());
    let files = TlsFiles {
        key: Some(other.file("client-key.pem")),
        ..ours.files()
    };
    let said = refused(&with("nats.tls", files));
    let [cert, key] = [ours.file("client-cert.pem"), other.file("client-key.pem")];
    let begins = format!(
        "nats.tls.cert: {}, with the key of {}",
        cert.display(),
        key.display()
    );
    assert!(said.starts_with(&begins), "{said}");
}

#[test]
fn the_controller_s_certificate_and_key_are_looked_into_where_it_serves_tls() {
    let (ours, other) = (Signed::new(), Signed::new());
    let [cert, key] = ["server-cert.pem", "server-key.pem"].map(|name| ours.file(name));
    let with = |ssl, cert: &Path, key: &Path| {
        let mut config = Config::default();
        config.controller.ssl = ssl;
        config.controller.ssl_cert = Some(cert.to_owned());
        config.controller.ssl_key = Some(key.to_owned());
        config
    };
    check(&with(true, &cert, &key)).unwrap();
    let foreign = other.file("server-key.pem");
    let said = refused(&with(true, &cert, &foreign));
    let told = format!("{}, with the key of {}", cert.display(), foreign.display());
    assert!(
        said.starts_with(&format!("controller.ssl_cert: {told}")),
        "{said}"
    );
    let damaged = ours.changed("server-key.pem", cut);
    let said = refused(&with(true, &cert, &damaged));
    assert!(said.starts_with("controller.ssl_key: "), "{said}");
    let damaged = ours.changed("server-cert.pem", scrambled);
    let said = refused(&with(true, &damaged, &key));
    assert!(said.starts_with("controller.ssl_cert: "), "{said}");
    check(&with(false, &damaged, &foreign)).unwrap();
}

#[test]
fn files_in_a_connection_string_are_looked_into() {
    let signed = Signed::new();
    let read = |name: &str| std::fs::read_to_string(signed.file(name)).unwrap();
    let joined = signed.file("joined.pem");
    std::fs::write(&joined, read("client-cert.pem") + &read("client-key.pem")).unwrap();
    let with = |ca: &Path, cert: &Path| {
        let (ca, cert) = (ca.display(), cert.display());
        let uri = format!("mongodb://ada:s3cret@h/?tls=true&tlsCAFile={ca}&tlsCertificateKeyFile={cert}");
        let mut config = Config::default();
        config.database.uri = Some(config::Secret::new(uri));
        config
    };
    let ca = signed.file("ca.pem");
    check(&with(&ca, &joined)).unwrap();
    let (missing, no_key) = (signed.file("missing.pem"), signed.file("client-cert.pem"));
    let damaged = signed.changed("ca.pem", scrambled);
    for (config, begins) in [
        (with(&missing, &joined), at("database.uri: tlsCAFile", &missing)),
        (with(&damaged, &joined), at("database.uri: tlsCAFile", &damaged)),
        (
            with(&ca, &no_key),
            at("database.uri: tlsCertificateKeyFile", &no_key),
        ),
    ] {
        let said = refused(&config);
        assert!(said.starts_with(&begins) && !said.contains("s3cret"), "{said}");
        // Those of tls go before them.
        let mut other = config;
        other.database.tls = Some(signed.files());
        check(&other).unwrap();
    }
    for uri in ["mongodb://h", "mongodb://h/?tls=true", "mongodb://h/?tls=nothing"] {
        let mut config = Config::default();
        config.database.uri = Some(config::Secret::new(uri.to_owned()));
        check(&config).unwrap();
    }
}

#[test]
fn files_with_more_than_is_needed_serve() {
    let signed = Signed::new();
    let read = |name: &str| std::fs::read_to_string(signed.file(name)).unwrap();
    let (ca, cert, key) = (read("ca.pem"), read("client-cert.pem"), read("client-key.pem"));
    let joined = signed.file("joined.pem");
    std::fs::write(&joined, format!("a word\n{key}{cert}{ca}")).unwrap();
    for section in ["database.tls", "nats.tls", "redis_tls"] {
        for key in [None, Some(joined.clone())] {
            let files = TlsFiles {
                ca: Some(signed.file("ca.pem")),
                cert: Some(joined.clone()),
                key,
            };
            check(&with(section, files)).unwrap();
        }
    }
}

#[test]
fn a_certificate_whose_key_is_nowhere_is_refused() {
    let signed = Signed::new();
    let files = TlsFiles {
        key: None,
        ..signed.files()
    };
    let said = refused(&with("nats.tls", files));
    let begins = format!(
        "nats.tls.cert: {}: expected a private key",
        signed.file("client-cert.pem").display()
    );
    assert!(said.starts_with(&begins), "{said}");
}

#[test]
fn a_credentials_file_without_its_parts_is_named_with_its_key() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("user.creds");
    std::fs::write(&file, "-----BEGIN NATS USER JWT-----\n").unwrap();
    let mut config = Config::default();
    config.nats.credentials = Some(file.clone());
    let said = refused(&config);
    let begins = format!("nats.credentials: {}: ", file.display());
    assert!(said.starts_with(&begins) && said.contains("JWT"), "{said}");
}

#[test]
fn a_file_that_is_missing_is_named_before_any_is_looked_into() {
    let mut config = with(
        "database.tls",
        TlsFiles {
            ca: Some("/nonexistent/ca.pem".into()),
            ..TlsFiles::default()
        },
    );
    config.nats.credentials = Some("/nonexistent/user.creds".into());
    let said = refused(&config);
    assert!(
        said.starts_with("nats.credentials: /nonexistent/user.creds: expected a file"),
        "{said}"
    );
}
