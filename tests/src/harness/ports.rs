//! Ports for the services under test.

use std::fs::File;
use std::net::TcpListener;

pub use test_servers::free_port;

/// A certain port, which no other test has meanwhile.
pub struct Reserved {
    /// The port: the one that was asked for, or another when somebody outside these tests listens on it.
    pub port: u16,
    _lock: File,
}

/// Waits until no other test uses `port`.
#[must_use]
pub fn reserve(port: u16) -> Reserved {
    let path = std::env::temp_dir().join(format!("microscaler-test-port-{port}.lock"));
    let lock = File::create(path).expect("the temporary directory can be written");
    lock.lock().expect("a file of our own can be locked");
    let taken = TcpListener::bind(("127.0.0.1", port)).is_err();
    Reserved {
        port: if taken { free_port() } else { port },
        _lock: lock,
    }
}
