//! Logging in: where, as whom, and keeping the token.

use api::Client;

use super::OK;
use crate::cli::LoginArgs;
use crate::defaults::{Defaults, LocalKey};
use crate::messages::{Failure, TARGET_HINT};
use crate::output::print;

/// Asks for a token with the options, else the login section, else the local installation's key, and keeps all
/// of it in the login section.
///
/// # Errors
/// [`Failure`] says why not.
pub async fn run(args: LoginArgs) -> Result<(), Failure> {
    let mut defaults = Defaults::open()?;
    let plain = args.target.is_none() && args.user.is_none() && args.key.is_none();
    let wanted = Wanted {
        target: args
            .target
            .or_else(|| defaults.login("target").map(str::to_owned)),
        user: args.user.or_else(|| defaults.login("user").map(str::to_owned)),
        key: args.key.or_else(|| defaults.login("key").map(str::to_owned)),
    };
    let local = LocalKey::find()?;
    let login = wanted.clone().complete(local.as_ref())?;
    let (login, token) = match token(&login).await {
        Ok(token) => (login, token),
        Err(refused) => {
            // A local installation that was made anew has a new key; the kept one is of the old.
            let renewed = local.filter(|local| plain && is_unauthorized(&refused) && wanted.is_of(local));
            let renewed = renewed.ok_or(refused)?;
            let token = token(&renewed).await?;
            (renewed, token)
        }
    };
    for (field, value) in [
        ("target", &login.target),
        ("user", &login.user),
        ("key", &login.key),
        ("token", &token),
    ] {
        defaults.set_login(field, value);
    }
    defaults.save()?;
    Ok(print(OK)?)
}

async fn token(login: &LocalKey) -> Result<String, Failure> {
    let mut client = Client::new(&login.target, None)?;
    client.login(&login.user, &login.key).await.map_err(|error| {
        let hint = match error.status() {
            Some(401) => Some(format!("check --user (now {:?}) and --key", login.user)),
            // Only the base can be wrong in this path.
            Some(404) => Some(TARGET_HINT.to_owned()),
            _ => None,
        };
        Failure::Client { error, hint }
    })
}

fn is_unauthorized(failure: &Failure) -> bool {
    matches!(failure, Failure::Client { error, .. } if error.status() == Some(401))
}

/// What options and the defaults file say.
#[derive(Clone, Debug)]
struct Wanted {
    target: Option<String>,
    user: Option<String>,
    key: Option<String>,
}

impl Wanted {
    /// Takes what is missing from the local key, unless it is for another target or user: a key is never sent
    /// to a service that it was not made for.
    fn complete(self, local: Option<&LocalKey>) -> Result<LocalKey, Failure> {
        let local = local.filter(|local| self.is_of(local));
        let of_local = |field: fn(&LocalKey) -> &String| local.map(|l| field(l).clone());
        Ok(LocalKey {
            target: self
                .target
                .or_else(|| of_local(|l| &l.target))
                .ok_or_else(|| missing("target", "URL"))?,
            user: self
                .user
                .or_else(|| of_local(|l| &l.user))
                .ok_or_else(|| missing("user", "USER"))?,
            key: self
                .key
                .or_else(|| of_local(|l| &l.key))
                .ok_or_else(|| missing("key", "KEY"))?,
        })
    }

    /// Whether nothing in it names another target or user than the local key's.
    fn is_of(&self, local: &LocalKey) -> bool {
        let same_target = |t: &String| t.trim_end_matches('/') == local.target.trim_end_matches('/');
        self.target.as_ref().is_none_or(same_target) && self.user.as_ref().is_none_or(|u| *u == local.user)
    }
}

fn missing(what: &str, value: &str) -> Failure {
    Failure::Missing {
        what: format!("no {what} given, and neither the defaults file nor a local installation has one"),
        hint: format!(
            "give --{what} {value}; a microscaler that was started here is found without any option"
        ),
    }
}
