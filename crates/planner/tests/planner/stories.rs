//! One story per rule.

mod failures;
mod hosts;
mod ledger;
mod life;
mod lost;
mod operators;
mod suspended;
mod zones;
