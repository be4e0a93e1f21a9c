//! Loads that come back: by the day, by the week, with chance and gaps in them.

use std::time::Duration;

use planner::forecast::Outlook;

use super::{HOUR, MINUTE, MONDAY, at, chance, expected, off, outlook, series, sine, weekday};

#[test]
fn a_day_comes_back_whatever_chance_adds() {
    let noisy = |minute| Some(sine(minute) * (1.0 + 0.3 * chance(minute)));
    let truth = |minute| Some(sine(minute));
    for (days, at_most) in [(1, 10.0), (2, 10.0), (3, 10.0), (7, 6.0), (14, 6.0), (35, 6.0)] {
        let now = MONDAY + 9 * 60 + 17;
        let outlook = outlook(days, now, &noisy);
        let off = off(&outlook, now, &truth);
        assert!(off < at_most, "{days} days: off by {off} %");
        let accuracy = outlook.ahead(at(now), HOUR).unwrap().accuracy;
        match (days, accuracy) {
            (1, None) => {}
            (2.., Some(accuracy)) => {
                assert!(accuracy.error > 1.0 && accuracy.error < 20.0, "{accuracy:?}");
                assert!(accuracy.too_low < 40.0, "{accuracy:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_highest_load_ahead_is_told_with_its_time() {
    let now = MONDAY + 8 * 60 + 1;
    // At 09:00 work begins.
    let office = |minute: i64| {
        Some(if minute.rem_euclid(1_440) / 60 >= 9 {
            400.0
        } else {
            40.0
        })
    };
    let outlook = outlook(7, now, &office);
    let ahead = |minutes: u64| outlook.ahead(at(now), Duration::from_secs(60 * minutes)).unwrap();
    assert_eq!((ahead(5).load, ahead(5).at), (40.0, at(now)));
    assert_eq!(ahead(58).load, 40.0, "until 08:59");
    assert_eq!((ahead(59).load, ahead(59).at), (400.0, at(MONDAY + 9 * 60)));
    let later = outlook.ahead(at(now) + 55 * MINUTE, 5 * MINUTE).unwrap();
    assert_eq!(later.load, 400.0, "an outlook goes on without a new one");
}

#[test]
fn weekends_come_back_after_a_week_and_a_day_of_its_own_after_two() {
    let noisy = |load: f64, minute| Some(load * (1.0 + 0.1 * chance(minute)));
    let quiet = |minute| noisy(sine(minute) * if weekday(minute) > 4 { 0.2 } else { 1.0 }, minute);
    let busy = |minute| noisy(sine(minute) * if weekday(minute) > 4 { 2.0 } else { 1.0 }, minute);
    let monday = |minute| {
        noisy(
            sine(minute) * if weekday(minute) == 0 { 3.0 } else { 1.0 },
            minute,
        )
    };
    for day in 0..7 {
        // What the morning tells of the level is of this day.
        let now = MONDAY + day * 1_440 + 6 * 60;
        for (weeks, at_most) in [(1, 12.0), (2, 8.0), (3, 8.0), (5, 8.0)] {
            let of =
                |what: &str, off: f64| assert!(off < at_most, "{what}, {weeks} weeks, day {day}: {off} %");
            let expected = |load: &dyn Fn(i64) -> Option<f64>| {
                let load = |minute| load(minute);
                off(
                    &Outlook::of(&series(now - 7 * weeks * 1_440 - 6 * 60, now, &load), at(now)).unwrap(),
                    now,
                    &load,
                )
            };
            of("quiet weekends", expected(&quiet));
            of("busy weekends", expected(&busy));
            if weeks > 1 {
                of("Mondays", expected(&monday));
            }
        }
    }
}

#[test]
fn gaps_are_bridged() {
    let now = MONDAY + 15 * 60;
    let truth = |minute| Some(sine(minute));
    let holes = |minute: i64| (chance(minute / 7) > -0.2).then(|| sine(minute));
    let no_sunday = |minute: i64| (weekday(minute) != 6).then(|| sine(minute));
    let no_quarters = |minute: i64| (minute / 15 % 2 == 0).then(|| sine(minute));
    let first_minutes = |minute: i64| (minute % 5 == 0).then(|| sine(minute));
    for (what, days, load) in [
        ("holes", 3, &holes as &dyn Fn(i64) -> Option<f64>),
        ("holes", 20, &holes),
        ("no Sunday", 9, &no_sunday),
        ("quarters of hours", 1, &no_quarters),
        ("a minute of five", 2, &first_minutes),
    ] {
        let load = |minute| load(minute);
        let off = off(&outlook(days, now, &load), now, &truth);
        assert!(off < 5.0, "{what}, {days} days: off by {off} %");
    }
}

#[test]
fn of_a_time_that_was_never_seen_nothing_is_said() {
    let now = MONDAY + 7 * 60;
    let by_day = |minute: i64| {
        (8..20)
            .contains(&(minute.rem_euclid(1_440) / 60))
            .then_some(100.0)
    };
    let outlook = outlook(5, now, &by_day);
    let refused = outlook.ahead(at(now), Duration::ZERO).unwrap_err();
    assert_eq!(refused, "the history says nothing of this time of day");
    assert_eq!(expected(&outlook, now + 90), 100.0);
    let soon = outlook.ahead(at(now), HOUR).unwrap();
    assert_eq!(soon.load, 100.0, "what is known of the time ahead counts");
    assert!(
        soon.at < at(now) + HOUR,
        "the nearest half hour stands for what is not known"
    );
}

#[test]
fn a_clock_that_is_set_is_followed_after_a_week() {
    // From this Monday on all comes an hour earlier.
    let local = |minute: i64| Some(sine(if minute < MONDAY { minute } else { minute + 60 }));
    let after = |days: i64| {
        let now = MONDAY + days * 1_440;
        off(&outlook(35, now, &local), now, &local)
    };
    assert!(after(2) > 10.0, "{}", after(2));
    assert!(after(8) < 2.0, "{}", after(8));
}
