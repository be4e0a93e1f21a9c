//! Ports for the servers under test.

use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::net::TcpListener;

/// Below the ports that the kernel gives to outgoing connections: one of those, made while our server is down, would
/// keep it from coming back; one that tries again and again to reach it may even be connected to itself.
const FIRST: u16 = 20_000;
const LAST: u16 = 32_000;

/// A port of the loopback that nobody listens on, and that no other test takes as long as this process lives, even
/// while its server is down.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn free_port() -> u16 {
    free_ports(1)
}

/// The first of so many such ports in a row.
///
/// # Panics
/// When there are none.
#[must_use]
pub fn free_ports(in_a_row: u16) -> u16 {
    let count = LAST - FIRST - in_a_row;
    let begin =
        u16::try_from(RandomState::new().hash_one(std::process::id()) % u64::from(count)).unwrap_or(0);
    let mut ports = (0..count).map(|nth| FIRST + (begin + nth) % count);
    let taken = ports.find(|first| (*first..first + in_a_row).all(take));
    taken.expect("the loopback has free ports")
}

fn take(port: u16) -> bool {
    let path = std::env::temp_dir().join(format!("microscaler-test-port-{port}.lock"));
    let lock = File::create(path).expect("the temporary directory can be written");
    let ours = lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok();
    if ours {
        // Held until this process ends, however it ends.
        std::mem::forget(lock);
    }
    ours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_given_once() {
        let mut ports: Vec<u16> = (0..45).map(|_| free_port()).collect();
        let row = free_ports(5);
        ports.extend(row..row + 5);
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
        assert!(ports.iter().all(|port| (FIRST..LAST).contains(port)));
    }
}
