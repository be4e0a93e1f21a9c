//! A server that is reached over TLS.

use std::path::{Path, PathBuf};

use ::redis::{Client, ClientTlsConfig, TlsCertificates};

use super::CacheError;

/// Files for TLS, which a URL that begins with `rediss://` asks for; all PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedisTls {
    /// Who must have signed the server's certificate; `None`: somebody whom this machine trusts.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, for a server that asks for one.
    pub identity: Option<(PathBuf, PathBuf)>,
}

impl RedisTls {
    /// A client of the server at `url`. Without TLS the files are not looked at.
    pub(super) fn client(&self, url: String) -> Result<Client, CacheError> {
        if !url.starts_with("rediss:") {
            return Client::open(url).map_err(CacheError::Unusable);
        }
        let identity = self.identity.as_ref().map(|(cert, key)| {
            Ok(ClientTlsConfig {
                client_cert: read(cert)?,
                client_key: read(key)?,
            })
        });
        let certificates = TlsCertificates {
            client_tls: identity.transpose()?,
            root_cert: self.ca.as_deref().map(read).transpose()?,
        };
        Client::build_with_tls(url, certificates).map_err(CacheError::Unusable)
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CacheError> {
    std::fs::read(file).map_err(|error| CacheError::File(file.to_owned(), error))
}
