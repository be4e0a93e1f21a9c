//! The real thing under test: the `microscaler` process on a real Docker engine, driven by `ms` and over REST.
//!
//! Everything that a [`Service`] or a [`Dockerd`] makes is gone when it is dropped, whatever became of the test:
//! its process by its id, its containers by the label of its own installation.

// A harness that cannot go on ends its test, and says why.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod browser;
mod clock;
mod dockerd;
mod engine;
mod fleet;
mod hosts;
mod images;
mod ports;
mod programs;
mod rest;
mod service;
mod setup;
mod strangers;
mod wait;

pub use browser::Browser;
pub use clock::WallClock;
pub use dockerd::Dockerd;
pub use engine::{Engine, SOCKET};
pub use fleet::{Alive, Fleet, Member, OneAddress, Place, Strait};
pub use hosts::{Cut, Happened, MANAGERS, Site, Tally};
pub use images::{CIRROS, Image};
pub use ports::{Reserved, free_port, reserve};
pub use programs::{Programs, fleet_programs, programs, script};
pub use rest::Rest;
pub use service::{Output, Service};
pub use setup::Setup;
pub use strangers::{HIDDEN, strangers_are_shown_nothing};
pub use wait::{DEADLINE, told, within};
