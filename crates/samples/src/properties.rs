//! What holds of any samples, in any order, told by any clock.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::Duration;

use domain::report::Load;
use domain::{InstanceId, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use crate::{Metric, SPACING, Statistic, Summary, Windows};

const LOOK_BACK: Duration = Duration::from_secs(20);
const INSTANCES: u128 = 4;

/// Instance, time in milliseconds, CPU.
type Told = (u128, i64, f64);

fn id(number: u128) -> InstanceId {
    InstanceId(Uuid::from_u128(number))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn push(windows: &mut Windows, (record, millis, cpu): Told, now: i64) -> bool {
    let load = Load {
        cpu,
        memory: cpu,
        network_in: Some(cpu),
        ..Load::default()
    };
    windows.push(id(record), at(millis), load, at(now))
}

fn any_load() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0..400.0, 1 => any::<f64>()]
}

fn told() -> impl Strategy<Value = Told> {
    (0..INSTANCES, 0..40_000_i64, any_load())
}

/// Sound samples on a grid, so that none is too close to another: what is kept is what was told, the last word of each.
fn sound() -> impl Strategy<Value = Vec<Told>> {
    let one = (0..INSTANCES, 0..20_i64, 0..400_u16);
    vec(one, 0..60).prop_map(|samples| {
        let placed = samples
            .into_iter()
            .map(|(record, second, cpu)| ((record, second), cpu));
        let distinct: std::collections::BTreeMap<_, _> = placed.collect();
        let told = distinct.into_iter();
        told.map(|((record, second), cpu)| (record, second * 1000 + 1, f64::from(cpu)))
            .collect()
    })
}

fn any_statistic() -> impl Strategy<Value = Statistic> {
    prop_oneof![
        Just(Statistic::Average),
        Just(Statistic::Maximum),
        Just(Statistic::Minimum),
        Just(Statistic::Sum),
        any::<u8>().prop_map(Statistic::Percentile),
    ]
}

/// The same figure, made the long way.
fn by_hand(samples: &[Told], members: u128, statistic: Statistic, from: i64, to: i64) -> Option<f64> {
    let of = |member| {
        let own = samples
            .iter()
            .filter(move |(record, at, _)| *record == member && *at > from && *at <= to);
        own.map(|(_, _, cpu)| *cpu).collect::<Vec<f64>>()
    };
    let by_member: Vec<Vec<f64>> = (0..members).map(of).filter(|own| !own.is_empty()).collect();
    let mut all: Vec<f64> = by_member.concat();
    all.sort_by(f64::total_cmp);
    let sum: f64 = by_member
        .iter()
        .map(|own| own.iter().sum::<f64>() / own.len() as f64)
        .sum();
    let first = *all.first()?;
    Some(match statistic {
        Statistic::Average => sum / by_member.len() as f64,
        Statistic::Sum => sum,
        Statistic::Maximum => *all.last()?,
        Statistic::Minimum => first,
        Statistic::Percentile(p) => {
            let enough = |value: &&f64| {
                let covered = all.iter().filter(|other| *other <= *value).count();
                covered * 100 >= all.len() * usize::from(p.min(100))
            };
            *all.iter().find(enough)?
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn memory_is_bounded_whatever_is_told_and_whenever(told in vec((told(), 18_000..24_000_i64), 0..500)) {
        let mut windows = Windows::new(LOOK_BACK);
        for (sample, now) in told {
            push(&mut windows, sample, now);
            let most = LOOK_BACK.as_millis() / SPACING.as_millis() + 1;
            prop_assert!(windows.samples() as u128 <= most * INSTANCES);
            windows.sweep(at(now));
            prop_assert!(windows.newest().is_none_or(|newest| newest <= at(now)));
            let before = (now - 20_000).max(0);
            let members = (0..INSTANCES).map(id);
            let ever = windows.statistic(members, Metric::Cpu, Statistic::Average, LOOK_BACK * 9, at(60_000));
            prop_assert!(ever.is_none_or(|ever| ever.oldest >= at(before) && ever.value.is_finite()));
        }
    }

    #[test]
    fn a_summary_is_what_the_statistics_say(
        samples in sound(), members in 0..=INSTANCES, window in 0..20_i64, to in 0..20_000_i64,
    ) {
        let mut windows = Windows::new(LOOK_BACK);
        for sample in samples {
            push(&mut windows, sample, 20_000);
        }
        let span = Duration::from_secs(window.unsigned_abs());
        let of = |statistic| {
            let reading = windows.statistic((0..members).map(id), Metric::Cpu, statistic, span, at(to));
            reading.map(|reading| (reading.reported, reading.value))
        };
        let summary = windows.summary((0..members).map(id), Metric::Cpu, span, at(to));
        let told = |figure: fn(&Summary) -> f64| summary.map(|summary| (summary.reported, figure(&summary)));
        prop_assert_eq!(told(|s| s.average), of(Statistic::Average));
        prop_assert_eq!(told(|s| s.maximum), of(Statistic::Maximum));
        prop_assert_eq!(told(|s| s.minimum), of(Statistic::Minimum));
        prop_assert_eq!(told(|s| s.sum), of(Statistic::Sum));
    }

    #[test]
    fn a_reading_is_what_is_made_by_hand(
        samples in sound(), shuffle in any::<u64>(), statistic in any_statistic(),
        members in 0..=INSTANCES, window in 0..20_i64, to in 0..20_000_i64,
    ) {
        let mut windows = Windows::new(LOOK_BACK);
        let mut order = samples.clone();
        order.sort_by_key(|(record, at, _)| (*record as u64 ^ *at as u64).wrapping_mul(shuffle | 1));
        for sample in order {
            prop_assert!(push(&mut windows, sample, 20_000));
            prop_assert!(!push(&mut windows, sample, 20_000));
        }
        let span = Duration::from_secs(window.unsigned_abs());
        let told = |metric| windows.statistic((0..members).map(id), metric, statistic, span, at(to));
        let reading = told(Metric::Cpu);
        prop_assert_eq!(told(Metric::NetworkIn), reading);
        prop_assert_eq!(told(Metric::NetworkOut), None);
        let expected = by_hand(&samples, members, statistic, to - window * 1000, to);
        prop_assert_eq!(reading.is_some(), expected.is_some());
        if let (Some(reading), Some(expected)) = (reading, expected) {
            prop_assert!((reading.value - expected).abs() < 1e-6, "{} {}", reading.value, expected);
            prop_assert!(reading.reported >= 1 && reading.reported <= reading.expected);
            prop_assert_eq!(reading.expected as u128, members);
            prop_assert!(at(to - window * 1000) < reading.oldest && reading.oldest <= reading.newest);
            prop_assert!(reading.newest <= at(to));
        }
    }
}
