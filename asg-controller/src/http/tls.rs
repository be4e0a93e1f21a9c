//! TLS: the certificate and key that the configuration names, read again when the service is told to.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use super::ServeError;
use crate::TlsFiles;

/// The certificate that new connections are shown. A clone is the same one.
#[derive(Clone, Debug)]
pub(super) struct Certificate(Arc<ArcSwap<CertifiedKey>>);

impl Certificate {
    /// Reads the files.
    pub(super) fn read(files: &TlsFiles) -> Result<Self, ServeError> {
        Ok(Self(Arc::new(ArcSwap::from_pointee(load(files)?))))
    }

    /// Reads them again: connections that come from now on are shown what they hold.
    pub(super) fn renew(&self, files: &TlsFiles) -> Result<(), ServeError> {
        self.0.store(Arc::new(load(files)?));
        Ok(())
    }

    /// What a TLS listener needs.
    pub(super) fn listener(&self) -> Result<ServerConfig, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        Ok(versions
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(self.clone())))
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

/// A chain and the key that belongs to it.
fn load(files: &TlsFiles) -> Result<CertifiedKey, ServeError> {
    let chain = chain(&files.cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key).map_err(|error| unusable(&files.key, &error))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
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
