//! Both stores against the suite, and what only a file can do.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod conformance;
mod durability;
mod file;
mod migration;
