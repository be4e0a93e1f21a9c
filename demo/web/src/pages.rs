//! What each path answers.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::burn::{Burn, Burner};
use crate::http::{Request, Response};

/// The pages and what they tell.
pub struct Pages {
    hostname: String,
    user_data: String,
    started: Instant,
    answered: AtomicU64,
    burner: Burner,
}

impl Pages {
    /// With the facts of this instance, which do not change while it runs.
    pub fn new() -> Self {
        let known = |name: &str| std::env::var(name).ok();
        let file = || std::fs::read_to_string("/etc/hostname").ok();
        Self {
            hostname: known("HOSTNAME")
                .or_else(file)
                .unwrap_or_default()
                .trim()
                .to_owned(),
            user_data: known("user_data").unwrap_or_else(|| "{}".to_owned()),
            started: Instant::now(),
            answered: AtomicU64::new(0),
            burner: Burner::default(),
        }
    }

    /// Answers one request.
    pub fn answer(&self, request: &Request) -> Response {
        self.answered.fetch_add(1, Ordering::Relaxed);
        let mut response = match request.path.as_str() {
            "/" => Response::text(200, self.index()),
            "/health" => Response::text(200, "OK\n"),
            "/burn" => self.burn(request),
            _ => Response::text(404, "here are /, /health and /burn?seconds=N&percent=P\n"),
        };
        response.head_only = request.head_only;
        response
    }

    fn index(&self) -> String {
        let Self {
            hostname, user_data, ..
        } = self;
        let up = self.started.elapsed().as_secs();
        let answered = self.answered.load(Ordering::Relaxed);
        format!("hello from {hostname}\nuser_data: {user_data}\nup: {up} s, requests: {answered}\n")
    }

    fn burn(&self, request: &Request) -> Response {
        match Burn::parse(&request.query) {
            Err(why) => Response::text(400, format!("{why}\n")),
            Ok(burn) => {
                let said = format!("{} burns {burn}\n", self.hostname);
                self.burner.begin(burn);
                Response::text(202, said)
            }
        }
    }
}
