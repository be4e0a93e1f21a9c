//! `metric_sources`: where the figures come from that policies look at beside what agents sample.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::policy::AGENT;

use super::nats::{TlsFiles, read_tls};
use crate::yaml::values::{self, Parsed};
use crate::yaml::{Node, Section};
use crate::{ConfigError, Secret};

/// What replays call what was recorded of a group itself.
const ROLLUPS: &str = "rollups";
/// The longest name; policies name sources.
const NAME: usize = 64;
/// The longest interval: policies look back on 15 minutes of figures.
const LONGEST_INTERVAL: Duration = Duration::from_secs(300);
/// The longest that an answer is waited for.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(60);

/// A source of figures that policies may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSource {
    /// What it is.
    pub kind: SourceKind,
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// Between two reads, or two figures that are pushed.
    pub interval: Duration,
}

/// The kinds of sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A Prometheus server, or what answers queries as it does.
    Prometheus(SourceServer),
    /// A figure in the JSON of an answer.
    Http {
        /// Who answers.
        server: SourceServer,
        /// JSON pointer (RFC 6901) to the figure; empty: the answer is the figure.
        pointer: String,
    },
    /// Figures that accounts tell.
    Push,
}

/// A server that is asked for figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceServer {
    /// Its address, without user and password.
    pub url: String,
    /// Who we are to it.
    pub authorization: Option<SourceLogin>,
    /// Files for TLS.
    pub tls: Option<TlsFiles>,
}

/// Who we are to a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceLogin {
    /// Whoever bears this token.
    Bearer(Secret),
    /// A user.
    Basic {
        /// The user's name.
        user: String,
        /// The user's password.
        password: Secret,
    },
}

#[derive(Clone, Copy)]
enum Kind {
    Prometheus,
    Http,
    Push,
}

pub(super) fn read(root: &Section<'_>) -> Result<BTreeMap<String, MetricSource>, ConfigError> {
    let Some(found) = root.get("metric_sources") else {
        return Ok(BTreeMap::new());
    };
    let mut sources = BTreeMap::new();
    for (name, fields) in found.entries()? {
        if name == AGENT {
            let expected = format!("another name: {AGENT} is what agents sample of instances");
            return Err(fields.refused(expected));
        }
        if name == ROLLUPS {
            let expected = format!("another name: {ROLLUPS} is what replays call the groups' own minutes");
            return Err(fields.refused(expected));
        }
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > NAME || !name.chars().all(allowed) {
            let expected = format!("a source whose name is 1 to {NAME} of the characters A-Z a-z 0-9 - _");
            return Err(fields.refused(expected));
        }
        sources.insert(name.to_owned(), fields.section(root.warnings(), read_source)?);
    }
    Ok(sources)
}

fn read_source(section: &Section<'_>) -> Result<MetricSource, ConfigError> {
    let kinds = values::one_of(&[
        ("prometheus", Kind::Prometheus),
        ("http", Kind::Http),
        ("push", Kind::Push),
    ]);
    let kind = match section.required("type", "prometheus or http or push", kinds)? {
        Kind::Prometheus => SourceKind::Prometheus(read_server(section, base)?),
        Kind::Http => SourceKind::Http {
            server: read_server(section, address)?,
            pointer: section.or("pointer", String::new(), pointer)?,
        },
        Kind::Push => SourceKind::Push,
    };
    let (least, none) = (Duration::from_secs(1), Duration::ZERO);
    let timeout = values::seconds_within(none, LONGEST_TIMEOUT, "seconds, above 0 and at most 60");
    let interval = values::seconds_within(least, LONGEST_INTERVAL, "seconds, from 1 to 300");
    Ok(MetricSource {
        kind,
        timeout: section.or("timeout", Duration::from_secs(2), timeout)?,
        interval: section.or("interval", Duration::from_secs(5), interval)?,
    })
}

fn read_server(
    section: &Section<'_>,
    address: fn(&Node) -> Parsed<String>,
) -> Result<SourceServer, ConfigError> {
    Ok(SourceServer {
        url: section.required("url", "http://HOST:PORT or https://HOST:PORT", address)?,
        authorization: section.section("authorization", read_login)?,
        tls: read_tls_files(section)?,
    })
}

/// The files for TLS, which have to be there: what is asked for figures is asked again and again, and never at a start.
fn read_tls_files(section: &Section<'_>) -> Result<Option<TlsFiles>, ConfigError> {
    section.section("tls", |tls| {
        for file in ["ca", "cert", "key"] {
            tls.opt(file, values::present)?;
        }
        Ok(())
    })?;
    read_tls(section, "tls")
}

fn read_login(section: &Section<'_>) -> Result<Option<SourceLogin>, ConfigError> {
    let secret = |key| {
        let found = section.get(key);
        found
            .map(|found| found.parsed_secretly(values::secret))
            .transpose()
    };
    let (bearer, password) = (secret("bearer")?, secret("password")?);
    let user = section.opt("user", values::filled)?;
    match (bearer, user, password) {
        (None, None, None) => Ok(None),
        (Some(token), None, None) => Ok(Some(SourceLogin::Bearer(token))),
        (None, Some(user), Some(password)) => Ok(Some(SourceLogin::Basic { user, password })),
        (None, Some(_), None) => Err(section.missing("password", "the password of user")),
        (None, None, Some(_)) => Err(section.missing("user", "the user whose password it is")),
        (Some(_), _, _) => Err(section.get("bearer").map_or_else(
            || section.missing("bearer", "a token"),
            |found| found.hidden("either bearer, or user and password"),
        )),
    }
}

fn address(node: &Node) -> Parsed<String> {
    let url = values::server(&["http", "https"])(node)?;
    let authority = url
        .split_once("://")
        .and_then(|(_, rest)| rest.split(['/', '?']).next());
    match authority.is_some_and(|authority| authority.contains('@')) {
        true => Err("an address without user and password: they belong in authorization".to_owned()),
        false => Ok(url),
    }
}

/// The address of a server that has calls of its own below it, as Prometheus has.
fn base(node: &Node) -> Parsed<String> {
    let url = address(node)?;
    if url.contains(['?', '#']) {
        return Err("an address without a query: policies have the queries, in metric".to_owned());
    }
    match url.contains("/api/v1") {
        true => Err("the server's address alone: /api/v1/query is put behind it".to_owned()),
        false => Ok(url),
    }
}

fn pointer(node: &Node) -> Parsed<String> {
    let text = values::text(node)?;
    match text.is_empty() || text.starts_with('/') {
        true => Ok(text),
        false => Err("a JSON pointer, for example /queue/length".to_owned()),
    }
}
