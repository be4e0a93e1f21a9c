//! Names that users choose. One rule for all: they end up in host names, container names, DNS and URLs.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a text is no name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("must not be empty")]
    Empty,
    /// Longer than the limit of its kind.
    #[error("has {length} characters, at most {max} are allowed")]
    TooLong {
        /// Characters given.
        length: usize,
        /// Characters allowed.
        max: usize,
    },
    /// A character that host names or paths cannot carry.
    #[error("{0:?} is not allowed: use letters, digits, '-', '_' and '.', starting with a letter or digit")]
    Character(char),
    /// A character that a name may have, but not begin with.
    #[error("begins with {0:?}: start with a letter or digit")]
    First(char),
}

fn check(text: &str, max: usize) -> Result<(), NameError> {
    let first = text.chars().next().ok_or(NameError::Empty)?;
    let length = text.chars().count();
    if length > max {
        return Err(NameError::TooLong { length, max });
    }
    if matches!(first, '-' | '_' | '.') {
        return Err(NameError::First(first));
    }
    match text
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
    {
        Some(odd) => Err(NameError::Character(odd)),
        None => Ok(()),
    }
}

macro_rules! name {
    ($($(#[$doc:meta])* $name:ident, $max:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The longest text allowed, in characters.
            pub const MAX: usize = $max;

            /// Checks the text against the rule of names.
            ///
            /// # Errors
            /// [`NameError`] says what is wrong with it.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                check(text, Self::MAX).map(|()| Self(text.to_owned()))
            }

            /// The name's text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;
            fn try_from(text: String) -> Result<Self, NameError> {
                check(&text, Self::MAX).map(|()| Self(text))
            }
        }

        impl std::str::FromStr for $name {
            type Err = NameError;
            fn from_str(text: &str) -> Result<Self, NameError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    )*};
}

name! {
    /// An account (a login user): the tenant that owns every other name.
    AccountName, 63;
    /// A group's name. With `-` and 10 hex digits it is a host name, which Linux limits to 63 characters.
    GroupName, 52;
    /// A launch configuration's name.
    ConfigName, 128;
    /// A load balancer's name.
    BalancerName, 63;
    /// A policy's name.
    PolicyName, 128;
    /// A schedule's name.
    ScheduleName, 128;
    /// A Docker host's name.
    HostName, 253;
    /// An availability zone's name.
    ZoneName, 128;
    /// An instance type's name, for example `m1.small`.
    TypeName, 64;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_refuse_what_paths_and_hosts_cannot_carry() {
        for (text, error) in [
            ("", NameError::Empty),
            ("../x", NameError::First('.')),
            ("a/b", NameError::Character('/')),
            ("a b", NameError::Character(' ')),
            ("grün", NameError::Character('ü')),
            ("-a", NameError::First('-')),
        ] {
            assert_eq!(GroupName::parse(text), Err(error), "{text:?}");
        }
        let long = "a".repeat(GroupName::MAX + 1);
        assert_eq!(
            GroupName::parse(&long),
            Err(NameError::TooLong { length: 53, max: 52 })
        );
        assert!(GroupName::parse("web_1.blue-2").is_ok());
    }
}
