//! What goes wrong by itself: how often, and what is out of order for a while.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::dice::Dice;

/// How often calls go wrong, in a thousand. All of it is chance; what is done at a given time is an
/// [`Action`](super::actions::Action).
#[derive(Clone, Copy, Debug, Default)]
pub struct Rates {
    /// The store answers that it cannot.
    pub store_refuses: u32,
    /// A write is not carried out, and nobody knows.
    pub store_loses_call: u32,
    /// A write is carried out, and nobody knows.
    pub store_loses_answer: u32,
    /// A write whose caller gave up is carried out many seconds later.
    pub store_is_late: u32,
    /// A read's answer takes long: whoever reads acts on what was.
    pub store_is_slow: u32,
    /// A worker's look at a record is followed by a pause longer than any deadline.
    pub look_is_old: u32,
    /// The bus answers that it cannot.
    pub bus_refuses: u32,
    /// The bus takes something and its answer is lost.
    pub bus_loses_answer: u32,
    /// A job vanishes.
    pub job_lost: u32,
    /// A job is delivered again later.
    pub job_twice: u32,
    /// A job takes long, and is overtaken.
    pub job_late: u32,
    /// A job's acknowledgement is lost.
    pub ack_lost: u32,
    /// A report, an event or an outcome vanishes.
    pub message_lost: u32,
    /// It comes again later.
    pub message_twice: u32,
    /// It takes long, and is overtaken: a report crosses an event.
    pub message_late: u32,
    /// A nudge vanishes.
    pub nudge_lost: u32,
    /// A subscriber falls behind and loses what waits.
    pub lags: u32,
    /// An engine carries a call out and its answer is lost.
    pub engine_loses_answer: u32,
}

impl Rates {
    /// Draws rates: each fault stays away from about half of the schedules, so that they differ in kind.
    #[must_use]
    pub fn drawn(dice: &Dice) -> Self {
        let often = |most| if dice.chance(450) { dice.figure(1..most) } else { 0 };
        Self {
            store_refuses: often(80),
            store_loses_call: often(60),
            store_loses_answer: often(120),
            store_is_late: often(60),
            store_is_slow: often(60),
            look_is_old: often(250),
            bus_refuses: often(80),
            bus_loses_answer: often(80),
            job_lost: often(300),
            job_twice: often(400),
            job_late: often(300),
            ack_lost: often(200),
            message_lost: often(250),
            message_twice: often(200),
            message_late: often(300),
            nudge_lost: often(400),
            lags: often(20),
            engine_loses_answer: often(150),
        }
    }
}

/// What is out of order now.
#[derive(Default)]
pub struct Weather {
    rates: Mutex<Rates>,
    /// The store does not answer.
    pub store_down: Switch,
    /// The bus does not answer.
    pub bus_down: Switch,
    /// Nothing that a host says arrives.
    pub hosts_mute: Switch,
}

impl Weather {
    /// The rates now.
    #[must_use]
    pub fn rates(&self) -> Rates {
        *self.rates.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the rates.
    pub fn set_rates(&self, rates: Rates) {
        *self.rates.lock().unwrap_or_else(PoisonError::into_inner) = rates;
    }

    /// Ends everything that is out of order.
    pub fn clear(&self) {
        self.set_rates(Rates::default());
        for switch in [&self.store_down, &self.bus_down, &self.hosts_mute] {
            switch.set(false);
        }
    }
}

/// Something that is on or off.
#[derive(Default)]
pub struct Switch(AtomicBool);

impl Switch {
    /// Whether it is on.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Turns it on or off.
    pub fn set(&self, on: bool) {
        self.0.store(on, Ordering::Relaxed);
    }
}
