//! The store as one life of a component sees it: late, refusing, silent, never wrong.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    AccountName, Activity, CommitId, Document, Group, GroupId, GroupName, Host, HostName, InstallationId,
    Kind, Revision, Timestamp,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use store::{GroupQuery, Lease, Result, Store, StoreError, Token, Versioned};
use tokio::time::sleep;

use super::check::Checks;
use super::dice::Dice;
use super::disk::{Disk, Handle};
use super::faults::Weather;
use super::life::Life;
use super::trace::Trace;

/// Until a caller gives an unanswered call up, in milliseconds.
const TIMEOUT: std::ops::Range<u64> = 200..5_000;

/// A component's way to the store.
#[derive(Clone)]
pub struct SimStore {
    /// The store itself.
    pub disk: Arc<Disk>,
    /// Whose way.
    pub life: Arc<Life>,
    /// What goes wrong.
    pub weather: Arc<Weather>,
    /// When.
    pub dice: Dice,
    /// Who watches every commit.
    pub checks: Arc<Checks>,
    /// What happened.
    pub trace: Trace,
    /// A worker's: its look at a record may be old by the time it acts.
    pub looks: bool,
}

/// What becomes of a call.
enum Fate {
    Refused,
    LostCall,
    LostAnswer,
    Late(Duration),
    Done(Duration),
}

type Call<T> = BoxFuture<'static, Result<T>>;

fn silent() -> StoreError {
    StoreError::Unknown("no answer".to_owned())
}

fn refused() -> StoreError {
    StoreError::Unavailable("it does not answer".to_owned())
}

impl SimStore {
    fn latency(&self) -> Duration {
        if self.dice.chance(400) {
            self.dice.millis(1..30)
        } else {
            Duration::ZERO
        }
    }

    fn fate_of_write(&self) -> Fate {
        let rates = self.weather.rates();
        if self.weather.store_down.is_on() || self.dice.chance(rates.store_refuses) {
            Fate::Refused
        } else if self.dice.chance(rates.store_loses_call) {
            Fate::LostCall
        } else if self.dice.chance(rates.store_loses_answer) {
            Fate::LostAnswer
        } else if self.dice.chance(rates.store_is_late) {
            Fate::Late(self.dice.millis(100..30_000))
        } else {
            Fate::Done(self.latency())
        }
    }

