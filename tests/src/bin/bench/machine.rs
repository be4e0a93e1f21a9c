//! The machine that the figures are of.

use scenarios::harness::Engine;

fn file(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// One line each on processor, memory, kernel, engine and load.
pub async fn describe(engine: &Engine) -> String {
    let told = engine.raw.info().await.unwrap_or_default();
    let model = file("/proc/cpuinfo")
        .lines()
        .find_map(|line| {
            line.strip_prefix("model name")?
                .split_once(':')
                .map(|(_, name)| name.trim().to_owned())
        })
        .unwrap_or_else(|| "unknown processor".to_owned());
    format!(
        "machine: {} x {model}, {} MiB\nkernel:  {}, {}\nengine:  Docker {}, {}, cgroup v{}\n{}",
        told.ncpu.unwrap_or_default(),
        told.mem_total.unwrap_or_default() / (1024 * 1024),
        told.kernel_version.unwrap_or_default(),
        told.operating_system.unwrap_or_default(),
        told.server_version.unwrap_or_default(),
        told.driver.unwrap_or_default(),
        told.cgroup_version.map(|v| v.to_string()).unwrap_or_default(),
        load(),
    )
}

/// How busy the machine has been over 1, 5 and 15 minutes, in runnable processes.
pub fn load() -> String {
    let all = file("/proc/loadavg");
    let figures: Vec<&str> = all.split_whitespace().take(3).collect();
    format!("load:    {}", figures.join(" "))
}
