//! TLS with certificates on both sides.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::super::EngineTls;
use super::super::address::Server;
use super::link::Link;
use super::probe;

/// An encrypted connection on which the engine, who it says it is, has answered.
pub(super) async fn connect(tcp: TcpStream, server: &Server, files: &EngineTls) -> Result<Link, String> {
    let settings = settings(files).await?;
    let name = ServerName::try_from(server.host.clone()).map_err(|error| error.to_string())?;
    let told = |why: String| meaning(&why, files);
    let made = TlsConnector::from(Arc::new(settings)).connect(name, tcp).await;
    let mut link = Link::new(made.map_err(|error| told(error.to_string()))?);
    // In TLS 1.3 it is only now that the engine judges our certificate.
    probe::answers(&mut link).await.map_err(told)?;
    Ok(link)
}

/// Who did not like whom: the libraries tell it in one language for both.
fn meaning(why: &str, files: &EngineTls) -> String {
    if why.contains("received fatal alert") {
        format!("the engine does not accept {}: {why}", files.cert.display())
    } else if why.contains("invalid peer certificate") {
        format!("not the engine that we trust: {why}")
    } else {
        format!("no connection over TLS: {why}")
    }
}

/// Read anew for every connection, so that renewed certificates serve without a restart. Nobody else is trusted than
/// the authority of the file: those of the system sign for the whole world.
async fn settings(files: &EngineTls) -> Result<ClientConfig, String> {
    let mut trusted = RootCertStore::empty();
    for authority in certificates(&files.ca).await? {
        let added = trusted.add(authority);
        added.map_err(|error| format!("{}: {error}", files.ca.display()))?;
    }
    let key = PrivateKeyDer::from_pem_slice(&content(&files.key).await?)
        .map_err(|error| format!("{}: expected a private key in PEM: {error}", files.key.display()))?;
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    let settings = ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(trusted);
    settings
        .with_client_auth_cert(certificates(&files.cert).await?, key)
        .map_err(|error| {
            let (cert, key) = (files.cert.display(), files.key.display());
            format!("{cert} with {key}: {error}")
        })
}

async fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = content(file).await?;
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match read {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("{}: expected a certificate in PEM", file.display())),
        Err(error) => Err(format!(
            "{}: expected a certificate in PEM: {error}",
            file.display()
        )),
    }
}

async fn content(file: &Path) -> Result<Vec<u8>, String> {
    let read = tokio::fs::read(file).await;
    read.map_err(|error| format!("{}: {error}", file.display()))
}
