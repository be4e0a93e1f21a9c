//! Processes tell each other how they are: a beacon every few seconds, each with the board of its process.

use std::time::Duration;

use bus::{Beacon, Bus, Received};
use domain::InstallationId;
use serde::{Deserialize, Serialize};
use telemetry::{Snapshot, StatusBoard};
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

/// Between two beacons.
const EVERY: Duration = Duration::from_secs(2);

/// What a beacon carries.
#[derive(Serialize, Deserialize)]
struct Told {
    /// Whose containers this service runs, from those who opened the store: an agent, which does not, learns it here.
    installation: Option<InstallationId>,
    board: Snapshot,
}

/// How this process is called among all: its program, its machine and its id.
pub(crate) fn process_name(program: &str) -> String {
    let machine = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    format!("{program}@{}/{}", machine.trim(), std::process::id())
}

/// Tells how this process is, until `shutdown`, and once more then.
pub(crate) async fn tell(
    bus: &dyn Bus,
    process: String,
    installation: Option<InstallationId>,
    board: &StatusBoard,
    shutdown: CancellationToken,
) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let ended = tokio::select! {
            biased;
            () = shutdown.cancelled() => true,
            _ = ticks.tick() => false,
        };
        let board = board.snapshot();
        match serde_json::to_value(Told { installation, board }) {
            Ok(snapshot) => {
                let process = process.clone();
                let sent = jiff::Timestamp::now().as_second();
                let beacon = Beacon {
                    process,
                    sent,
                    snapshot,
                };
                if let Err(error) = bus.beacon(&beacon).await {
                    tracing::debug!(%error, "the others were not told how this process is");
                }
            }
            Err(error) => tracing::error!(%error, "a defect: a board that cannot be told"),
        }
        if ended {
            return;
        }
    }
}

/// Notes on `board` what the others tell, until the bus ends.
pub(crate) async fn listen(bus: &dyn Bus, own: &str, board: &StatusBoard) -> bus::Result<()> {
    let mut beacons = bus.beacons().await?;
    while let Some(received) = beacons.next().await {
        let Received::Item(beacon) = received else {
            continue;
        };
        if beacon.process == own {
            continue;
        }
        match serde_json::from_value::<Told>(beacon.snapshot) {
            Ok(told) => board.heard(&beacon.process, told.board),
            Err(error) => tracing::debug!(process = beacon.process, %error, "a beacon of another version"),
        }
    }
    Ok(())
}

/// Whose containers the service on this bus runs: waits until a process tells.
pub(crate) async fn installation(bus: &dyn Bus) -> bus::Result<Option<InstallationId>> {
    let mut beacons = bus.beacons().await?;
    while let Some(received) = beacons.next().await {
        let Received::Item(beacon) = received else {
            continue;
        };
        let told = serde_json::from_value::<Told>(beacon.snapshot).ok();
        if let Some(installation) = told.and_then(|told| told.installation) {
            return Ok(Some(installation));
        }
    }
    Ok(None)
}
