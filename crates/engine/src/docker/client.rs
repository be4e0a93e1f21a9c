//! The connection: made at first use, so that an engine that is down is no reason not to start; and one
//! place where every call gets its deadline and every failure its meaning.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest};

use crate::{EngineError, Result};

/// The client library's own timeout, in seconds: out of the way, our deadlines are shorter.
const NEVER: u64 = 24 * 3600;

/// How the engine is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Address {
    Unix(String),
    Tcp(String),
}

/// A client that connects at first use.
pub(super) struct Client {
    address: Address,
    deadline: Duration,
    made: Mutex<Option<bollard::Docker>>,
}

impl Client {
    pub(super) fn new(address: &str, deadline: Duration) -> Result<Self> {
        Ok(Self {
            address: parse(address)?,
            deadline,
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
            Address::Tcp(url) => bollard::Docker::connect_with_http(url, NEVER, API_DEFAULT_VERSION),
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

fn parse(address: &str) -> Result<Address> {
    match address.split_once("://") {
        Some(("unix", path)) if path.starts_with('/') => Ok(Address::Unix(path.to_owned())),
        Some(("tcp" | "http", rest)) if !rest.is_empty() => Ok(Address::Tcp(address.to_owned())),
        Some((scheme @ ("https" | "ssh" | "npipe"), _)) => Err(EngineError::Refused(format!(
            "engine address {address}: {scheme} is not supported yet, use unix:///path or tcp://host:port"
        ))),
        _ => Err(EngineError::Refused(format!(
            "engine address {address}: expected unix:///path or tcp://host:port"
        ))),
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
        Error::HyperLegacyError { err } if err.is_connect() => EngineError::Unavailable(chain(&err)),
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
    use super::*;

    #[test]
    fn addresses_are_understood_or_refused_with_the_reason() {
        assert_eq!(
            parse("unix:///run/x.sock").unwrap(),
            Address::Unix("/run/x.sock".to_owned())
        );
        assert_eq!(
            parse("tcp://h:2375").unwrap(),
            Address::Tcp("tcp://h:2375".to_owned())
        );
        for (address, reason) in [
            ("ssh://h", "ssh is not supported yet"),
            ("https://h:2376", "https is not supported yet"),
            ("h:2375", "expected"),
            ("unix://relative", "expected"),
        ] {
            let refusal = parse(address).unwrap_err().to_string();
            assert!(refusal.contains(reason) && refusal.contains(address), "{refusal}");
        }
    }

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
        let client = Client::new("unix:///nonexistent/engine.sock", Duration::from_secs(1)).unwrap();
        let answer = client
            .call("ping", |docker| async move { docker.ping().await })
            .await;
        assert!(matches!(answer, Err(EngineError::Unavailable(_))), "{answer:?}");
    }
}
