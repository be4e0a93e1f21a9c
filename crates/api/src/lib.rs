//! What travels over REST: the documents of the contract as both sides see them, and the client that the `ms`
//! command and the tests use.

pub mod client;
pub mod documents;

pub use client::{Client, ClientError};
