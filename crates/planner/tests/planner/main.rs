//! The planner, told as stories and as properties of any state.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod forecast;
mod properties;
mod replay;
mod scaling;
mod scene;
mod schedules;
mod states;
mod stories;
