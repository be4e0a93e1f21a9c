//! Which store and which bus: what can work together, and where.

use crate::ConfigError;

/// How many processes the service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    /// All components in one process.
    Single,
    /// A process per component, on one machine or many.
    Split,
}

/// Where the truth is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// A file of this process.
    Embedded,
    /// A server that speaks MongoDB's protocol.
    MongoDb,
}

impl StoreKind {
    /// As the file says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::MongoDb => "mongodb",
        }
    }
}

/// What carries jobs, nudges and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BusKind {
    /// This process's memory.
    Memory,
    /// A NATS server.
    Nats,
}

impl BusKind {
    /// As the file says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Nats => "nats",
        }
    }
}

/// A store and a bus that work together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backends {
    /// The store.
    pub store: StoreKind,
    /// The bus.
    pub bus: BusKind,
}

/// A choice that cannot work: the key to change, its value, and what would work.
pub(crate) struct Clash {
    pub key: &'static str,
    pub value: &'static str,
    pub expected: &'static str,
}

impl From<Clash> for ConfigError {
    fn from(clash: Clash) -> Self {
        Self::Combination {
            path: clash.key,
            value: clash.value,
            expected: clash.expected.to_owned(),
        }
    }
}

/// What was chosen, completed by the deployment's defaults.
pub(crate) fn choose(
    store: Option<StoreKind>,
    bus: Option<BusKind>,
    deployment: Deployment,
) -> Result<Backends, Clash> {
    let store = store.unwrap_or(match deployment {
        Deployment::Single => StoreKind::Embedded,
        Deployment::Split => StoreKind::MongoDb,
    });
    if (store, deployment) == (StoreKind::Embedded, Deployment::Split) {
        return Err(Clash {
            key: "store",
            value: store.as_str(),
            expected: "mongodb, because processes cannot share an embedded store",
        });
    }
    suit(Some(store), bus)?;
    let bus = bus.unwrap_or(match store {
        StoreKind::Embedded => BusKind::Memory,
        StoreKind::MongoDb => BusKind::Nats,
    });
    Ok(Backends { store, bus })
}

/// What cannot work in any deployment: whoever shares a store is not alone, and needs a bus between processes.
pub(crate) fn suit(store: Option<StoreKind>, bus: Option<BusKind>) -> Result<(), Clash> {
    match (store, bus) {
        (Some(StoreKind::MongoDb), Some(bus @ BusKind::Memory)) => Err(Clash {
            key: "bus",
            value: bus.as_str(),
            expected: "nats, because a store that processes share needs a bus between them",
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use {BusKind::*, Deployment::*, StoreKind::*};

    #[test]
    fn every_choice_is_completed_or_refused_by_the_key_to_change() {
        let works = |store, bus| Ok((store, bus));
        for (store, bus, deployment, expected) in [
            (None, None, Single, works(Embedded, Memory)),
            (None, None, Split, works(MongoDb, Nats)),
            (None, Some(Nats), Single, works(Embedded, Nats)),
            (None, Some(Memory), Single, works(Embedded, Memory)),
            (Some(Embedded), Some(Nats), Single, works(Embedded, Nats)),
            (Some(MongoDb), None, Single, works(MongoDb, Nats)),
            (Some(MongoDb), None, Split, works(MongoDb, Nats)),
            (Some(MongoDb), Some(Memory), Single, Err("bus")),
            (Some(MongoDb), Some(Memory), Split, Err("bus")),
            (None, Some(Memory), Split, Err("bus")),
            (Some(Embedded), None, Split, Err("store")),
            (Some(Embedded), Some(Nats), Split, Err("store")),
        ] {
            let chosen = choose(store, bus, deployment)
                .map(|backends| (backends.store, backends.bus))
                .map_err(|clash| clash.key);
            assert_eq!(chosen, expected, "{store:?} {bus:?} {deployment:?}");
        }
    }
}
