//! A service that has nothing to do, with 40 containers in service.

use std::time::Duration;

use scenarios::harness::{Image, Service, Setup};

use super::cpu;
use super::figures::Table;

const LASTS: Duration = Duration::from_secs(30);

/// Measures it.
pub async fn run(table: &mut Table) {
    let service = Service::start(Setup::new()).await;
    let rest = service.rest("user01").await;
    rest.configuration("web", Image::Stays.name()).await;
    rest.group("web", "web", &["docker01"], 40, 40).await;
    rest.start("web").await;
    rest.in_service("web", 40).await;
    let pid = service.pid().expect("it runs");
    let [ours, engine] = cpu::share([pid, cpu::dockerd().unwrap_or_default()], LASTS).await;
    table.figure(
        "idle with 40 containers, CPU of one core",
        format!("{ours:.2} % (dockerd meanwhile {engine:.2} %)"),
    );
    let memory = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let resident = memory
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap_or("unknown");
    table.figure("idle with 40 containers, resident memory", resident.trim());
}
