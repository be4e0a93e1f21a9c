//! How a NATS server is reached, and how much is kept there.

use std::path::PathBuf;
use std::time::Duration;

use async_nats::{ConnectOptions, ServerAddr};

use super::credentials;
use super::link::Link;
use super::login::{self, Login};
use crate::{BusError, Result};

/// To connect, and again after that long a silence of the server.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Two of these unanswered, and the connection counts as lost.
const PING_EVERY: Duration = Duration::from_secs(5);
/// The longest pause between two attempts to connect again.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// How a NATS server is reached.
#[derive(Clone, Debug)]
pub struct NatsOptions {
    /// Servers of one cluster: `nats://HOST:PORT` or `tls://HOST:PORT`.
    pub urls: Vec<String>,
    /// Who we are.
    pub login: Login,
    /// Files for TLS.
    pub tls: NatsTls,
    /// First part of all subjects and name of the stream: letters, digits, `-` and `_`. Installations that share a
    /// server differ in it.
    pub prefix: String,
    /// How much is kept, and for how long.
    pub limits: NatsLimits,
}

/// Files for TLS, all PEM.
#[derive(Clone, Debug, Default)]
pub struct NatsTls {
    /// Authorities to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, where the server asks for one.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// How much a NATS bus keeps. All processes of an installation are to agree: each sets it when it connects, and again
/// whenever a request of its own for jobs was lost.
#[derive(Clone, Copy, Debug)]
pub struct NatsLimits {
    /// Jobs that wait in one host's queue; above it, sending is refused.
    pub jobs: u32,
    /// How long a job waits for a worker at most: its record has long been given up by then.
    pub job_age: Duration,
    /// After how long a silent receiver's job is given to another.
    pub ack_wait: Duration,
    /// How often a job is delivered at most.
    pub deliveries: u32,
    /// How long the id of a job is remembered and a second one with it dropped.
    pub remember: Duration,
    /// Items that a subscriber may fall behind, rounded up to a power of two.
    pub behind: usize,
    /// Servers of the cluster that keep each job.
    pub replicas: usize,
}

impl Default for NatsLimits {
    fn default() -> Self {
        Self {
            jobs: 10_000,
            job_age: Duration::from_secs(24 * 3600),
            // Six times the beat of a worker.
            ack_wait: Duration::from_secs(30),
            // Workers wait 1 to 15 s between attempts: an engine that restarts is waited for.
            deliveries: 30,
            remember: Duration::from_secs(120),
            behind: 4_096,
            replicas: 1,
        }
    }
}

impl Default for NatsOptions {
    fn default() -> Self {
        Self {
            urls: vec!["nats://localhost:4222".to_owned()],
            login: Login::None,
            tls: NatsTls::default(),
            prefix: "microscaler".to_owned(),
            limits: NatsLimits::default(),
        }
    }
}

impl NatsOptions {
    pub(super) fn addresses(&self) -> Result<Vec<ServerAddr>> {
        let odd = |c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if self.prefix.is_empty() || self.prefix.contains(odd) {
            let wrong = format!("prefix {:?}: expected letters, digits, '-' and '_'", self.prefix);
            return Err(BusError::Unavailable(wrong));
        }
        let parsed = self.urls.iter().enumerate().map(|(nth, url)| {
            let nth = nth + 1;
            // The URL itself may carry a password.
            url.parse()
                .map_err(|error| BusError::Unavailable(format!("NATS server {nth} of the list: {error}")))
        });
        parsed.collect()
    }

    pub(super) fn for_client(&self, addresses: &[ServerAddr], link: Link) -> Result<ConnectOptions> {
        let mut options = ConnectOptions::new()
            .name("microscaler")
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .ping_interval(PING_EVERY)
            .max_reconnects(None)
            .reconnect_delay_callback(pause)
            .event_callback(move |event| {
                let link = link.clone();
                async move { link.note(&event) }
            });
        if let Some(ca) = &self.tls.ca {
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        if let Some((certificate, key)) = &self.tls.identity {
            options = options.add_client_certificate(certificate.clone(), key.clone());
            options = options.require_tls(true);
        }
        Ok(match &self.login {
            Login::None => match addresses.iter().find_map(login::of_url) {
                Some(Login::Password { user, password }) => options.user_and_password(user, password),
                Some(Login::Token(token)) => options.token(token),
                _ => options,
            },
            Login::Password { user, password } => options.user_and_password(user.clone(), password.clone()),
            Login::Token(token) => options.token(token.clone()),
            Login::CredentialsFile(file) => {
                let told = |error: String| BusError::Unavailable(self.login.told(&error));
                let found = credentials::read(file).map_err(told)?;
                options
                    .credentials(&found)
                    .map_err(|error| told(error.to_string()))?
            }
        })
    }
}

/// 50 ms doubling to 2 s, by the number of attempts that failed.
pub(super) fn pause(failed: usize) -> Duration {
    let doublings = u32::try_from(failed.saturating_sub(1)).unwrap_or(u32::MAX).min(6);
    match failed {
        0 => Duration::ZERO,
        _ => LONGEST_PAUSE.min(Duration::from_millis(50) * (1 << doublings)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn pauses_double_and_end_at_two_seconds() {
        let pauses: Vec<_> = [0, 1, 2, 6, 7, usize::MAX].map(|n| pause(n).as_millis()).into();
        assert_eq!(pauses, [0, 50, 100, 1_600, 2_000, 2_000]);
    }

    #[test]
    fn secrets_are_not_shown_and_bad_values_are_named() {
        let login = Login::Password {
            user: "ada".to_owned(),
            password: "secret".to_owned(),
        };
        assert_eq!(format!("{login:?}"), "Password(ada)");
        let options = NatsOptions {
            prefix: "a.b".to_owned(),
            ..NatsOptions::default()
        };
        let error = options.addresses().unwrap_err().to_string();
        assert!(error.contains("prefix \"a.b\""), "{error}");
    }
}
