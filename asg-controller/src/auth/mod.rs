//! Who calls: API keys, the tokens that logins get, and the limit on failed logins.

mod keys;
mod secret;
mod tokens;

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use cache::Cache;
use domain::{AccountName, Clock};
use store::Store;
use tokio::sync::Semaphore;

use crate::Deps;
use crate::error::{Refusal, Result};
use keys::Keys;
pub(crate) use secret::same;
use tokens::Tokens;

/// Keys that are checked at a time. An argon2 check takes a core for tens of milliseconds, and guesses that wait
/// here meet the limit that earlier guesses have reached.
const CHECKS: usize = 2;

/// Who may call.
pub(crate) struct Access {
    keys: Keys,
    /// Cached tokens, and the limit on failed logins.
    cache: Arc<dyn Cache>,
    checks: Semaphore,
    token_life: Duration,
    autoscaler: Option<String>,
    /// `None`: every account.
    operators: Option<BTreeSet<AccountName>>,
}

/// An account that may change hosts. Only [`Access::operator`] makes one.
#[derive(Clone, Debug)]
pub(crate) struct Operator(AccountName);

impl Operator {
    /// Whose word it is.
    pub(crate) fn account(&self) -> &AccountName {
        &self.0
    }
}

impl Access {
    /// From the settings. Who had to wait under other settings still has to: the cache knows.
    pub(crate) fn new(deps: &Deps) -> Self {
        let settings = &deps.settings;
        Self {
            keys: Keys::new(&settings.keys),
            cache: Arc::clone(&deps.cache),
            checks: Semaphore::new(CHECKS),
            token_life: settings.token_life,
            autoscaler: settings.autoscaler_token.clone(),
            operators: settings.operators.clone(),
        }
    }

    /// Whether there is such an account.
    pub(crate) fn knows(&self, account: &AccountName) -> bool {
        self.keys.fingerprint(account).is_some()
    }

    /// The account as one that may change hosts.
    pub(crate) fn operator(&self, account: AccountName) -> Result<Operator> {
        let named = self.operators.as_ref();
        if named.is_none_or(|operators| operators.contains(&account)) {
            return Ok(Operator(account));
        }
        Err(Refusal::Forbidden(format!(
            "account {account} may not change hosts: controller.operators of the configuration does not name it"
        )))
    }

    /// Whether the account reads of everybody's groups. Where nobody is named, everybody may change hosts, but that is
    /// no word for reading each other's names.
    pub(crate) fn reads_all(&self, account: &AccountName) -> bool {
        let named = self.operators.as_ref();
        named.is_some_and(|operators| operators.contains(account))
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
        self.tokens(store, clock).make(account, fingerprint).await
    }

    async fn check(&self, client: IpAddr, user: String, key: String) -> Result<(AccountName, String)> {
        let _turn = self.checks.acquire().await;
        if let Some(wait) = self.cache.wait(client).await {
            return Err(limited(wait));
        }
        match self.keys.check(user, key).await {
            Some(known) => Ok(known),
            None => Err(match self.cache.failed(client).await {
                Some(wait) => limited(wait),
                None => Refusal::Unauthorized("wrong user or key".to_owned()),
            }),
        }
    }

    /// The account of a token, whose life a use renews.
    pub(crate) async fn account(
        &self,
        store: &dyn Store,
        clock: &dyn Clock,
        token: &str,
    ) -> Result<AccountName> {
        let tokens = self.tokens(store, clock);
        let stored = tokens.find(token).await?;
        let good = self.keys.fingerprint(&stored.account);
        if !good.is_some_and(|now| same(now, &stored.key_fingerprint)) {
            tokens.end(stored).await;
            return Err(Refusal::Unauthorized(
                "the account's key was changed or removed: log in again".to_owned(),
            ));
        }
        let account = stored.account.clone();
        tokens.renew(stored).await;
        Ok(account)
    }

    fn tokens<'a>(&'a self, store: &'a dyn Store, clock: &dyn Clock) -> Tokens<'a> {
        Tokens {
            store,
            cache: self.cache.as_ref(),
            now: clock.now(),
            life: self.token_life,
        }
    }

    /// Whether this is the configured token of the autoscaler.
    pub(crate) fn is_autoscaler(&self, token: &str) -> bool {
        self.autoscaler.as_ref().is_some_and(|known| same(known, token))
    }
}

/// `Retry-After` counts whole seconds, and must not end too early.
fn limited(wait: Duration) -> Refusal {
    Refusal::Limited(Duration::from_secs(wait.as_secs().saturating_add(1)))
}
