//! The `ms` binary against a small server that records what it is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod defaults;
mod failures;
mod hosts;
mod lists;
mod login;
mod replay;
mod requests;
mod rig;
mod rollups;
mod scaling;
mod scaling_now;
mod shell;
mod top;
mod waiting;
