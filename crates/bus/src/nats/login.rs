//! Who we are to a NATS server.

use std::fmt;
use std::path::PathBuf;

use async_nats::ServerAddr;
use percent_encoding::percent_decode_str;

/// Who we are to the server.
#[derive(Clone)]
pub enum Login {
    /// It asks for nothing, or the first URL that has a user says it.
    None,
    /// User and password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: String,
    },
    /// A token.
    Token(String),
    /// A file of a JWT and the seed of its key, as `nsc` writes it.
    CredentialsFile(PathBuf),
}

impl Login {
    /// Why it did not enter, with the file to look at.
    pub(super) fn told(&self, why: &str) -> String {
        match self {
            Self::CredentialsFile(file) => format!("credentials file {}: {why}", file.display()),
            Self::None | Self::Password { .. } | Self::Token(_) => why.to_owned(),
        }
    }
}

impl fmt::Debug for Login {
    /// Without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => write!(f, "None"),
            Self::Password { user, .. } => write!(f, "Password({user})"),
            Self::Token(_) => write!(f, "Token"),
            Self::CredentialsFile(file) => write!(f, "CredentialsFile({})", file.display()),
        }
    }
}

/// Who a URL says that we are: the client does not look there. A user without a password is a token.
pub(super) fn of_url(url: &ServerAddr) -> Option<Login> {
    let user = decoded(url.username()?);
    Some(match url.password() {
        Some(password) => Login::Password {
            user,
            password: decoded(password),
        },
        None => Login::Token(user),
    })
}

/// What stands in a URL as `%` and two digits.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_url_may_say_who_we_are() {
        for (url, expected) in [
            ("nats://h:1", None),
            ("nats://ada:p%40%2fss%c3%a4@h:1", Some(("ada", Some("p@/ssä")))),
            ("tls://t0ken%25@h", Some(("t0ken%", None))),
        ] {
            let said = match of_url(&url.parse().unwrap()) {
                Some(Login::Password { user, password }) => Some((user, Some(password))),
                Some(Login::Token(token)) => Some((token, None)),
                _ => None,
            };
            let said = said
                .as_ref()
                .map(|(user, password)| (user.as_str(), password.as_deref()));
            assert_eq!(said, expected, "{url}");
        }
        assert_eq!(decoded("100%zz%4"), "100%zz%4");
    }
}
