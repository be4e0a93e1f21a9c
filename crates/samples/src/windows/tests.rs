#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use uuid::Uuid;

use super::*;

const WINDOW: Duration = Duration::from_secs(60);

fn id(number: u128) -> InstanceId {
    InstanceId(Uuid::from_u128(number))
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_000_000_000_000 + seconds * 1000)
}

fn load(cpu: f64) -> Load {
    Load {
        cpu,
        memory: cpu / 2.0,
        ..Load::default()
    }
}

/// Windows at second 100 with samples of instances, each of its CPU at a second.
fn windows(samples: &[(u128, i64, f64)]) -> Windows {
    let mut windows = Windows::new(Windows::LOOK_BACK);
    for (record, second, cpu) in samples {
        assert!(windows.push(id(*record), at(*second), load(*cpu), at(100)));
    }
    windows
}

fn read(windows: &Windows, members: &[u128], statistic: Statistic) -> Option<Reading> {
    let members = members.iter().map(|member| id(*member));
    windows.statistic(members, Metric::Cpu, statistic, WINDOW, at(100))
}

#[test]
fn a_reading_says_what_it_rests_on() {
    let windows = windows(&[(1, 50, 10.0), (1, 90, 30.0), (2, 70, 80.0), (9, 95, 100.0)]);
    let reading = read(&windows, &[1, 2, 3], Statistic::Average).unwrap();
    let expected = Reading {
        value: 50.0,
        reported: 2,
        expected: 3,
        oldest: at(50),
        newest: at(90),
    };
    assert_eq!(reading, expected);
}

#[test]
fn who_fell_silent_does_not_count_whatever_it_told_before() {
    let told = [(1, 50, 10.0), (1, 90, 30.0), (2, 70, 80.0)];
    let windows = windows(&told).holding(Duration::from_secs(15));
    let reading = read(&windows, &[1, 2], Statistic::Average).unwrap();
    assert_eq!((reading.value, reading.reported, reading.expected), (20.0, 1, 2));
    let earlier = windows.statistic([id(2)], Metric::Cpu, Statistic::Average, WINDOW, at(80));
    assert_eq!(earlier.unwrap().value, 80.0, "then it spoke");
    assert_eq!(read(&windows, &[2], Statistic::Average), None);
}

#[test]
fn each_statistic_is_of_the_members_alone() {
    let windows = windows(&[
        (1, 50, 10.0),
        (1, 90, 30.0),
        (2, 70, 80.0),
        (9, 95, 100.0),
        (8, 95, 0.0),
    ]);
    let value = |statistic| read(&windows, &[1, 2], statistic).unwrap().value;
    assert_eq!(value(Statistic::Average), 50.0);
    assert_eq!(value(Statistic::Sum), 100.0);
    assert_eq!(value(Statistic::Maximum), 80.0);
    assert_eq!(value(Statistic::Minimum), 10.0);
    assert_eq!(value(Statistic::Percentile(50)), 30.0);
}

#[test]
fn memory_is_read_as_memory() {
    let windows = windows(&[(1, 90, 30.0)]);
    let reading = windows.statistic([id(1)], Metric::Memory, Statistic::Average, WINDOW, at(100));
    assert_eq!(reading.unwrap().value, 15.0);
}

#[test]
fn the_network_is_read_where_it_is_told() {
    let mut windows = windows(&[(1, 80, 30.0)]);
    let told = |network_in, network_out| Load {
        network_in,
        network_out,
        ..load(1.0)
    };
    for (second, load) in [
        (60, told(Some(3_000_000_000.0), None)),
        (70, told(Some(f64::NAN), Some(-1.0))),
        (90, told(None, Some(0.0))),
    ] {
        assert!(windows.push(id(1), at(second), load, at(100)), "{load:?}");
    }
    let read = |metric| {
        let reading = windows.statistic([id(1)], metric, Statistic::Average, WINDOW, at(100));
        reading.map(|reading| (reading.value, reading.oldest, reading.newest))
    };
    assert_eq!(read(Metric::NetworkIn), Some((3_000_000_000.0, at(60), at(60))));
    assert_eq!(read(Metric::NetworkOut), Some((0.0, at(90), at(90))));
}

