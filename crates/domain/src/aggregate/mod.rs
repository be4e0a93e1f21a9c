//! The three ways in which an aggregate changes, one function each:
//! users and policies set desired state ([`desire`]), the health manager records intents ([`intend`]),
//! hosts' reports become observed state ([`observe`]). Each keeps the invariants of the aggregate, notes
//! activities in its outbox, and knows no store.

pub mod desire;
mod history;
pub mod intend;
pub mod observe;
pub mod scheduled;
pub mod spec;
