//! The buses of this crate against the suite that every bus must pass, in real time and under a paused clock.

mod nats;

use std::sync::Arc;

use bus::conformance::Rig;
use bus::{Fault, FaultyBus, Limits, MemoryBus};

fn small() -> Arc<MemoryBus> {
    Arc::new(MemoryBus::with_limits(Limits {
        messages: 256,
        ..Limits::default()
    }))
}

async fn memory() -> Rig {
    Rig::new(small(), 300)
}

async fn without_faults() -> Rig {
    Rig::new(
        Arc::new(FaultyBus::new(small(), Arc::new(|_| Fault::Deliver))),
        300,
    )
}

mod in_real_time {
    bus::bus_conformance!(super::memory);
}

mod under_a_paused_clock {
    bus::bus_conformance!(super::memory, tokio::test(start_paused = true));
}

mod behind_a_wrapper_without_faults {
    bus::bus_conformance!(super::without_faults, tokio::test(start_paused = true));
}
