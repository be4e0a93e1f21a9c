//! The recent samples that policies look back on: a window per instance, read per group.
//!
//! Pure: times come in with every call. All of them must come from one clock that only goes forward, as far as that can
//! be had; what a jump makes of it is refused or dropped here, and shows as missing data. Missing data is never read as
//! zero: a [`Reading`] says how many instances it rests on and how old it is, and where there is no sample there is none.
//!
//! An instance costs 24 bytes per sample and under 100 beside: up to 6 kB at a sample each 5 s over 15 minutes, and never
//! more than 50 kB ([`SPACING`]). Ten thousand instances cost 60 MB.

mod figure;
mod ring;
mod summary;
mod windows;

pub use domain::policy::{Metric, Statistic, UnknownName};
pub use ring::SPACING;
pub use summary::Summary;
pub use windows::{Reading, Windows};

#[cfg(test)]
mod properties;
