//! The workers: `launch` and `stop` take the jobs of one host and drive its container engine.
//!
//! Stateless: a job is a hint, and the record in the store decides what it still means. Everything that a worker
//! does is safe to cut off at any await and to do again.

mod calls;
mod deps;
mod jobs;
pub mod launch;
mod pulse;
mod record;
pub mod stop;

pub use deps::{Deps, Settings, WorkerError};
