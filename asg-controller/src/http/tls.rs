//! TLS: the certificate and key that the configuration names.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::ServeError;
use crate::TlsFiles;

/// What a TLS listener needs.
pub(super) fn load(files: &TlsFiles) -> Result<ServerConfig, ServeError> {
    let chain = chain(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(&files.cert, &error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| unusable(&files.cert, &error))
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, ServeError> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let chain: Vec<_> = read.map_err(|error| unusable(path, &error))?;
    match chain.is_empty() {
        true => Err(unusable(path, &"no certificate in it")),
        false => Ok(chain),
    }
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> ServeError {
    ServeError::Tls {
        path: path.display().to_string(),
        reason: reason.to_string(),
    }
}
