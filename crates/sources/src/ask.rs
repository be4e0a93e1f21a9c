//! A question to a server, and its bounded answer.

use std::path::Path;

use reqwest::{Certificate, Client, Identity, Url, redirect};

use crate::{Login, Settings, SourceError};

/// The longest answer with a figure.
pub(crate) const LONGEST: usize = 1024 * 1024;
/// Redirects that are followed, all on the same server.
const REDIRECTS: usize = 4;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// What asks a server.
pub(crate) async fn client(settings: &Settings) -> Result<Client, SourceError> {
    // Whoever came first chose the provider; all that matters is that there is one.
    let _already = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("microscaler/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::custom(same_server))
        .no_proxy();
    if settings.url.starts_with("http://") {
        // Otherwise the client cannot be made on a machine without certificates, which http does not need.
        builder = builder.tls_certs_only([]);
    } else if let Some(ca) = &settings.tls.ca {
        let found = Certificate::from_pem_bundle(&content(ca).await?).unwrap_or_default();
        if found.is_empty() {
            let wrong = format!("{}: expected a certificate in PEM", ca.display());
            return Err(SourceError::Tls(wrong));
        }
        builder = builder.tls_certs_only(found);
    }
    if let Some((cert, key)) = &settings.tls.identity {
        let mut pem = content(cert).await?;
        pem.push(b'\n');
        pem.extend(content(key).await?);
        let identity = Identity::from_pem(&pem).map_err(|error| {
            let (cert, key) = (cert.display(), key.display());
            SourceError::Tls(format!("{cert} with {key}: {}", innermost(&error)))
        })?;
        builder = builder.identity(identity);
    }
    builder
        .build()
        .map_err(|error| SourceError::Tls(innermost(&error)))
}

async fn content(file: &Path) -> Result<Vec<u8>, SourceError> {
    let read = tokio::fs::read(file).await;
    read.map_err(|error| SourceError::Tls(format!("{}: {error}", file.display())))
}

/// A redirect elsewhere would let a server choose what the service calls, and carry our login there.
fn same_server(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let place = |url: &Url| {
        let host = url.host_str().map(str::to_owned);
        (url.scheme().to_owned(), host, url.port_or_known_default())
    };
    let first = attempt.previous().first().map(place);
    if first != Some(place(attempt.url())) {
        return attempt.error("it redirects to another server");
    }
    match attempt.previous().len() > REDIRECTS {
        true => attempt.error("it redirects without end"),
        false => attempt.follow(),
    }
}

/// The address of a server.
pub(crate) fn address(settings: &Settings) -> Result<Url, SourceError> {
    Url::parse(&settings.url).map_err(|error| SourceError::Address(error.to_string()))
}

/// Asks for a figure, and waits for the whole answer.
pub(crate) async fn get(client: &Client, settings: &Settings, url: Url) -> Result<Answer, SourceError> {
    get_long(client, settings, url, LONGEST).await
}

/// The same for an answer of at most so many bytes.
pub(crate) async fn get_long(
    client: &Client,
    settings: &Settings,
    url: Url,
    longest: usize,
) -> Result<Answer, SourceError> {
    let request = client.get(url).timeout(settings.timeout);
    let request = match &settings.login {
        Some(Login::Bearer(token)) => request.bearer_auth(token),
        Some(Login::Basic(user, password)) => request.basic_auth(user, Some(password)),
        None => request,
    };
    let failed = |error: reqwest::Error| match error.is_timeout() {
        true => SourceError::Late(settings.timeout),
        false => SourceError::Away(innermost(&error)),
    };
    let mut answer = request.send().await.map_err(failed)?;
    let status = answer.status().as_u16();
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(failed)? {
        if body.len() + part.len() > longest {
            return Err(SourceError::Long(longest));
        }
        body.extend_from_slice(&part);
    }
    Ok(Answer { status, body })
}

/// An error's own words without the address, which may carry what is no one's business.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}

/// The beginning of what was answered, for people.
pub(crate) fn beginning(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let line = text.lines().next().unwrap_or_default();
    line.chars().take(80).collect()
}

impl Answer {
    /// The error of an answer whose status says no.
    pub(crate) fn refusal(&self) -> SourceError {
        let said = beginning(&self.body);
        let said = match said.trim() {
            "" => String::new(),
            said => format!(": {said}"),
        };
        SourceError::Status(self.status, said)
    }
}
