//! The kinds of document, each described once: its options, its fields, its columns. Commands, the defaults
//! file, lists and man pages all follow from these descriptions.

mod balancer;
mod configuration;
mod field;
mod group;
mod policy;
mod schedule;
mod value;

pub use field::{Fallback, Field};
pub use value::ValueKind;

use crate::output::Column;

pub use balancer::LOAD_BALANCER;
pub use configuration::LAUNCH_CONFIGURATION;
pub use group::GROUP;
pub use policy::POLICY;
pub use schedule::SCHEDULE;

/// All kinds, in the order of the help.
pub const ALL: [&Kind; 5] = [&LOAD_BALANCER, &LAUNCH_CONFIGURATION, &GROUP, &POLICY, &SCHEDULE];

/// A kind of document.
#[derive(Debug)]
pub struct Kind {
    /// As messages name it.
    pub noun: &'static str,
    /// As messages name several.
    pub nouns: &'static str,
    /// As commands name one: the `lb` of `add-lb`.
    pub one: &'static str,
    /// As commands and paths name all: the `lbs` of `list-lbs`.
    pub all: &'static str,
    /// Its section in the defaults file.
    pub section: &'static str,
    /// The long option that names one.
    pub name_option: &'static str,
    /// The short option that names one.
    pub name_short: char,
    /// What it has beside its name.
    pub fields: &'static [Field],
    /// The field that says of which type a document is, where they differ by one.
    pub type_field: Option<&'static str>,
    /// What a list shows.
    pub columns: &'static [Column],
    /// What its name refers to.
    pub thing: Thing,
}

impl Kind {
    /// A field by its REST name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// What a name can stand for; each has a list in which a misspelt name is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// A load balancer.
    LoadBalancer,
    /// A launch configuration.
    LaunchConfiguration,
    /// A group.
    Group,
    /// A policy.
    Policy,
    /// A schedule.
    Schedule,
    /// An availability zone of a host.
    Zone,
    /// A Docker host.
    Host,
    /// An instance type.
    InstanceType,
    /// An instance of a group.
    Instance,
}

impl Thing {
    /// As messages name it.
    pub fn noun(self) -> &'static str {
        self.nouns_of().0
    }

    /// As messages name several.
    pub fn nouns(self) -> &'static str {
        self.nouns_of().1
    }

    fn nouns_of(self) -> (&'static str, &'static str) {
        match self {
            Self::Zone => ("zone", "zones"),
            Self::Host => ("host", "hosts"),
            Self::InstanceType => ("instance type", "instance types"),
            Self::Instance => ("instance", "instances"),
            Self::LoadBalancer => (LOAD_BALANCER.noun, LOAD_BALANCER.nouns),
            Self::LaunchConfiguration => (LAUNCH_CONFIGURATION.noun, LAUNCH_CONFIGURATION.nouns),
            Self::Group => (GROUP.noun, GROUP.nouns),
            Self::Policy => (POLICY.noun, POLICY.nouns),
            Self::Schedule => (SCHEDULE.noun, SCHEDULE.nouns),
        }
    }
}
