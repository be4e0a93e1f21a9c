//! What is kept of a load, and from where.

use domain::{GroupId, Policy, Rolled, Rollup, Timestamp};
use planner::forecast::{HISTORY, Measure, Outlook, Series};
use proptest::prelude::*;
use serde_json::json;

use super::{DAY, HOUR, MINUTE, MONDAY, at, series, sine, told};

#[test]
fn less_than_a_day_is_told_in_words() {
    let refused = |series: &Series, now| Outlook::of(series, now).unwrap_err();
    let nothing = refused(&Series::default(), at(MONDAY));
    assert_eq!(nothing, "there is no history yet, and it takes a day of it");
    let load = |minute| Some(sine(minute));
    let some = series(MONDAY, MONDAY + 320, &load);
    let young = refused(&some, at(MONDAY + 320));
    assert_eq!(young, "there are 5 h 20 min of history, and it takes a day of it");
    assert!(Outlook::of(&series(MONDAY, MONDAY + 1_435, &load), at(MONDAY + 1_435)).is_err());
    assert!(Outlook::of(&series(MONDAY, MONDAY + 1_440, &load), at(MONDAY + 1_440)).is_ok());
}

proptest! {
    #[test]
    fn what_is_told_again_or_in_pieces_is_the_same(
        pieces in prop::collection::vec(1_i64..2_000, 1..8), again in 0_i64..500,
    ) {
        let load = |minute: i64| (minute % 11 != 0).then(|| sine(minute));
        let (mut kept, mut to) = (Series::default(), MONDAY);
        for piece in pieces {
            // What was told of the newest minutes then was not all of it.
            let from = ((to - again).max(MONDAY)).div_euclid(5) * 5;
            to += piece;
            let early = told(from, to, &load);
            kept.take(at(from), early.iter().copied().take(early.len() / 2));
            kept.take(at(from), early);
        }
        prop_assert_eq!(kept, series(MONDAY, to, &load));
    }
}

#[test]
fn reading_goes_on_an_hour_before_the_newest() {
    assert_eq!(Series::default().resume(), None);
    let series = series(MONDAY, MONDAY + 600, &|minute| Some(sine(minute)));
    let resume = series.resume().unwrap();
    assert_eq!(resume, at(MONDAY + 595) - HOUR);
}

#[test]
fn what_is_old_is_dropped_and_what_lies_far_apart_takes_no_room() {
    let mut kept = Series::default();
    kept.take(at(0), [(at(0), 1.0), (at(i64::from(u32::MAX)), 2.0)]);
    assert_eq!(
        kept.age(at(i64::from(u32::MAX))),
        std::time::Duration::from_secs(60 * (u64::from(u32::MAX) % 5))
    );
    let days = 60;
    let long = series(MONDAY, MONDAY + days * 1_440, &|minute| Some(sine(minute)));
    let age = long.age(at(MONDAY + days * 1_440));
    assert!(age >= HISTORY && age <= HISTORY + DAY, "{age:?}");
}

fn measure(fields: serde_json::Value) -> Measure {
    let mut policy = json!({
        "name": "p", "auto_scaling_group": "asg1", "metric": "CPU", "statistic": "AVG", "target_value": 50,
        "scheduling_buffer_time": 300,
    });
    policy
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    Measure::of(&serde_json::from_value::<Policy>(policy).unwrap())
}

#[test]
fn a_minute_tells_the_load_of_the_whole_group() {
    let figure = |source: &str, metric: &str, reported, average: f64| Rolled {
        source: source.to_owned(),
        metric: metric.to_owned(),
        reported,
        average,
        maximum: 90.0,
        minimum: 10.0,
        sum: average * f64::from(reported),
    };
    let minute = Rollup {
        group: GroupId(uuid::Uuid::nil()),
        at: Timestamp::from_millis(60_000),
        desired: 4,
        in_service: 4,
        figures: vec![
            figure("agent", "CPU", 3, 50.0),
            figure("agent", "MEM", 5, 20.0),
            figure("web", "up", 4, 650.0),
        ],
    };
    let load = |fields| measure(fields).load(&minute).map(|(_, load)| load);
    assert_eq!(
        load(json!({})),
        Some(200.0),
        "who said nothing is as loaded as the others"
    );
    assert_eq!(
        load(json!({"metric": "mem"})),
        Some(100.0),
        "of those that were there in that minute"
    );
    assert_eq!(load(json!({"source": "web", "metric": "up"})), Some(650.0));
    assert_eq!(load(json!({"source": "web"})), None);
    assert_eq!(
        measure(json!({})).load(&minute).unwrap().0,
        Timestamp::default() + MINUTE
    );
    assert_eq!(
        measure(json!({"metric": "cpu"})),
        measure(json!({"statistic": "SUM"}))
    );
}
