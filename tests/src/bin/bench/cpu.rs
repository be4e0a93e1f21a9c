//! CPU time of processes, as the kernel counts it.

use std::time::{Duration, Instant};

/// The kernel's clock ticks per second: 100 on every Linux that there is.
const TICKS: f64 = 100.0;

/// CPU seconds that a process has used.
fn used(pid: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // The second field may contain spaces; it ends with the last parenthesis.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
        .collect();
    let ticks = |at: usize| {
        fields
            .get(at)
            .and_then(|text| text.parse::<f64>().ok())
            .unwrap_or_default()
    };
    // utime and stime, the 14th and 15th of all fields.
    (ticks(11) + ticks(12)) / TICKS
}

/// The machine's dockerd, where it can be seen.
pub fn dockerd() -> Option<u32> {
    let text = std::fs::read_to_string("/var/run/docker.pid").ok()?;
    text.trim().parse().ok()
}

/// Per cent of one core that processes use while `lasts` goes by.
pub async fn share<const N: usize>(pids: [u32; N], lasts: Duration) -> [f64; N] {
    let (before, begun) = (pids.map(used), Instant::now());
    tokio::time::sleep(lasts).await;
    let (after, took) = (pids.map(used), begun.elapsed().as_secs_f64());
    let mut shares = [0.0; N];
    for (share, (before, after)) in shares.iter_mut().zip(before.iter().zip(after)) {
        *share = (after - before) / took * 100.0;
    }
    shares
}
