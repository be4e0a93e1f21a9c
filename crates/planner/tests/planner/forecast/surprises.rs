//! Loads that do not come back, and those that stay.

use domain::Timestamp;
use planner::forecast::Outlook;
use proptest::prelude::*;

use super::{MONDAY, at, chance, expected, off, outlook, series, sine};

/// Minutes from Monday's 12:00 back at which something happens.
const NOON: i64 = MONDAY + 12 * 60;

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn what_happened_once_does_not_come_back(
        // Of two days nobody can tell which is the odd one.
        days in 3_i64..35, ago in 0_i64..35 * 1_440, lasted in 1_i64..85, times in 2.0..50.0_f64,
    ) {
        let ago = ago.min(days * 1_440);
        let burst = NOON - ago..NOON - ago + lasted;
        let load = |minute| Some(sine(minute) * if burst.contains(&minute) { times } else { 1.0 });
        let outlook = outlook(days, NOON, &load);
        for minute in (NOON..NOON + 20 * 60).step_by(5) {
            let (expected, usual) = (expected(&outlook, minute), sine(minute + 2));
            prop_assert!(expected < usual * 1.1, "{} min on: {expected}, not {usual}", minute - NOON);
        }
    }

    #[test]
    fn an_outlook_is_of_figures_and_of_no_others(
        loads in prop::collection::vec(prop_oneof![8 => 0.0..1e12_f64, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)], 400..3_000),
    ) {
        let load = |minute: i64| usize::try_from(minute - MONDAY).ok().and_then(|at| loads.get(at / 5).copied());
        let end = MONDAY + 5 * i64::try_from(loads.len()).unwrap();
        let outlook = Outlook::of(&series(MONDAY, end, &load), at(end)).unwrap();
        for minute in (end..end + 20 * 60).step_by(5) {
            if let Ok(forecast) = outlook.ahead(at(minute), super::HOUR) {
                prop_assert!(forecast.load.is_finite() && forecast.load <= 2e12);
                prop_assert!(forecast.at >= at(minute));
                let good = |per_cent: f64| per_cent.is_finite() && per_cent >= 0.0;
                prop_assert!(forecast.accuracy.is_none_or(|a| good(a.error) && good(a.too_low)));
            }
        }
    }
}

#[test]
fn a_level_that_stays_is_followed_within_hours() {
    for (times, since, expected_times) in [
        (1.5, 180, 1.5),
        (0.7, 180, 0.7),
        (1.5, 30, 1.0),
        // No further than this, for it may be something else.
        (5.0, 180, 2.0),
        (0.1, 180, 0.5),
    ] {
        let load = |minute| Some(sine(minute) * if minute >= NOON - since { times } else { 1.0 });
        let outlook = outlook(14, NOON, &load);
        let raised = expected(&outlook, NOON + 60) / sine(NOON + 62);
        let off = (raised / expected_times - 1.0).abs();
        assert!(off < 0.05, "{times} times for {since} min: {raised} times");
    }
}

#[test]
fn a_restless_night_says_little_of_the_morning() {
    let night = MONDAY + 4 * 60;
    // 20 at night, 1,000 from 08:00 to 20:00.
    let usual = |minute: i64| {
        if (8..20).contains(&(minute.rem_euclid(1_440) / 60)) {
            1_000.0
        } else {
            20.0
        }
    };
    let load = |minute| Some(usual(minute) * if minute >= night - 180 { 3.0 } else { 1.0 });
    let morning = expected(&outlook(14, night, &load), MONDAY + 10 * 60);
    assert!((1_000.0..1_050.0).contains(&morning), "{morning}");
}

#[test]
fn how_good_it_was_is_found_by_doing_it_again() {
    let accuracy = |load: &dyn Fn(i64) -> Option<f64>, days| {
        let load = |minute| load(minute);
        let outlook = outlook(days, NOON, &load);
        outlook.ahead(at(NOON), super::HOUR).unwrap().accuracy
    };
    let exact = accuracy(&|minute| Some(sine(minute)), 5).unwrap();
    assert!(exact.error < 0.01 && exact.too_low == 0.0, "{exact:?}");
    assert_eq!(accuracy(&|minute| Some(sine(minute)), 1), None);
    // Of nothing that stays nothing, all is right.
    let nothing = accuracy(&|_| Some(0.0), 5).unwrap();
    assert_eq!((nothing.error, nothing.too_low), (0.0, 0.0));
    // A load that nobody could foresee: the six hours of it are a quarter of the day.
    let surprise = |minute: i64| {
        let new = (NOON - 360..NOON).contains(&minute);
        Some(if new {
            150.0 + 100.0 * chance(minute / 5)
        } else {
            100.0
        })
    };
    let surprised = accuracy(&surprise, 5).unwrap();
    assert!(surprised.error > 8.0 && surprised.error < 25.0, "{surprised:?}");
    assert!(
        surprised.too_low > 8.0 && surprised.too_low <= 25.0,
        "{surprised:?}"
    );
}

#[test]
fn an_outlook_ends() {
    let outlook = outlook(3, NOON, &|minute| Some(sine(minute)));
    let ask = |at: Timestamp| outlook.ahead(at, super::HOUR);
    assert!(ask(at(NOON + 22 * 60)).is_ok());
    let refused = "the last forecast is not of this time, and no other could be made since";
    assert_eq!(ask(at(NOON + 23 * 60)).unwrap_err(), refused);
    assert_eq!(ask(at(NOON - 60)).unwrap_err(), refused, "the clock was set back");
    assert!(
        outlook.ahead(at(NOON), super::DAY * 100_000).is_ok(),
        "as far as it goes"
    );
}

#[test]
fn more_of_the_same_is_what_is_expected() {
    let truth = |minute| Some(sine(minute));
    assert!(off(&outlook(35, NOON, &truth), NOON, &truth) < 1.0);
}
