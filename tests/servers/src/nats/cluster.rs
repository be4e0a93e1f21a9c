//! Servers that are one cluster.

use super::settings::Member;
use super::{Asks, LOOPBACK, Nats, Which};
use crate::free_port;

/// Three servers on this machine that know each other.
#[derive(Debug)]
pub struct Cluster(Vec<Nats>);

impl Cluster {
    /// Starts them; `None` after [`absent`](crate::absent) where there is no such server.
    #[must_use]
    pub fn start(which: Which) -> Option<Self> {
        let ports: Vec<u16> = std::iter::repeat_with(free_port).take(3).collect();
        let members = ports.iter().enumerate().map(|(nth, port)| Member {
            name: format!("server{nth}"),
            port: *port,
            ports: ports.clone(),
        });
        let servers = members.map(|member| Nats::listening(LOOPBACK, which, Asks::Nothing, Some(&member)));
        servers.collect::<Option<_>>().map(Self)
    }

    /// All addresses.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.0.iter().map(Nats::url).collect()
    }

    /// The server that stream and consumer infos call so.
    ///
    /// # Panics
    /// When none is called so.
    pub fn server(&mut self, name: &str) -> &mut Nats {
        let nth = name
            .strip_prefix("server")
            .and_then(|nth| nth.parse::<usize>().ok());
        nth.and_then(|nth| self.0.get_mut(nth)).expect("a name of ours")
    }
}
