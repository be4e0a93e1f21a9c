//! What went over a container's network: in the network namespace of its processes, as /proc shows it for each of them.

use std::io::Read;
use std::path::Path;

use crate::Traffic;

/// Enough for a process's number.
const FIRST_LINE: usize = 32;

/// Of the container whose processes are in a cgroup; `None` where they cannot be seen.
pub(super) fn of_group(cgroup: &Path) -> Option<Traffic> {
    // One that this namespace of processes does not have is 0.
    let process = first(&cgroup.join("cgroup.procs")).filter(|process| *process > 0)?;
    let devices = std::fs::read_to_string(format!("/proc/{process}/net/dev")).ok()?;
    traffic(&devices)
}

/// The number in a file's first line; the rest of it may be long.
fn first(file: &Path) -> Option<u32> {
    let mut beginning = String::new();
    let file = std::fs::File::open(file).ok()?;
    file.take(FIRST_LINE as u64).read_to_string(&mut beginning).ok()?;
    beginning.lines().next()?.parse().ok()
}

/// Two lines of headings, then `NAME: BYTES PACKETS ERRS DROP FIFO FRAME COMPRESSED MULTICAST` received, and sent.
fn traffic(devices: &str) -> Option<Traffic> {
    let mut all = Traffic::default();
    for line in devices.lines().skip(2) {
        let (name, figures) = line.split_once(':')?;
        if name.trim() == "lo" {
            continue;
        }
        let mut figures = figures.split_whitespace();
        let received = figures.next()?.parse().ok()?;
        let sent = figures.nth(7)?.parse().ok()?;
        all = all.and(received, sent);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const DEVICES: &str = "\
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    1000      10    0    0    0     0          0         0     1000      10    0    0    0     0       0          0
  eth0:  123456     100    0    0    0     0          0         0   789012     200    0    0    0     0       0          0
  eth1:7            1    0    0    0     0          0         0   8 1 0 0 0 0 0 0
";

    #[test]
    fn all_interfaces_count_but_the_loopback() {
        let expected = Traffic {
            received: 123_463,
            sent: 789_020,
        };
        assert_eq!(traffic(DEVICES), Some(expected));
        let headings: String = DEVICES.lines().take(3).map(|line| format!("{line}\n")).collect();
        assert_eq!(traffic(&headings), Some(Traffic::default()));
        assert_eq!(traffic("a\nb\nnonsense"), None);
    }

    #[test]
    fn a_cgroup_without_processes_has_none() {
        let directory = std::env::temp_dir().join(format!("engine-network-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        for (processes, seen) in [
            ("", false),
            ("0\n", false),
            (&format!("{}\n1\n", std::process::id()), true),
        ] {
            std::fs::write(directory.join("cgroup.procs"), processes).unwrap();
            assert_eq!(of_group(&directory).is_some(), seen, "{processes:?}");
        }
        std::fs::remove_dir_all(directory).unwrap();
    }
}
