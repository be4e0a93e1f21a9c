//! Binding, serving, stopping.

use std::io;
use std::net::{SocketAddr, TcpListener};

use actix_web::HttpServer;
use tokio_util::sync::CancellationToken;

use super::tls::Certificate;
use super::{Live, application};
use crate::service::Service;
use crate::{Deps, Settings};

/// Why a controller cannot serve; its supervisor starts it again. The cause is the error's source, not in its text.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address} (controller.port names another port)")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("controller.ssl: {path}: {reason}")]
    Tls {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// The server ended.
    #[error("the server ended")]
    Ended(#[from] io::Error),
}

/// A controller that is bound to its address and does not serve yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<rustls::ServerConfig>,
    live: Live,
}

impl Server {
    /// Takes the address.
    ///
    /// # Errors
    /// [`ServeError`] when it is taken, or TLS is asked for with files that cannot be used.
    pub fn bind(deps: Deps) -> Result<Self, ServeError> {
        let Settings { listen, tls, .. } = deps.settings.as_ref();
        let certificate = tls.as_ref().map(Certificate::read).transpose()?;
        let listening = certificate.as_ref().map(Certificate::listener).transpose();
        let tls = listening.map_err(io::Error::other)?;
        let failed = |source| ServeError::Bind {
            address: *listen,
            source,
        };
        let listener = TcpListener::bind(listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            tls,
            live: Live::new(Service::new(deps), certificate),
        })
    }

    /// The address it listens on, with the port that was taken.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Replaces the settings while it serves.
    #[must_use]
    pub fn live(&self) -> Live {
        self.live.clone()
    }

    /// Serves until `shutdown`, then finishes what it accepted.
    ///
    /// # Errors
    /// [`ServeError::Ended`].
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServeError> {
        let (address, secure) = (self.address, self.tls.is_some());
        let live = self.live;
        let within = live.now().settings().stop_within;
        let server = HttpServer::new(move || application(live.clone()))
            .disable_signals()
            .shutdown_timeout(within.as_secs())
            .shutdown_signal(async move { shutdown.cancelled().await });
        let server = match self.tls {
            Some(tls) => server.listen_rustls_0_23(self.listener, tls)?,
            None => server.listen(self.listener)?,
        };
        tracing::info!(%address, tls = secure, "listening");
        server.run().await?;
        tracing::info!(%address, "stopped");
        Ok(())
    }
}
