//! The connection: made at first use, so that an engine that is down is no reason not to start; and one
//! place where every call gets its deadline and every failure its meaning.

use std::error::Error as _;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest};

use super::DockerOptions;
use super::address::{self, Address};
use super::remote::{self, NoConnection};
use crate::{EngineError, Result};

/// The client library's own timeout, in seconds: out of the way, our deadlines are shorter.
const NEVER: u64 = 24 * 3600;

/// A client that connects at first use.
pub(super) struct Client {
    address: Address,
    ssh_config: Option<PathBuf>,
    deadline: Duration,
    made: Mutex<Option<bollard::Docker>>,
}

impl Client {
    pub(super) fn new(options: &DockerOptions) -> Result<Self> {
        Ok(Self {
            address: address::parse(&options.address, options.tls.as_ref())?,
            ssh_config: options.ssh_config.clone(),
            deadline: options.call_timeout,
            made: Mutex::new(None),
        })
    }

    /// Whether the engine is on this machine.
    pub(super) fn is_local(&self) -> bool {
        matches!(self.address, Address::Unix(_))
    }

    /// The connection, made when there is none yet.
    pub(super) fn get(&self) -> Result<bollard::Docker> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(docker) = made.as_ref() {
            return Ok(docker.clone());
        }
        let docker = match &self.address {
            Address::Unix(path) => bollard::Docker::connect_with_unix(path, NEVER, API_DEFAULT_VERSION),
            Address::Remote(remote) => remote::client(remote.clone(), self.ssh_config.clone(), NEVER),
        };
        let docker = docker
            .map_err(meaning)?
            .with_request_modifier(url_safe_credentials);
        Ok(made.insert(docker).clone())
    }

    /// One call, with the deadline of all calls.
    pub(super) async fn call<T, F>(&self, what: &str, request: impl FnOnce(bollard::Docker) -> F) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, Error>>,
    {
        self.call_within(self.deadline, what, request).await
    }

    /// One call, with its own deadline.
    pub(super) async fn call_within<T, F>(
        &self,
        deadline: Duration,
        what: &str,
        request: impl FnOnce(bollard::Docker) -> F,
    ) -> Result<T>
    where
        F: Future<Output = std::result::Result<T, Error>>,
    {
        let answer = tokio::time::timeout(deadline, request(self.get()?)).await;
        match answer {
            Ok(answer) => answer.map_err(meaning),
            Err(_) => Err(EngineError::Unknown(format!(
                "no answer to {what} within {} s",
                deadline.as_secs()
            ))),
        }
    }
}

/// The engine decodes registry credentials as URL-safe base64, the client library sends the other alphabet.
fn url_safe_credentials(mut request: BollardRequest) -> BollardRequest {
    if let Some(value) = request.headers_mut().get_mut("X-Registry-Auth")
        && let Ok(text) = value.to_str()
        && let Ok(safe) = text.replace('+', "-").replace('/', "_").parse()
    {
        *value = safe;
    }
    request
}

/// What a failed call means to us: did it happen?
pub(super) fn meaning(error: Error) -> EngineError {
    match error {
        Error::DockerResponseServerError { status_code, message } => answered(status_code, message),
        Error::SocketNotFoundError(path) => EngineError::Unavailable(format!("no socket at {path}")),
        Error::HyperLegacyError { err } if err.is_connect() => {
            let ours = err
                .source()
                .and_then(|source| source.downcast_ref::<NoConnection>());
            EngineError::Unavailable(ours.map_or_else(|| chain(&err), ToString::to_string))
        }
        Error::DockerStreamError { error } => EngineError::Refused(error),
        Error::IOError { err } if err.kind() == std::io::ErrorKind::ConnectionRefused => {
            EngineError::Unavailable(chain(&err))
        }
        other => EngineError::Unknown(chain(&other)),
    }
}

fn answered(status: u16, message: String) -> EngineError {
    // The engine gave up waiting for its own runtime: it may yet happen.
    let undecided = ["context deadline exceeded", "context canceled"];
    match status {
        404 => EngineError::NotFound,
        503 => EngineError::Unavailable(message),
        500.. if undecided.iter().any(|text| message.contains(text)) => EngineError::Unknown(message),
        _ => EngineError::Refused(message),
    }
}

/// An error with its causes, which carry the useful half.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use domain::InstallationId;

    use super::*;

    #[test]
    fn answers_tell_whether_it_happened() {
        assert!(matches!(answered(404, String::new()), EngineError::NotFound));
        assert!(matches!(answered(400, "no".to_owned()), EngineError::Refused(m) if m == "no"));
        assert!(matches!(
            answered(500, "port is taken".to_owned()),
            EngineError::Refused(_)
        ));
        assert!(matches!(
            answered(500, "start: context deadline exceeded".to_owned()),
            EngineError::Unknown(_)
        ));
    }

    #[tokio::test]
    async fn a_missing_socket_is_unavailable_and_no_error_at_construction() {
        let client = Client::new(&DockerOptions {
            address: "unix:///nonexistent/engine.sock".to_owned(),
            ..DockerOptions::local(InstallationId(uuid::Uuid::nil()))
        })
        .unwrap();
        let answer = client
            .call("ping", |docker| async move { docker.ping().await })
            .await;
        assert!(matches!(answer, Err(EngineError::Unavailable(_))), "{answer:?}");
    }
}