#[test]
fn what_is_missing_is_missing_and_not_zero() {
    let windows = windows(&[(1, 30, 10.0)]);
    assert_eq!(read(&windows, &[], Statistic::Sum), None);
    assert_eq!(read(&windows, &[2], Statistic::Sum), None);
    assert_eq!(
        read(&windows, &[1], Statistic::Minimum),
        None,
        "older than the window"
    );
}

#[test]
fn a_window_may_end_in_the_past_and_has_its_end_but_not_its_beginning() {
    let windows = windows(&[(1, 20, 1.0), (1, 50, 2.0), (1, 80, 4.0), (1, 90, 8.0)]);
    let reading = windows.statistic([id(1)], Metric::Cpu, Statistic::Maximum, WINDOW, at(80));
    let reading = reading.unwrap();
    assert_eq!(
        (reading.value, reading.oldest, reading.newest),
        (4.0, at(50), at(80))
    );
}

#[test]
fn samples_come_in_any_order_and_more_than_once() {
    let ordered = windows(&[(1, 50, 10.0), (1, 60, 20.0), (1, 70, 60.0)]);
    let mut shuffled = windows(&[(1, 70, 60.0), (1, 50, 10.0), (1, 60, 20.0)]);
    let again = at(60) + Duration::from_millis(40);
    assert!(!shuffled.push(id(1), again, load(99.0), at(100)), "told twice");
    assert!(!shuffled.push(id(1), at(70), load(99.0), at(100)), "told twice");
    assert_eq!(shuffled.samples(), 3);
    assert_eq!(
        read(&shuffled, &[1], Statistic::Average),
        read(&ordered, &[1], Statistic::Average)
    );
}

#[test]
fn what_is_no_load_or_not_of_this_time_is_refused() {
    let mut windows = Windows::new(Windows::LOOK_BACK);
    for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.5, f64::MAX] {
        for load in [
            Load {
                memory: 1.0,
                ..load(bad)
            },
            Load {
                memory: bad,
                ..load(1.0)
            },
        ] {
            assert!(!windows.push(id(1), at(50), load, at(100)), "{load:?}");
        }
    }
    assert!(
        !windows.push(id(1), at(101), load(1.0), at(100)),
        "from the future"
    );
    let old = at(100) - Windows::LOOK_BACK;
    assert!(!windows.push(id(1), old, load(1.0), at(100)), "too old");
    assert_eq!((windows.instances(), windows.newest()), (0, None));
}

#[test]
fn a_clock_that_goes_back_loses_what_it_had_told_and_goes_on() {
    let mut windows = windows(&[(1, 10, 1.0), (1, 90, 9.0), (2, 90, 9.0)]);
    assert!(windows.push(id(1), at(20), load(2.0), at(20)));
    windows.sweep(at(20));
    assert_eq!((windows.instances(), windows.samples()), (1, 2));
    assert_eq!(read(&windows, &[1, 2], Statistic::Maximum), None);
    assert_eq!(windows.newest(), Some(at(20)));
}

#[test]
fn a_clock_that_leaps_forward_leaves_a_window_that_says_it_is_young() {
    let mut windows = windows(&[(1, 90, 9.0)]);
    let later = at(100) + Duration::from_secs(3600);
    assert!(windows.push(id(1), later, load(2.0), later));
    assert_eq!(windows.samples(), 1);
    let reading = windows.statistic([id(1)], Metric::Cpu, Statistic::Average, WINDOW, later);
    assert_eq!(reading.map(|reading| reading.oldest), Some(later));
}

#[test]
fn what_is_forgotten_or_too_old_is_gone() {
    let mut windows = windows(&[(1, 90, 9.0), (2, 90, 9.0), (3, 10, 9.0), (4, 90, 9.0)]);
    windows.forget(id(1));
    windows.retain(|record| record != id(4));
    windows.sweep(at(10) + Windows::LOOK_BACK);
    assert_eq!(windows.instances(), 1);
    assert_eq!(
        read(&windows, &[1, 2, 3, 4], Statistic::Average)
            .unwrap()
            .reported,
        1
    );
}
