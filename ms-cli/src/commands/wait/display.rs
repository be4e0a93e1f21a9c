//! How far it is, for who waits.

use indicatif::{ProgressBar, ProgressStyle};

use super::Progress;

/// A bar on a terminal; a line for each change elsewhere. Both on stderr: stdout is for results.
pub(super) struct Display {
    bar: ProgressBar,
    last: std::cell::RefCell<String>,
}

impl Display {
    /// For what is named.
    pub(super) fn new(name: &str) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:30}] {msg}  {elapsed}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(name.to_owned());
        Self {
            bar,
            last: std::cell::RefCell::default(),
        }
    }

    /// Moves the bar, and says so in words.
    pub(super) fn show(&self, progress: &Progress, in_words: &str) {
        self.bar.set_length(progress.of);
        self.bar.set_position(progress.done.min(progress.of));
        self.note(in_words);
    }

    /// A line that stays.
    pub(super) fn tell(&self, text: &str) {
        // Asked for within, the prefix would wait for the bar that is suspended.
        let line = format!("{}: {text}", self.bar.prefix());
        self.bar.suspend(|| eprintln!("{line}"));
    }

    /// What is so now, beside the bar.
    pub(super) fn note(&self, text: &str) {
        self.bar.set_message(text.to_owned());
        if self.bar.is_hidden() && *self.last.borrow() != text {
            eprintln!("{}: {text}", self.bar.prefix());
            text.clone_into(&mut self.last.borrow_mut());
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.bar.abandon();
    }
}
