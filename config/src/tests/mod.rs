#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod broken;
mod cluster;
mod engines;
mod files;
mod sources;
mod warned;

use crate::{Config, ConfigError, Deployment, Loaded, sections, yaml};

/// Reads a file's text as `FILE`.
fn read(text: &str) -> Result<Loaded, ConfigError> {
    sections::read(&yaml::parse_text("FILE", text)?, None)
}

fn config(text: &str) -> Config {
    read(text).unwrap().config
}

fn refused(text: &str, deployment: Option<Deployment>) -> String {
    let document = match yaml::parse_text("FILE", text) {
        Ok(document) => document,
        Err(error) => return error.to_string(),
    };
    match sections::read(&document, deployment) {
        Ok(loaded) => panic!("accepted: {text}\n{loaded:#?}"),
        Err(error) => error.to_string(),
    }
}