    async fn write<T, F>(&self, what: &'static str, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Arc<dyn Store>) -> Call<T> + Send + 'static,
    {
        self.life.step().await;
        let handle = self.disk.handle();
        let answer = match self.fate_of_write() {
            Fate::Refused => {
                sleep(Duration::from_millis(1)).await;
                Err(refused())
            }
            Fate::LostCall => {
                self.trace
                    .say(&self.life.name, || format!("store: {what} is lost"));
                sleep(self.dice.millis(TIMEOUT)).await;
                Err(silent())
            }
            Fate::LostAnswer => {
                let done = handle.carry_out(call(handle.store())).await.map(|_| ());
                self.trace.say(&self.life.name, || {
                    format!("store: the answer of {what} is lost: {done:?}")
                });
                sleep(self.dice.millis(TIMEOUT)).await;
                Err(silent())
            }
            Fate::Late(delay) => {
                self.arrive_late(what, delay, handle, call);
                sleep(self.dice.millis(TIMEOUT)).await;
                Err(silent())
            }
            Fate::Done(latency) => {
                wait(latency).await;
                let done = handle.carry_out(call(handle.store())).await;
                wait(self.latency()).await;
                done
            }
        };
        self.life.step().await;
        answer
    }

    /// The caller gives up, or dies, and the call arrives all the same.
    fn arrive_late<T, F>(&self, what: &'static str, delay: Duration, handle: Handle, call: F)
    where
        T: Send + 'static,
        F: FnOnce(Arc<dyn Store>) -> Call<T> + Send + 'static,
    {
        self.trace
            .say(&self.life.name, || format!("store: {what} is late by {delay:?}"));
        let (trace, name, disk) = (self.trace.clone(), self.life.name.clone(), Arc::clone(&self.disk));
        tokio::spawn(async move {
            sleep(delay).await;
            if disk.is_current(&handle) {
                let done = handle.carry_out(call(handle.store())).await.map(|_| ());
                trace.say(&name, || format!("store: the late {what} arrives: {done:?}"));
            }
        });
    }

    async fn read<T>(&self, call: impl Future<Output = Result<T>>, handle: &Handle) -> Result<T> {
        self.life.step().await;
        let rates = self.weather.rates();
        if self.weather.store_down.is_on() || self.dice.chance(rates.store_refuses) {
            sleep(Duration::from_millis(1)).await;
            return Err(refused());
        }
        wait(self.latency()).await;
        let answer = handle.carry_out(call).await;
        let pause = if self.looks && self.dice.chance(rates.look_is_old) {
            self.dice.millis(500..120_000)
        } else if self.dice.chance(rates.store_is_slow) {
            self.dice.millis(50..8_000)
        } else {
            self.latency()
        };
        if pause > Duration::from_secs(1) {
            self.trace.say(&self.life.name, || {
                format!("store: what it reads now it gets after {pause:?}")
            });
        }
        wait(pause).await;
        self.life.step().await;
        answer
    }
}

async fn wait(span: Duration) {
    if !span.is_zero() {
        sleep(span).await;
    }
}

macro_rules! read {
    ($self:ident, $store:ident => $call:expr) => {{
        let handle = $self.disk.handle();
        let $store = handle.store();
        $self.read($call, &handle).await
    }};
}

#[async_trait]
impl Store for SimStore {
    async fn installation(&self, fresh: InstallationId) -> Result<InstallationId> {
        self.write("installation", move |store| {
            async move { store.installation(fresh).await }.boxed()
        })
        .await
    }

    async fn create_group(&self, group: &Group) -> Result<Revision> {
        let (group, checks, life) = (group.clone(), Arc::clone(&self.checks), Arc::clone(&self.life));
        let call = |store: Arc<dyn Store>| async move {
            let done = store.create_group(&group).await?;
            checks.created(&life, &group, done);
            Ok(done)
        };
        self.write("create_group", move |store| call(store).boxed()).await
    }

    async fn group(&self, id: GroupId) -> Result<Option<Versioned<Group>>> {
        read!(self, store => store.group(id))
    }

    async fn group_named(&self, account: &AccountName, name: &GroupName) -> Result<Option<Versioned<Group>>> {
        read!(self, store => store.group_named(account, name))
    }

    async fn groups(&self, query: &GroupQuery) -> Result<Vec<Versioned<Group>>> {
        read!(self, store => store.groups(query))
    }

    async fn replace_group(&self, group: &Group, expected: Revision, commit: CommitId) -> Result<Revision> {
        let (group, checks, life) = (group.clone(), Arc::clone(&self.checks), Arc::clone(&self.life));
        let call = move |store: Arc<dyn Store>| async move {
            let done = store.replace_group(&group, expected, commit).await?;
            checks.committed(&life, &group, done);
            Ok(done)
        };
        self.write("replace_group", move |store| call(store).boxed())
            .await
    }

    async fn purge_group(&self, id: GroupId, expected: Revision) -> Result<()> {
        let checks = Arc::clone(&self.checks);
        let call = move |store: Arc<dyn Store>| async move {
            store.purge_group(id, expected).await?;
            checks.purged(id);
            Ok(())
        };
        self.write("purge_group", move |store| call(store).boxed()).await
    }

    async fn create_document(&self, document: &Document) -> Result<Revision> {
        let (document, checks) = (document.clone(), Arc::clone(&self.checks));
        let call = move |store: Arc<dyn Store>| async move {
            let done = store.create_document(&document).await?;
            checks.documented(document);
            Ok(done)
        };
        self.write("create_document", move |store| call(store).boxed())
            .await
    }

    async fn document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
    ) -> Result<Option<Versioned<Document>>> {
        read!(self, store => store.document(kind, account, name))
    }

    async fn documents(&self, kind: Kind, account: Option<&AccountName>) -> Result<Vec<Versioned<Document>>> {
        read!(self, store => store.documents(kind, account))
    }

    async fn replace_document(&self, document: &Document, expected: Revision) -> Result<Revision> {
        let (document, checks) = (document.clone(), Arc::clone(&self.checks));
        let call = move |store: Arc<dyn Store>| async move {
            let done = store.replace_document(&document, expected).await?;
            checks.documented(document);
            Ok(done)
        };
        self.write("replace_document", move |store| call(store).boxed())
            .await
    }

    async fn delete_document(
        &self,
        kind: Kind,
        account: &AccountName,
        name: &str,
        expected: Revision,
    ) -> Result<()> {
        let (account, name) = (account.clone(), name.to_owned());
        let call = move |store: Arc<dyn Store>| async move {
            store.delete_document(kind, &account, &name, expected).await
        };
        self.write("delete_document", move |store| call(store).boxed())
            .await
    }

    async fn put_activities(&self, activities: &[Activity]) -> Result<()> {
        let activities = activities.to_vec();
        let call = move |store: Arc<dyn Store>| async move { store.put_activities(&activities).await };
        self.write("put_activities", move |store| call(store).boxed())
            .await
    }

    async fn activities(&self, group: GroupId, skip: usize, limit: usize) -> Result<Vec<Activity>> {
        read!(self, store => store.activities(group, skip, limit))
    }

    async fn forget_activities(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_activities", move |store| {
            async move { store.forget_activities(before).await }.boxed()
        })
        .await
    }

    async fn put_host(&self, host: &Host) -> Result<()> {
        let host = host.clone();
        let call = move |store: Arc<dyn Store>| async move { store.put_host(&host).await };
        self.write("put_host", move |store| call(store).boxed()).await
    }

    async fn hosts(&self) -> Result<Vec<Host>> {
        read!(self, store => store.hosts())
    }

    async fn remove_host(&self, name: &HostName) -> Result<()> {
        let name = name.clone();
        let call = move |store: Arc<dyn Store>| async move { store.remove_host(&name).await };
        self.write("remove_host", move |store| call(store).boxed()).await
    }

    async fn put_token(&self, token: &Token) -> Result<()> {
        let token = token.clone();
        let call = move |store: Arc<dyn Store>| async move { store.put_token(&token).await };
        self.write("put_token", move |store| call(store).boxed()).await
    }

    async fn token(&self, hash: &str) -> Result<Option<Token>> {
        read!(self, store => store.token(hash))
    }

    async fn forget_tokens(&self, before: Timestamp) -> Result<u64> {
        self.write("forget_tokens", move |store| {
            async move { store.forget_tokens(before).await }.boxed()
        })
        .await
    }

    async fn lease(&self) -> Result<Option<Lease>> {
        read!(self, store => store.lease())
    }

    async fn replace_lease(&self, lease: &Lease, expected: Option<&Lease>) -> Result<()> {
        let (lease, expected, life) = (lease.clone(), expected.cloned(), Arc::clone(&self.life));
        let call = move |store: Arc<dyn Store>| async move {
            store.replace_lease(&lease, expected.as_ref()).await?;
            life.leads(lease.epoch);
            Ok(())
        };
        self.write("replace_lease", move |store| call(store).boxed())
            .await
    }

    async fn ping(&self) -> Result<()> {
        read!(self, store => store.ping())
    }
}
