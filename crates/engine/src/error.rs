//! What can go wrong at an engine, told by whether the thing may have happened.

/// An error of an engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The image is absent and cannot be pulled.
    #[error("image {image}: {reason}")]
    NoImage {
        /// The reference.
        image: String,
        /// Why.
        reason: String,
    },
    /// Another container has the name.
    #[error("the name {0} is taken by a container that is not ours")]
    NameTaken(String),
    /// There is no such container.
    #[error("container not found")]
    NotFound,
    /// The container exited before.
    #[error("the container has exited")]
    Exited,
    /// The engine refused; asking again will not help.
    #[error("the engine refused: {0}")]
    Refused(String),
    /// It may have happened: the deadline passed or the connection broke.
    #[error("the engine did not confirm: {0}")]
    Unknown(String),
    /// It did not happen: the engine cannot be reached.
    #[error("the engine is unavailable: {0}")]
    Unavailable(String),
}
