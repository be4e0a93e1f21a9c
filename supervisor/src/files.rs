//! What the files of a configuration hold, looked into before anything starts: a damaged one would else be told at
//! every attempt to connect, by whoever reads it then.

use std::path::Path;

use anyhow::{Context, anyhow};
use config::{Config, Database, TlsFiles};
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// Refuses a file that cannot be read, or that cannot serve on a connection to a server or for the controller. Those of
/// engines are read anew for each of their connections, which tell it themselves.
pub(crate) fn check(config: &Config) -> anyhow::Result<()> {
    for (key, path) in config.files() {
        let opened = std::fs::File::open(&path);
        opened.with_context(|| format!("{key}: {}: expected a file that can be read", path.display()))?;
    }
    if let Some(file) = &config.nats.credentials {
        bus::check_credentials(file)
            .map_err(anyhow::Error::msg)
            .with_context(|| at("nats.credentials", file))?;
    }
    for (section, files) in config.server_tls() {
        tls(section, files)?;
    }
    database_uri(&config.database)?;
    let controller = &config.controller;
    if let (true, Some(cert), Some(key)) = (controller.ssl, &controller.ssl_cert, &controller.ssl_key) {
        identity(("controller.ssl_cert", cert), ("controller.ssl_key", key))?;
    }
    Ok(())
}

fn tls(section: &str, files: &TlsFiles) -> anyhow::Result<()> {
    if let Some(file) = &files.ca {
        authorities(file).with_context(|| at(&format!("{section}.ca"), file))?;
    }
    let Some((cert, key)) = files.identity() else {
        return Ok(());
    };
    let which = if key == cert { "cert" } else { "key" };
    identity(
        (&format!("{section}.cert"), &cert),
        (&format!("{section}.{which}"), &key),
    )
}

/// The files that a connection string names; those of `database.tls` would go before them.
fn database_uri(database: &Database) -> anyhow::Result<()> {
    let (None, Some(uri)) = (&database.tls, &database.uri) else {
        return Ok(());
    };
    let Some(files) = store::Tls::of_uri(uri.expose()) else {
        return Ok(());
    };
    if let Some(file) = &files.ca {
        authorities(file).with_context(|| at("database.uri: tlsCAFile", file))?;
    }
    if let Some(file) = &files.cert {
        let named = ("database.uri: tlsCertificateKeyFile", file.as_path());
        identity(named, named)?;
    }
    Ok(())
}

/// A certificate and its key, each with the key of the configuration that names it.
fn identity((cert_at, cert): (&str, &Path), (key_at, key): (&str, &Path)) -> anyhow::Result<()> {
    let chain = chain(cert).with_context(|| at(cert_at, cert))?;
    let private = private(key).with_context(|| at(key_at, key))?;
    let pair = CertifiedKey::from_der(chain, private, &ring::default_provider());
    pair.with_context(|| format!("{}, with the key of {}", at(cert_at, cert), key.display()))?;
    Ok(())
}

fn at(key: &str, file: &Path) -> String {
    format!("{key}: {}", file.display())
}

fn authorities(file: &Path) -> anyhow::Result<()> {
    let mut trusted = RootCertStore::empty();
    for authority in chain(file)? {
        trusted
            .add(authority)
            .context("expected certificates of authorities")?;
    }
    Ok(())
}

fn chain(file: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let expected = "expected a certificate in PEM";
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    let chain: Vec<_> = read.map_err(said).context(expected)?;
    match chain.is_empty() {
        true => Err(said(pem::Error::NoItemsFound)).context(expected),
        false => Ok(chain),
    }
}

/// What is wrong with a PEM file; the library shows lines as lists of numbers.
fn said(error: pem::Error) -> anyhow::Error {
    match error {
        pem::Error::MissingSectionEnd { .. } => anyhow!("the END line is missing"),
        pem::Error::IllegalSectionStart { .. } => anyhow!("a BEGIN line is damaged"),
        pem::Error::NoItemsFound => anyhow!("there is none in it"),
        other => other.into(),
    }
}

/// A key that we can sign with.
fn private(file: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    let expected = "expected a private key in PEM, without a password";
    let key = PrivateKeyDer::from_pem_file(file)
        .map_err(said)
        .context(expected)?;
    ring::default_provider()
        .key_provider
        .load_private_key(key.clone_key())
        .context(expected)?;
    Ok(key)
}

#[cfg(test)]
mod tests;
