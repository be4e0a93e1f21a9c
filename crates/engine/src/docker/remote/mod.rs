//! Engines on other machines, over TCP, TLS or SSH.
//!
//! The client library's own transports for these make a connection per call, send nothing at all when the client's
//! key cannot be used, and leave background processes of ssh behind. So the library is given one of ours, which keeps
//! connections for the next call, and hands a new one over only when the engine has answered on it: whatever fails
//! before that, a refused certificate too, is certain not to have done anything.

mod link;
mod probe;
mod ssh;
mod tls;

use std::path::PathBuf;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::Uri;
use hyper_util::client::legacy;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

use super::address::{Remote, Server};
use link::Link;

/// For a connection to be made and answered on. Well under the deadline of calls.
const CONNECT_WITHIN: Duration = Duration::from_secs(15);
/// How long a connection that nobody uses is kept, and how many are.
const IDLE: Duration = Duration::from_secs(30);
const IDLE_CONNECTIONS: usize = 8;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
#[error("{engine}: {why}")]
pub(super) struct NoConnection {
    engine: String,
    why: String,
}

/// Makes connections to one engine.
#[derive(Clone)]
struct Connector(Arc<Target>);

struct Target {
    remote: Remote,
    ssh_config: Option<PathBuf>,
}

/// The client of an engine that is elsewhere. Connects at the first call.
pub(super) fn client(
    remote: Remote,
    ssh_config: Option<PathBuf>,
    timeout: u64,
) -> Result<bollard::Docker, Error> {
    let url = match &remote {
        // The far end is a socket, which has no name.
        Remote::Ssh(_) => "http://docker".to_owned(),
        _ => remote.to_string(),
    };
    let connector = Connector(Arc::new(Target { remote, ssh_config }));
    let client = legacy::Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(IDLE_CONNECTIONS)
        .build(connector);
    let transport =
        move |request: BollardRequest| client.request(request).map(|answer| answer.map_err(Error::from));
    bollard::Docker::connect_with_custom_transport(transport, Some(url), timeout, API_DEFAULT_VERSION)
}

impl tower_service::Service<Uri> for Connector {
    type Response = TokioIo<Link>;
    type Error = NoConnection;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let target = Arc::clone(&self.0);
        async move {
            let made = tokio::time::timeout(CONNECT_WITHIN, target.connect()).await;
            let late = || Err(format!("no answer within {} s", CONNECT_WITHIN.as_secs()));
            made.unwrap_or_else(|_| late())
                .map(TokioIo::new)
                .map_err(|why| NoConnection {
                    engine: target.remote.to_string(),
                    why,
                })
        }
        .boxed()
    }
}

impl Target {
    /// A connection on which the engine has answered, or why there is none.
    async fn connect(&self) -> Result<Link, String> {
        match &self.remote {
            Remote::Tcp(server) => {
                let mut link = Link::new(tcp(server).await?);
                probe::answers(&mut link).await?;
                Ok(link)
            }
            Remote::Tls(server, files) => tls::connect(tcp(server).await?, server, files).await,
            Remote::Ssh(login) => ssh::connect(login, self.ssh_config.as_deref()).await,
        }
    }
}

async fn tcp(server: &Server) -> Result<TcpStream, String> {
    let made = TcpStream::connect((server.host.as_str(), server.port)).await;
    let stream = made.map_err(|error| error.to_string())?;
    // Requests are small and waited for.
    stream.set_nodelay(true).map_err(|error| error.to_string())?;
    let watched = SockRef::from(&stream).set_tcp_keepalive(&kept_alive());
    watched.map_err(|error| error.to_string())?;
    Ok(stream)
}

/// An end that goes without a word is noticed in half a minute: events are waited for in silence, for hours.
fn kept_alive() -> TcpKeepalive {
    TcpKeepalive::new()
        .with_time(Duration::from_secs(15))
        .with_interval(Duration::from_secs(5))
        .with_retries(3)
}
