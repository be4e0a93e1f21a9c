//! Showing something again and again.

use std::io::{self, Write};
use std::ops::ControlFlow;
use std::time::Duration;

use console::Term;
use serde_json::Value;

use super::{Format, offer, render_next};
use crate::messages::Failure;

/// Between two looks at a list.
pub const EVERY: Duration = Duration::from_secs(2);

/// Shows what `look` returns again and again until Ctrl-C. A server that is away for a while is shown as such and
/// asked again; anything else ends it.
///
/// # Errors
/// What `look` failed with.
pub async fn watch(every: Duration, look: impl AsyncFn() -> Result<String, Failure>) -> Result<(), Failure> {
    let screen = Screen::new();
    again(every, look, |seen| match seen {
        Ok(text) => screen.draw(&text),
        Err(failure) => screen.draw(&failure.to_string()),
    })
    .await
}

/// Prints what `look` returns again and again until Ctrl-C, for programs, in a format that is no table. A server that is
/// away for a while is told on stderr.
///
/// # Errors
/// What `look` failed with.
pub async fn stream(
    every: Duration,
    format: Format,
    look: impl AsyncFn() -> Result<Value, Failure>,
) -> Result<(), Failure> {
    again(every, look, |seen| match seen {
        Ok(answer) => offer(&render_next(format, &answer)?),
        Err(failure) => writeln!(io::stderr(), "{failure}").map(ControlFlow::Continue),
    })
    .await
}

/// Looks again and again until Ctrl-C, or until nobody reads what is shown.
async fn again<T>(
    every: Duration,
    look: impl AsyncFn() -> Result<T, Failure>,
    show: impl Fn(Result<T, Failure>) -> io::Result<ControlFlow<()>>,
) -> Result<(), Failure> {
    let mut pause = tokio::time::interval(every);
    pause.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            stop = tokio::signal::ctrl_c() => return stop.map_err(Failure::Output),
            _ = pause.tick() => {}
        }
        let seen = tokio::select! {
            stop = tokio::signal::ctrl_c() => return stop.map_err(Failure::Output),
            seen = look() => seen,
        };
        match seen {
            Err(failure) if !failure.may_pass() => return Err(failure),
            seen => {
                if show(seen)?.is_break() {
                    return Ok(());
                }
            }
        }
    }
}

/// The terminal, whose cursor comes back when this goes; without one, each look is printed below the last.
struct Screen(Option<Term>);

impl Screen {
    fn new() -> Self {
        let terminal = Some(Term::buffered_stdout()).filter(Term::is_term);
        if let Some(terminal) = &terminal {
            // A terminal that cannot hide its cursor shows the same text.
            let _shown = terminal.hide_cursor().and_then(|()| terminal.clear_screen());
        }
        Self(terminal)
    }

    fn draw(&self, text: &str) -> io::Result<ControlFlow<()>> {
        let Some(terminal) = &self.0 else {
            return offer(&format!("{text}\n"));
        };
        let (height, width) = terminal.size();
        terminal.move_cursor_to(0, 0)?;
        for line in page(text, usize::from(height)) {
            let line: String = line.chars().take(usize::from(width)).collect();
            terminal.clear_line()?;
            terminal.write_line(&line)?;
        }
        terminal.clear_to_end_of_screen()?;
        terminal.flush().map(ControlFlow::Continue)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Some(terminal) = &self.0 {
            let _shown = terminal.show_cursor().and_then(|()| terminal.flush());
        }
    }
}

/// The lines that a screen of this height has room for, below the time; the last line of the screen stays empty,
/// since its end would scroll.
fn page(text: &str, height: usize) -> Vec<String> {
    let room = height.saturating_sub(3);
    let mut page = vec![format!("{}  (Ctrl-C ends)", now()), String::new()];
    let all: Vec<&str> = text.lines().collect();
    let shown = if all.len() > room {
        room.saturating_sub(1)
    } else {
        all.len()
    };
    page.extend(all.iter().take(shown).map(|line| (*line).to_owned()));
    if shown < all.len() {
        page.push(format!("... {} more lines", all.len() - shown));
    }
    page
}

fn now() -> String {
    super::time(jiff::Timestamp::now().as_second())
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn a_page_leaves_the_last_line_free_and_says_what_is_cut() {
        assert_eq!(page("a\nb\nc", 6)[1..], ["", "a", "b", "c"]);
        assert_eq!(page("a\nb\nc\nd", 6)[1..], ["", "a", "b", "... 2 more lines"]);
    }
}
