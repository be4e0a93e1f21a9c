//! What was measured, and the table that shows it.

use std::fmt;
use std::time::Duration;

use comfy_table::{Cell, Table as Drawn, presets};

/// A ratio that the project has set itself.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// The ratio should be at most this.
    AtMost(f64),
    /// The ratio should be at least this.
    AtLeast(f64),
}

impl Goal {
    fn met(self, ratio: f64) -> bool {
        match self {
            Self::AtMost(most) => ratio <= most,
            Self::AtLeast(least) => ratio >= least,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtMost(most) => write!(f, "<= {most}"),
            Self::AtLeast(least) => write!(f, ">= {least}"),
        }
    }
}

/// The rows so far.
#[derive(Default)]
pub struct Table {
    rows: Vec<[String; 5]>,
}

impl Table {
    /// A figure by itself.
    pub fn figure(&mut self, what: &str, figure: impl fmt::Display) {
        let empty = || String::new();
        self.rows
            .push([what.to_owned(), figure.to_string(), empty(), empty(), empty()]);
    }

    /// A figure's ratio to another one, beside the goal.
    pub fn ratio(
        &mut self,
        what: &str,
        ours: impl fmt::Display,
        beside: impl fmt::Display,
        ratio: f64,
        goal: Option<Goal>,
    ) {
        let judged = goal.map_or_else(String::new, |goal| {
            format!("{goal} {}", if goal.met(ratio) { "met" } else { "MISSED" })
        });
        let cells = [
            what.to_owned(),
            ours.to_string(),
            beside.to_string(),
            if ratio < 0.1 {
                format!("{ratio:.4}")
            } else {
                format!("{ratio:.2}")
            },
            judged,
        ];
        self.rows.push(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut drawn = Drawn::new();
        drawn.load_style(presets::ASCII_MARKDOWN);
        drawn.set_header(["what", "microscaler", "beside", "ratio", "goal"]);
        for row in &self.rows {
            drawn.add_row(row.iter().map(Cell::new));
        }
        drawn.fmt(f)
    }
}

/// Several measurements of the same thing.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<Duration>);

impl Series {
    /// Takes one in.
    pub fn push(&mut self, measured: Duration) {
        self.0.push(measured);
    }

    /// Takes several in, or one that may be missing.
    pub fn extend(&mut self, measured: impl IntoIterator<Item = Duration>) {
        self.0.extend(measured);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value that this share of the measurements does not exceed; zero without any.
    pub fn quantile(&self, share: f64) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let last = sorted.len().saturating_sub(1);
        // A share of a count of measurements: small and not negative.
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss
        )]
        let at = (share * last as f64).round() as usize;
        sorted.get(at).copied().unwrap_or_default()
    }

    /// The middle one.
    pub fn median(&self) -> Duration {
        self.quantile(0.5)
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, middle, high] = [0.1, 0.5, 0.9].map(|share| self.quantile(share).as_secs_f64() * 1e3);
        write!(
            f,
            "{middle:.0} ms (p10 {low:.0}, p90 {high:.0}, n {})",
            self.0.len()
        )
    }
}

/// How many times longer.
pub fn times(longer: Duration, shorter: Duration) -> f64 {
    longer.as_secs_f64() / shorter.as_secs_f64().max(f64::MIN_POSITIVE)
}
