//! Tests of the whole service. The simulation lives here, so that each suite that runs it links it once.

pub mod harness;
pub mod simulation;
