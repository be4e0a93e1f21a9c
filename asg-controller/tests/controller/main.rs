//! The controller as its clients see it: every test runs a real server and speaks HTTP to it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod accounts;
mod autoscaler;
mod bad_input;
mod cache;
mod clients;
mod documents;
mod figures;
mod groups;
mod hosts;
mod instances;
mod login;
mod openapi;
mod operations;
mod policies;
mod races;
mod replays;
mod rig;
mod rollups;
mod scaling;
mod schedules;
mod server;
mod surroundings;
