//! What a policy wishes for while its metric says nothing.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a policy wishes for while its metric says nothing. Missing data never scales in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum OnMissing {
    /// `hold`: what there is.
    #[default]
    Hold,
    /// `floor N`: what there is, and at least so many.
    Floor(u32),
    /// `scale_out`: what it would wish for if there was too much load.
    ScaleOut,
}

/// A text that says none of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?}: use hold, floor N (for example \"floor 4\") or scale_out")]
pub struct UnknownMissing(String);

impl FromStr for OnMissing {
    type Err = UnknownMissing;

    fn from_str(text: &str) -> Result<Self, UnknownMissing> {
        let floor = |rest: &str| rest.trim().parse().ok().map(Self::Floor);
        match text.trim() {
            "hold" => Ok(Self::Hold),
            "scale_out" => Ok(Self::ScaleOut),
            other => other
                .strip_prefix("floor ")
                .and_then(floor)
                .ok_or_else(|| UnknownMissing(text.to_owned())),
        }
    }
}

impl TryFrom<String> for OnMissing {
    type Error = UnknownMissing;

    fn try_from(text: String) -> Result<Self, UnknownMissing> {
        text.parse()
    }
}

impl From<OnMissing> for String {
    fn from(missing: OnMissing) -> Self {
        missing.to_string()
    }
}

impl fmt::Display for OnMissing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hold => f.write_str("hold"),
            Self::Floor(floor) => write!(f, "floor {floor}"),
            Self::ScaleOut => f.write_str("scale_out"),
        }
    }
}
