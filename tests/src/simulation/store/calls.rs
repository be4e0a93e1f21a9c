//! How calls to the store go: what becomes of each, by chance and by what is out of order.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use store::{Result, Store, StoreError};
use tokio::time::sleep;

use super::super::disk::Handle;
use super::SimStore;

/// Until a caller gives an unanswered call up, in milliseconds.
const TIMEOUT: std::ops::Range<u64> = 200..5_000;

/// What becomes of a call.
enum Fate {
    Refused,
    LostCall,
    LostAnswer,
    Late(Duration),
    Done(Duration),
}

pub(super) type Call<T> = BoxFuture<'static, Result<T>>;

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

    pub(super) async fn write<T, F>(&self, what: &'static str, call: F) -> Result<T>
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

    pub(super) async fn read<T>(&self, call: impl Future<Output = Result<T>>, handle: &Handle) -> Result<T> {
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
