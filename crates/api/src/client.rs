//! The client.
/// Placeholder.
pub struct Client;
/// Placeholder.
pub struct ClientError;
