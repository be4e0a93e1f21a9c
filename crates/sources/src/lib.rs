//! Where figures come from that are not of the agents: servers that are asked for one, and the series that become of
//! them. What is asked, and how often, is up to who asks; a figure that cannot be had is an error in words, never a zero.

mod ask;
mod declared;
mod error;
mod json;
mod prometheus;
mod range;
mod series;

use std::path::PathBuf;
use std::time::Duration;

use tokio::sync::OnceCell;

pub use error::SourceError;
pub use range::Range;
pub use series::{Series, Window};

/// A server that is asked for figures.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What it is.
    pub kind: Kind,
    /// Its address: `http` or `https`. It is reached without a proxy.
    pub url: String,
    /// Who we are to it.
    pub login: Option<Login>,
    /// Files for TLS.
    pub tls: Tls,
    /// How long a whole answer is waited for.
    pub timeout: Duration,
}

/// What a server speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Prometheus' query API. A metric is a PromQL query that gives one figure.
    Prometheus,
    /// JSON with a figure in it. A metric is a label for people.
    Json {
        /// JSON pointer (RFC 6901) to the figure; empty: the answer is the figure.
        pointer: String,
    },
}

/// Who we are to a server.
#[derive(Clone)]
pub enum Login {
    /// A token.
    Bearer(String),
    /// A user and the password.
    Basic(String, String),
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

/// PEM files for TLS.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// Who may have signed the server's certificate; the system's authorities when it is not given.
    pub ca: Option<PathBuf>,
    /// Our certificate and its key, for a server that asks for one.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// A server that can be asked.
#[derive(Debug)]
pub struct Source {
    settings: Settings,
    /// Made when it is asked first: a file that is missing then may be there later.
    client: OnceCell<reqwest::Client>,
}

impl Source {
    /// A server; nothing is sent yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            client: OnceCell::new(),
        }
    }

    /// What a metric is now.
    ///
    /// # Errors
    /// [`SourceError`]: there is no single figure, or it could not be had.
    pub async fn read(&self, metric: &str) -> Result<f64, SourceError> {
        let client = self.client().await?;
        match &self.settings.kind {
            Kind::Prometheus => prometheus::read(client, &self.settings, metric).await,
            Kind::Json { pointer } => json::read(client, &self.settings, pointer).await,
        }
    }

    /// What a metric was over a range of times, asked for in as many pieces as the server needs: one for each time, none
    /// where there was nothing or no number.
    ///
    /// # Errors
    /// [`SourceError`]: there was nothing in all of it, there was more than one figure at a time, it could not be had, or
    /// the server keeps no history.
    pub async fn range(&self, metric: &str, range: Range) -> Result<Vec<Option<f64>>, SourceError> {
        match &self.settings.kind {
            Kind::Prometheus => range::read(self.client().await?, &self.settings, metric, range).await,
            Kind::Json { .. } => Err(SourceError::NoHistory),
        }
    }

    async fn client(&self) -> Result<&reqwest::Client, SourceError> {
        self.client.get_or_try_init(|| ask::client(&self.settings)).await
    }
}

#[cfg(test)]
mod tests;
