//! What happened in a schedule, for people. Kept only when a failed seed is played again: writing it takes longer
//! than the schedule.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

/// A schedule's trace; clones write to the same.
#[derive(Clone)]
pub struct Trace(Option<Arc<Kept>>);

struct Kept {
    begun: Instant,
    lines: Mutex<Vec<String>>,
}

impl Trace {
    /// A trace that keeps nothing.
    #[must_use]
    pub fn off() -> Self {
        Self(None)
    }

    /// A trace that begins now, on the paused clock.
    #[must_use]
    pub fn on() -> Self {
        Self(Some(Arc::new(Kept {
            begun: Instant::now(),
            lines: Mutex::default(),
        })))
    }

    /// Notes what `who` did; the text is made only when it is kept.
    pub fn say(&self, who: &str, what: impl FnOnce() -> String) {
        if let Some(kept) = &self.0 {
            let line = format!("{:>9.3} {who:<10} {}", kept.begun.elapsed().as_secs_f64(), what());
            kept.lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(line);
        }
    }

    /// What was noted so far.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let lines = |kept: &Arc<Kept>| kept.lines.lock().unwrap_or_else(PoisonError::into_inner).clone();
        self.0.as_ref().map(lines).unwrap_or_default()
    }
}

/// The components' own log lines become a part of the trace.
impl io::Write for Trace {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.say("log", || text.trim_end().to_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Trace {
    /// Collects the log lines of this thread until the guard is dropped, if the trace is kept.
    #[must_use]
    pub fn logs(&self) -> Option<tracing::subscriber::DefaultGuard> {
        self.0.as_ref()?;
        let trace = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .without_time()
            .with_ansi(false)
            .with_writer(move || trace.clone())
            .finish();
        Some(tracing::subscriber::set_default(subscriber))
    }
}
