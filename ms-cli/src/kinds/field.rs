//! One field of a document, and the option that sets it.

use super::{Thing, ValueKind};

/// What an add command sends when neither the command line nor the defaults file has the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// Nothing: the server says what is missing.
    Nothing,
    /// This text.
    Text(&'static str),
    /// This number.
    Integer(i64),
    /// All zones of the known hosts.
    KnownZones,
}

/// A field of a document.
#[derive(Debug)]
pub struct Field {
    /// Its REST name.
    pub name: &'static str,
    /// The long option; a field without one comes from the defaults file alone.
    pub option: Option<&'static str>,
    /// The short option.
    pub short: Option<char>,
    /// What values it takes.
    pub value: ValueKind,
    /// For the help.
    pub help: &'static str,
    /// What its value names.
    pub names: Option<Thing>,
    /// What is sent when it is left out everywhere.
    pub fallback: Fallback,
    /// A field of the defaults file that contradicts this one: left out when this one is on the command line.
    pub displaces: Option<&'static str>,
    /// The types of which a document can have it, where documents of a kind differ by a type; empty: all.
    pub of_types: &'static [&'static str],
    /// Under which heading the help has its option, where there are many.
    pub heading: Option<&'static str>,
    /// Its option came later: an abbreviation that meant another one before goes on meaning that.
    pub later: bool,
}

impl Field {
    /// A field with a long option.
    pub const fn new(name: &'static str, option: &'static str, value: ValueKind, help: &'static str) -> Self {
        Self {
            option: Some(option),
            ..Self::file_only(name, value, help)
        }
    }

    /// A field that only the defaults file sets.
    pub const fn file_only(name: &'static str, value: ValueKind, help: &'static str) -> Self {
        Self {
            name,
            option: None,
            short: None,
            value,
            help,
            names: None,
            fallback: Fallback::Nothing,
            displaces: None,
            of_types: &[],
            heading: None,
            later: false,
        }
    }

    /// Marks an option that came later.
    pub const fn later(mut self) -> Self {
        self.later = true;
        self
    }

    /// Only documents of these types have it.
    pub const fn of_types(mut self, types: &'static [&'static str]) -> Self {
        self.of_types = types;
        self
    }

    /// Puts its option under a heading of the help.
    pub const fn heading(mut self, heading: &'static str) -> Self {
        self.heading = Some(heading);
        self
    }

    /// Adds a short option.
    pub const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    /// Its value names one of these.
    pub const fn names(mut self, thing: Thing) -> Self {
        self.names = Some(thing);
        self
    }

    /// Sends this when it is left out everywhere.
    pub const fn fallback(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// Keeps the other field's default out when this one is on the command line.
    pub const fn displaces(mut self, other: &'static str) -> Self {
        self.displaces = Some(other);
        self
    }
}
