//! Logs go to stderr, where supervisord and systemd collect them.

use std::io::IsTerminal;

use tracing_subscriber::filter::{EnvFilter, LevelFilter};

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// For people; coloured on a terminal.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Our own variable, which wins over the one that all Rust programs share.
const OWN: &str = "MICROSCALER_LOG";
const SHARED: &str = "RUST_LOG";

/// Starts logging to stderr. What is logged is decided by the directives in `MICROSCALER_LOG`, else in `RUST_LOG`,
/// else it is everything from `info` up. A second call changes nothing.
pub fn init(format: Format) {
    let (filter, refused) = filter(std::env::var(OWN).ok(), std::env::var(SHARED).ok());
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // An error only says that a subscriber is in place already, as in tests that start several services.
    let _ = match format {
        Format::Text => lines.with_ansi(std::io::stderr().is_terminal()).try_init(),
        Format::Json => lines.json().try_init(),
    };
    if let Some(refused) = refused {
        eprintln!("{refused}");
    }
}

/// The filter that the two variables ask for, and what to say about those that could not be read.
fn filter(own: Option<String>, shared: Option<String>) -> (EnvFilter, Option<String>) {
    let builder = || EnvFilter::builder().with_default_directive(LevelFilter::INFO.into());
    let set = |text: &String| !text.trim().is_empty();
    let chosen = own
        .filter(set)
        .map(|text| (OWN, text))
        .or_else(|| shared.filter(set).map(|text| (SHARED, text)));
    match chosen.map(|(name, text)| (name, builder().parse(&text), text)) {
        None => (builder().parse_lossy(""), None),
        Some((_, Ok(filter), _)) => (filter, None),
        Some((name, Err(error), text)) => (
            builder().parse_lossy(""),
            Some(format!("{name}: value {text:?}: {error}; logging at info")),
        ),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn asked(own: Option<&str>, shared: Option<&str>) -> (String, Option<String>) {
        let (filter, refused) = filter(own.map(str::to_owned), shared.map(str::to_owned));
        (filter.to_string(), refused)
    }

    #[test]
    fn our_variable_wins_then_the_shared_one_then_info() {
        for (own, shared, filter) in [
            (None, None, "info"),
            (Some(""), None, "info"),
            (None, Some("warn"), "warn"),
            (Some(""), Some("warn"), "warn"),
            (Some("debug"), Some("warn"), "debug"),
            (Some("bus=trace"), None, "bus=trace"),
        ] {
            assert_eq!(
                asked(own, shared),
                (filter.to_owned(), None),
                "{own:?} {shared:?}"
            );
        }
    }

    #[test]
    fn directives_that_cannot_be_read_are_named_and_info_is_used() {
        let (filter, refused) = asked(Some("bus=loudest"), None);
        assert_eq!(filter, "info");
        let refused = refused.unwrap();
        assert!(
            refused.starts_with("MICROSCALER_LOG: value \"bus=loudest\": "),
            "{refused}"
        );
    }
}
