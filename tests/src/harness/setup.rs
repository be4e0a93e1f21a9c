//! The configuration of a service under test: what the contract's file says, and only what a test asks for.

use serde_json::{Map, Value, json};

use super::{Engine, WallClock};

/// How a service is to be started.
#[derive(Clone)]
pub struct Setup {
    config: Map<String, Value>,
    users: Vec<(String, String)>,
    engine: Option<Engine>,
    port: Option<u16>,
    clock: Option<WallClock>,
}

impl Default for Setup {
    fn default() -> Self {
        Self::new()
    }
}

impl Setup {
    /// One account, the machine's engine, a small instance type beside the usual ones.
    #[must_use]
    pub fn new() -> Self {
        let types = json!({
            "m1.small": {"vcpu": 1, "memory": 1024},
            "t.test": {"vcpu": 1, "memory": 24},
        });
        Self {
            config: Map::from_iter([("instance_types".to_owned(), types)]),
            users: Vec::new(),
            engine: None,
            port: None,
            clock: None,
        }
        .user("user01", "key")
    }

    /// One more account.
    #[must_use]
    pub fn user(mut self, name: &str, key: &str) -> Self {
        self.users.push((name.to_owned(), key.to_owned()));
        self
    }

    /// Listens on this port, and no other.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Drives another engine than the machine's.
    #[must_use]
    pub fn engine(mut self, engine: &Engine) -> Self {
        self.engine = Some(engine.clone());
        self
    }

    /// Runs on this clock.
    #[must_use]
    pub fn clock(mut self, clock: &WallClock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// A section of the file, in place of what it had.
    #[must_use]
    pub fn section(mut self, name: &str, value: Value) -> Self {
        self.config.insert(name.to_owned(), value);
        self
    }

    /// One entry of a section of the file, beside what it has.
    #[must_use]
    pub fn entry(mut self, section: &str, name: &str, value: Value) -> Self {
        let section = self.config.entry(section).or_insert_with(|| json!({}));
        if let Some(section) = section.as_object_mut() {
            section.insert(name.to_owned(), value);
        }
        self
    }

    /// The file: JSON, which is YAML.
    pub fn text(&self, port: u16, engine: &Engine) -> String {
        let mut config = self.config.clone();
        let users: Map<_, _> = self
            .users
            .iter()
            .map(|(name, key)| (name.clone(), json!(key)))
            .collect();
        config.insert("auth".to_owned(), users.into());
        config.insert("controller".to_owned(), json!({"port": port}));
        let docker = config.entry("docker").or_insert_with(|| json!({}));
        if let Some(docker) = docker.as_object_mut() {
            docker
                .entry("daemon_url")
                .or_insert_with(|| json!(engine.address()));
        }
        serde_json::to_string_pretty(&Value::Object(config)).unwrap_or_default()
    }

    pub(super) fn fixed_port(&self) -> Option<u16> {
        self.port
    }

    pub(super) fn other_engine(&self) -> Option<&Engine> {
        self.engine.as_ref()
    }

    pub(super) fn own_clock(&self) -> Option<&WallClock> {
        self.clock.as_ref()
    }

    pub(super) fn key_of(&self, user: &str) -> Option<&str> {
        let known = self.users.iter().find(|(name, _)| name == user);
        known.map(|(_, key)| key.as_str())
    }

    pub(super) fn first_user(&self) -> Option<(&str, &str)> {
        self.users
            .first()
            .map(|(name, key)| (name.as_str(), key.as_str()))
    }
}
