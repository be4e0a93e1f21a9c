//! Who calls: API keys, the tokens that logins get, and the limit on failed logins.

mod keys;
mod limiter;
mod secret;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{AccountName, Clock};
use store::Store;
use tokio::sync::Semaphore;

use crate::Settings;
use crate::error::{Refusal, Result};
use keys::Keys;
use limiter::Limiter;
pub(crate) use secret::same;

/// Keys that are checked at a time. An argon2 check takes a core for tens of milliseconds, and guesses that wait
/// here meet the limit that earlier guesses have reached.
const CHECKS: usize = 2;

/// Who may call.
pub(crate) struct Access {
    keys: Keys,
    limiter: Arc<Limiter>,
    checks: Semaphore,
    token_life: Duration,
    autoscaler: Option<String>,
}

impl Access {
    /// From the settings.
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            keys: Keys::new(&settings.keys),
            limiter: Arc::new(Limiter::new()),
            checks: Semaphore::new(CHECKS),
            token_life: settings.token_life,
            autoscaler: settings.autoscaler_token.clone(),
        }
    }

    /// Under other settings; who had to wait still has to.
    pub(crate) fn under(&self, settings: &Settings) -> Self {
        Self {
            limiter: Arc::clone(&self.limiter),
            ..Self::new(settings)
        }
    }

    /// Whether there is such an account.
    pub(crate) fn knows(&self, account: &AccountName) -> bool {
        self.keys.fingerprint(account).is_some()
    }

    /// Checks an API key and makes a token. A client address that failed too often is refused unheard.
    pub(crate) async fn login(
        &self,
        store: &dyn Store,
        clock: &dyn Clock,
        client: IpAddr,
        (user, key): (String, String),
    ) -> Result<String> {
        let (account, fingerprint) = self.check(client, user, key).await?;
        tokens::make(store, account, fingerprint, clock.now() + self.token_life).await
    }

    async fn check(&self, client: IpAddr, user: String, key: String) -> Result<(AccountName, String)> {
        let _turn = self.checks.acquire().await;
        self.limiter.admit(client)?;
        match self.keys.check(user, key).await {
            Some(known) => Ok(known),
            None => {
                self.limiter.failed(client)?;
                Err(Refusal::Unauthorized("wrong user or key".to_owned()))
            }
        }
    }

    /// The account of a token, whose life a use renews.
    pub(crate) async fn account(
        &self,
        store: &dyn Store,
        clock: &dyn Clock,
        token: &str,
    ) -> Result<AccountName> {
        let stored = tokens::find(store, token, clock.now()).await?;
        let good = self.keys.fingerprint(&stored.account);
        if !good.is_some_and(|now| same(now, &stored.key_fingerprint)) {
            tokens::end(store, stored, clock.now()).await;
            return Err(Refusal::Unauthorized(
                "the account's key was changed or removed: log in again".to_owned(),
            ));
        }
        let account = stored.account.clone();
        tokens::renew(store, stored, clock.now(), self.token_life).await;
        Ok(account)
    }

    /// Whether this is the configured token of the autoscaler.
    pub(crate) fn is_autoscaler(&self, token: &str) -> bool {
        self.autoscaler.as_ref().is_some_and(|known| same(known, token))
    }
}
