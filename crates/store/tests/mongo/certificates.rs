//! A certification authority of a test's own, made with openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

use test_servers::Certificates;

/// A new authority in `directory`, and a certificate of it for the loopback.
pub fn make(directory: &Path, name: &str) -> Certificates {
    let file = |ending: &str| directory.join(format!("{name}-{ending}.pem"));
    let (ca, ca_key, key, cert, joined) = (
        file("ca"),
        file("ca-key"),
        file("key"),
        file("cert"),
        file("joined"),
    );
    let (request, names) = (file("request"), file("names"));
    std::fs::write(&names, "subjectAltName=IP:127.0.0.1").unwrap();
    let new = [
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
    ];
    let authority = ["-x509", "-days", "2", "-subj", "/CN=authority"];
    openssl(
        &[&new[..], &authority].concat(),
        &[("-keyout", &ca_key), ("-out", &ca)],
    );
    openssl(
        &[&new[..], &["-subj", "/CN=localhost"]].concat(),
        &[("-keyout", &key), ("-out", &request)],
    );
    openssl(
        &["x509", "-req", "-days", "2", "-set_serial", "1"],
        &[
            ("-in", &request),
            ("-CA", &ca),
            ("-CAkey", &ca_key),
            ("-extfile", &names),
            ("-out", &cert),
        ],
    );
    let both = [&cert, &key].map(|file| std::fs::read_to_string(file).unwrap());
    std::fs::write(&joined, both.concat()).unwrap();
    Certificates {
        ca,
        cert,
        key,
        joined,
    }
}

fn openssl(words: &[&str], files: &[(&str, &PathBuf)]) {
    let mut command = Command::new("openssl");
    command.args(words);
    for (option, file) in files {
        command.arg(option).arg(file);
    }
    let done = command.output().expect("openssl is installed");
    assert!(
        done.status.success(),
        "{words:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
