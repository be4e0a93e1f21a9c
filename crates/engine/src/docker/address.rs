//! Where an engine is: the addresses that are understood.

use http::uri::Authority;

use super::EngineTls;
use crate::{EngineError, Result};

/// What is expected of an address.
const EXPECTED: &str = "expected unix:///PATH, tcp://HOST:PORT, https://HOST:PORT or ssh://USER@HOST";

/// How the engine is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Unix(String),
    Remote(Remote),
}

/// An engine on another machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Remote {
    /// Neither encrypted nor authenticated.
    Tcp(Server),
    Tls(Server, EngineTls),
    Ssh(Login),
}

/// A machine and the port that its engine listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    /// Name or address, an IPv6 address without its brackets.
    pub(super) host: String,
    pub(super) port: u16,
}

/// Where ssh goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: Option<String>,
    /// A name, an address or an alias of the ssh configuration.
    pub(super) host: String,
    pub(super) port: Option<u16>,
}

/// Understands an address. `tls` makes TCP encrypted, unless the address says `http`.
pub(super) fn parse(address: &str, tls: Option<&EngineTls>) -> Result<Address> {
    let refused = |why: &str| Err(EngineError::Refused(format!("engine address {address}: {why}")));
    let Some((scheme, rest)) = address.split_once("://") else {
        return refused(EXPECTED);
    };
    let remote = match (scheme, tls) {
        ("unix", _) if rest.starts_with('/') => return Ok(Address::Unix(rest.to_owned())),
        ("http", _) => server(rest, 80).map(Remote::Tcp),
        ("tcp", None) => server(rest, 2375).map(Remote::Tcp),
        ("tcp", Some(tls)) => server(rest, 2376).map(|server| Remote::Tls(server, tls.clone())),
        ("https", Some(tls)) => server(rest, 443).map(|server| Remote::Tls(server, tls.clone())),
        ("https", None) => return refused("https needs the TLS files ca, cert and key"),
        ("ssh", _) if password(rest) => return refused("a password is never used, only SSH keys are"),
        ("ssh", _) => login(rest).map(Remote::Ssh),
        _ => None,
    };
    remote.map_or_else(|| refused(EXPECTED), |remote| Ok(Address::Remote(remote)))
}

/// A machine, and a slash that some put behind it.
fn server(rest: &str, port: u16) -> Option<Server> {
    let (host, given) = host_and_port(rest.split('/').next()?)?;
    let port = given.unwrap_or(port);
    Some(Server { host, port })
}

fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let authority: Authority = text.parse().ok()?;
    let port = match text.strip_prefix(authority.host())? {
        "" => None,
        given => Some(given.strip_prefix(':')?.parse().ok().filter(|port| *port > 0)?),
    };
    let host = authority.host().trim_matches(['[', ']']).to_owned();
    (!host.is_empty()).then_some((host, port))
}

fn password(rest: &str) -> bool {
    rest.split_once('@').is_some_and(|(user, _)| user.contains(':'))
}

fn login(rest: &str) -> Option<Login> {
    let (user, place) = match rest.rsplit_once('@') {
        Some((user, place)) => (Some(user.to_owned()), place),
        None => (None, rest),
    };
    let (host, port) = host_and_port(place.strip_suffix('/').unwrap_or(place))?;
    // What begins with a dash would be an option to ssh.
    let named = |text: &str| !text.is_empty() && !text.starts_with('-');
    let fits = named(&host) && user.as_deref().is_none_or(named);
    fits.then_some(Login { user, host, port })
}

impl std::fmt::Display for Remote {
    /// As the configuration may say it; names the engine in errors.
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(server) => write!(to, "http://{server}"),
            Self::Tls(server, _) => write!(to, "https://{server}"),
            Self::Ssh(login) => {
                to.write_str("ssh://")?;
                if let Some(user) = &login.user {
                    write!(to, "{user}@")?;
                }
                to.write_str(&login.host)?;
                login.port.map_or(Ok(()), |port| write!(to, ":{port}"))
            }
        }
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(to, "[{}]:{}", self.host, self.port)
        } else {
            write!(to, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn tls() -> EngineTls {
        EngineTls {
            ca: "ca.pem".into(),
            cert: "cert.pem".into(),
            key: "key.pem".into(),
        }
    }

    fn understood(address: &str, tls: Option<&EngineTls>) -> String {
        match parse(address, tls).unwrap() {
            Address::Unix(path) => path,
            Address::Remote(remote) => remote.to_string(),
        }
    }

    #[test]
    fn addresses_are_understood() {
        for (address, plain, encrypted) in [
            ("unix:///run/x.sock", "/run/x.sock", "/run/x.sock"),
            ("tcp://h:2375", "http://h:2375", "https://h:2375"),
            ("tcp://h", "http://h:2375", "https://h:2376"),
            ("tcp://[::1]:2376/", "http://[::1]:2376", "https://[::1]:2376"),
            ("http://h", "http://h:80", "http://h:80"),
            (
                "http://10.0.0.1:4243",
                "http://10.0.0.1:4243",
                "http://10.0.0.1:4243",
            ),
            ("ssh://alias", "ssh://alias", "ssh://alias"),
            ("ssh://me@alias/", "ssh://me@alias", "ssh://me@alias"),
            (
                "ssh://me@h_1.x:2222",
                "ssh://me@h_1.x:2222",
                "ssh://me@h_1.x:2222",
            ),
        ] {
            assert_eq!(understood(address, None), plain);
            assert_eq!(understood(address, Some(&tls())), encrypted);
        }
        assert_eq!(understood("https://h:2376", Some(&tls())), "https://h:2376");
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        for (address, reason) in [
            ("h:2375", "expected unix"),
            ("unix://relative", "expected"),
            ("npipe:////./pipe/docker_engine", "expected"),
            ("tcp://", "expected"),
            ("tcp://h:0", "expected"),
            ("tcp://h:", "expected"),
            ("tcp://h:port", "expected"),
            ("tcp://user@h:1", "expected"),
            ("tcp://h:99999", "expected"),
            ("ssh://h:ssh", "expected"),
            ("https://h:2376", "needs the TLS files"),
            ("ssh://", "expected"),
            ("ssh://@h", "expected"),
            ("ssh://-oProxyCommand=x", "expected"),
            ("ssh://-lroot@h", "expected"),
            ("ssh://h/run/docker.sock", "expected"),
            ("ssh://me:secret@h", "password"),
        ] {
            let refusal = parse(address, None).unwrap_err().to_string();
            assert!(refusal.contains(reason) && refusal.contains(address), "{refusal}");
        }
    }
}
