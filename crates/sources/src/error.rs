//! Why there is no figure, in words for who wrote the policy.

use std::time::Duration;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Its address is none.
    #[error("its address is no URL: {0}")]
    Address(String),
    /// A file of its TLS cannot be used.
    #[error("its TLS files cannot be used: {0}")]
    Tls(String),
    /// It was not reached, or the connection broke.
    #[error("it does not answer: {0}")]
    Away(String),
    /// It did not answer in time.
    #[error("it did not answer within {} s", .0.as_secs_f64())]
    Late(Duration),
    /// It answered with a status that says no.
    #[error("it answered HTTP {0}{1}")]
    Status(u16, String),
    /// It answered at too much length.
    #[error("its answer is longer than {0} bytes")]
    Long(usize),
    /// It answered something that cannot be understood.
    #[error("its answer is not understood: {0}")]
    Strange(String),
    /// The query is none.
    #[error("the query does not parse: {0}")]
    Syntax(String),
    /// The query could not be evaluated.
    #[error("the query failed: {0}")]
    Query(String),
    /// It knows that something is missing in what it answered.
    #[error("its answer is not whole: {0}")]
    Partial(String),
    /// There is nothing that the query asks for.
    #[error("the query gives no series")]
    None,
    /// There is more than one figure.
    #[error("the query gives {0} series: aggregate them to one, for example with sum()")]
    Many(usize),
    /// It tells what is now, and nothing of before.
    #[error("it keeps no history: only a source of type prometheus does")]
    NoHistory,
    /// It is no number.
    #[error("{0} is not a number")]
    NoNumber(String),
}

impl SourceError {
    /// A word for metrics.
    #[must_use]
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Address(_) | Self::Tls(_) | Self::Away(_) => "unreachable",
            Self::Late(_) => "timeout",
            Self::Status(..) => "status",
            Self::Long(_) | Self::Strange(_) => "malformed",
            Self::Syntax(_) | Self::Query(_) => "query",
            Self::Partial(_) => "partial",
            Self::None | Self::NoHistory => "no_series",
            Self::Many(_) => "many_series",
            Self::NoNumber(_) => "no_number",
        }
    }
}
