//! The servers that every process uses: what the processes say of one of them is one row while they agree.

use crate::status::ComponentStatus;

/// Their components' names.
const SERVERS: [&str; 3] = ["store", "bus", "redis"];

/// What processes say of the servers, in the order in which it was first said.
#[derive(Default)]
pub(crate) struct Shared(Vec<Said>);

struct Said {
    word: ComponentStatus,
    by: Vec<String>,
}

impl Shared {
    /// Takes what a process says of the servers; the rest, which is of itself, comes back.
    pub(crate) fn sort_out(&mut self, all: Vec<ComponentStatus>, process: &str) -> Vec<ComponentStatus> {
        let (servers, alone): (Vec<_>, Vec<_>) = all
            .into_iter()
            .partition(|component| SERVERS.contains(&component.name.as_str()));
        for word in servers {
            self.take(word, process);
        }
        alone
    }

    fn take(&mut self, word: ComponentStatus, process: &str) {
        let is_same = |said: &&mut Said| {
            let known = &said.word;
            known.name == word.name && known.state == word.state && known.message == word.message
        };
        match self.0.iter_mut().find(is_same) {
            Some(said) => {
                said.word.since = said.word.since.min(word.since);
                said.by.push(process.to_owned());
            }
            None => self.0.push(Said {
                word,
                by: vec![process.to_owned()],
            }),
        }
    }

    /// A row for each server of which all say the same; where they differ, one for each of what they say, with who does.
    pub(crate) fn rows(self) -> Vec<ComponentStatus> {
        let differ = |name: &str| self.0.iter().filter(|said| said.word.name == name).count() > 1;
        let row = |said: &Said| {
            let mut row = said.word.clone();
            if differ(&row.name) {
                let who = said.by.join(", ");
                row.message = match row.message.as_str() {
                    "" => format!("seen by {who}"),
                    message => format!("{message} (seen by {who})"),
                };
            }
            row
        };
        let mut rows: Vec<ComponentStatus> = self.0.iter().map(row).collect();
        rows.sort_by_key(|row| SERVERS.iter().position(|name| *name == row.name));
        rows
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::status::ComponentState::{self, Degraded, Running};

    fn word(name: &str, state: ComponentState, since: i64, message: &str) -> ComponentStatus {
        ComponentStatus {
            name: name.to_owned(),
            state,
            since,
            message: message.to_owned(),
        }
    }

    #[test]
    fn what_all_say_is_one_row_since_the_first_said_it() {
        let mut shared = Shared::default();
        for (since, process) in [(7, "a"), (5, "b"), (9, "c")] {
            let said = vec![word("bus", Running, since, ""), word("store", Running, since, "")];
            assert_eq!(shared.sort_out(said, process), []);
        }
        let rows = [word("store", Running, 5, ""), word("bus", Running, 5, "")];
        assert_eq!(shared.rows(), rows);
    }

    #[test]
    fn where_they_differ_it_is_said_who_says_what() {
        let mut shared = Shared::default();
        for process in ["a", "b"] {
            shared.take(word("redis", Running, 1, ""), process);
        }
        shared.take(word("redis", Degraded, 2, "no answer"), "c");
        let rows = [
            word("redis", Running, 1, "seen by a, b"),
            word("redis", Degraded, 2, "no answer (seen by c)"),
        ];
        assert_eq!(shared.rows(), rows);
    }

    #[test]
    fn what_is_of_a_process_alone_comes_back() {
        let own = word("worker-stop", Running, 1, "");
        assert_eq!(Shared::default().sort_out(vec![own.clone()], "a"), [own]);
    }
}
