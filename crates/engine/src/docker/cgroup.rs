//! Resource use out of cgroup files and /proc: six small reads, where asking the engine takes about a second per container.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::ContainerId;

use super::network;
use crate::Usage;

/// The controllers' directories under the mount point, for CPU time and memory.
const HIERARCHIES: [(Version, &str, &str); 3] = [
    (Version::One, "cpuacct", "memory"),
    (Version::One, "cpu,cpuacct", "memory"),
    (Version::Two, "", ""),
];

#[derive(Clone, Copy)]
enum Version {
    One,
    Two,
}

/// Reads containers' cgroups, remembering which of the known layouts this machine has.
pub(super) struct Cgroups {
    root: PathBuf,
    layout: AtomicUsize,
}

impl Default for Cgroups {
    fn default() -> Self {
        Self::at("/sys/fs/cgroup")
    }
}

impl Cgroups {
    fn at(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            layout: AtomicUsize::new(0),
        }
    }

    /// The container's use; `None` when no known layout has its files.
    pub(super) fn read(&self, id: &ContainerId) -> Option<Usage> {
        // With the cgroupfs driver, and with systemd's.
        let names = [format!("docker/{id}"), format!("system.slice/docker-{id}.scope")];
        let layouts: Vec<_> = HIERARCHIES
            .iter()
            .flat_map(|place| names.iter().map(move |name| (place, name)))
            .collect();
        let last = self.layout.load(Ordering::Relaxed);
        let order = std::iter::once(last).chain((0..layouts.len()).filter(|index| *index != last));
        order.into_iter().find_map(|index| {
            let ((version, cpu, memory), name) = layouts.get(index)?;
            let usage = read(
                *version,
                &self.root.join(cpu).join(name),
                &self.root.join(memory).join(name),
            )?;
            self.layout.store(index, Ordering::Relaxed);
            Some(usage)
        })
    }
}

fn read(version: Version, cpu: &Path, memory: &Path) -> Option<Usage> {
    let (time, used, droppable) = match version {
        Version::One => (
            Duration::from_nanos(number(&cpu.join("cpuacct.usage"))?),
            number(&memory.join("memory.usage_in_bytes"))?,
            "total_inactive_file",
        ),
        Version::Two => (
            Duration::from_micros(field(&cpu.join("cpu.stat"), "usage_usec")?),
            number(&memory.join("memory.current"))?,
            "inactive_file",
        ),
    };
    let droppable = field(&memory.join("memory.stat"), droppable).unwrap_or(0);
    Some(Usage {
        cpu: time,
        memory: used.saturating_sub(droppable),
        network: network::of_group(cpu),
    })
}

fn number(file: &Path) -> Option<u64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// The figure of a line `NAME FIGURE`.
fn field(file: &Path, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let lines = text.lines().filter_map(|line| line.split_once(' '));
    lines
        .into_iter()
        .find(|(key, _)| *key == name)?
        .1
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn tree(name: &str, files: &[(&str, &str)]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("engine-cgroup-{name}-{}", std::process::id()));
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        root
    }

    #[test]
    fn both_versions_are_read_without_droppable_cache() {
        let one = tree(
            "v1",
            &[
                ("cpuacct/docker/abc/cpuacct.usage", "5000000000\n"),
                ("memory/docker/abc/memory.usage_in_bytes", "1000\n"),
                (
                    "memory/docker/abc/memory.stat",
                    "cache 3\ninactive_file 1\ntotal_inactive_file 400\n",
                ),
            ],
        );
        let two = tree(
            "v2",
            &[
                (
                    "system.slice/docker-abc.scope/cpu.stat",
                    "usage_usec 5000000\nuser_usec 1\n",
                ),
                ("system.slice/docker-abc.scope/memory.current", "1000\n"),
                (
                    "system.slice/docker-abc.scope/memory.stat",
                    "anon 3\ninactive_file 400\n",
                ),
            ],
        );
        for root in [one, two] {
            let cgroups = Cgroups::at(&root);
            let expected = Usage {
                cpu: Duration::from_secs(5),
                memory: 600,
                network: None,
            };
            assert_eq!(cgroups.read(&ContainerId::new("abc")), Some(expected), "{root:?}");
            assert_eq!(cgroups.read(&ContainerId::new("abd")), None);
            assert_eq!(
                cgroups.read(&ContainerId::new("abc")),
                Some(expected),
                "the layout found first"
            );
            std::fs::remove_dir_all(root).unwrap();
        }
    }
}
