//! The sources that the configuration declares.

use config::{MetricSource, SourceKind, SourceLogin, SourceServer};

use crate::{Kind, Login, Settings, Source, Tls};

impl Source {
    /// The server of a declared source; none where figures are told.
    #[must_use]
    pub fn declared(source: &MetricSource) -> Option<Self> {
        let (kind, server) = match &source.kind {
            SourceKind::Prometheus(server) => (Kind::Prometheus, server),
            SourceKind::Http { server, pointer } => {
                let pointer = pointer.clone();
                (Kind::Json { pointer }, server)
            }
            SourceKind::Push => return None,
        };
        let files = server.tls.clone().unwrap_or_default();
        Some(Self::new(Settings {
            kind,
            url: server.url.clone(),
            login: login(server),
            tls: Tls {
                ca: files.ca,
                identity: files.cert.zip(files.key),
            },
            timeout: source.timeout,
        }))
    }
}

fn login(server: &SourceServer) -> Option<Login> {
    server.authorization.as_ref().map(|login| match login {
        SourceLogin::Bearer(token) => Login::Bearer(token.expose().to_owned()),
        SourceLogin::Basic { user, password } => Login::Basic(user.clone(), password.expose().to_owned()),
    })
}
