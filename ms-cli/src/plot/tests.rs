#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use api::documents::{ReplayedLevel, ReplayedLoad, ReplayedStretch};
use jiff::tz::TimeZone;
use plotters::coord::ranged1d::{BoldPoints, Ranged};

use super::clock::Clock;
use super::course::{lines, outlines};
use super::*;

/// A midnight in UTC.
const FROM: i64 = 20_000 * 86_400;

/// Two days with a busy noon each, of which the second is not carried at first.
fn example() -> Replay {
    let series = (0..288).map(|place| {
        let hour = f64::from(place % 144) / 6.0;
        let load = 150.0 + 400.0 * (-((hour - 12.0) / 3.0).powi(2)).exp();
        let desired = (load / 60.0).ceil() as u32;
        let late = if (200..210).contains(&place) { 60.0 } else { 0.0 };
        ReplayedStretch {
            at: FROM + i64::from(place) * 600,
            desired: [desired, desired + u32::from(place % 7 == 0)],
            in_service: [desired, desired],
            held: (place > 40).then_some([8, 8]),
            loads: vec![(!(100..=120).contains(&place)).then_some(ReplayedLevel {
                least: load * 0.9,
                most: load,
                missed: late,
            })],
        }
    });
    Replay {
        group: "web".to_owned(),
        policies: vec!["cpu".to_owned(), "track".to_owned()],
        from: FROM,
        to: FROM + 2 * 86_400,
        loads: vec![ReplayedLoad {
            source: "agent".to_owned(),
            metric: "CPU".to_owned(),
            instance_capacity: Some(100.0),
            missed_percent: Some(0.25),
            missed_minutes: Some(100.0),
            held_missed_percent: None,
            held_missed_minutes: None,
            recorded_minutes: 2680.0,
            saturated_minutes: 0.0,
        }],
        series: series.collect(),
        ..Replay::default()
    }
}

#[test]
fn a_picture_is_what_its_name_ends_with() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    let draw = |name: &str| {
        let picture = Picture::parse(file(name).to_str().unwrap()).unwrap();
        picture.draw(&example()).unwrap();
        std::fs::read(file(name)).unwrap()
    };
    let svg = String::from_utf8(draw("a.svg")).unwrap();
    for text in [
        "<svg",
        "web: cpu, track",
        "CPU of agent, of which 0.250 % missed",
        "as it was",
        "missed",
    ] {
        assert!(svg.contains(text), "{text} is not in it");
    }
    let png = draw("a.PNG");
    let mut decoder = png::Decoder::new(std::io::Cursor::new(png)).read_info().unwrap();
    assert_eq!((decoder.info().width, decoder.info().height), (WIDTH, 2 * PART));
    let mut pixels = vec![0; decoder.output_buffer_size().unwrap()];
    decoder.next_frame(&mut pixels).unwrap();
    // Letters are dark on white, between lines and shapes.
    let has = |color: [u8; 3]| pixels.chunks(3).any(|pixel| pixel == color);
    assert!(has([0xff; 3]) && has([0xd6, 0x27, 0x28]) && has([0; 3]));
    assert_eq!(
        Picture::parse("a.jpg"),
        Err("end its name with .svg or .png".to_owned())
    );
    let nowhere = Picture::parse(file("no/a.svg").to_str().unwrap()).unwrap();
    assert!(
        nowhere
            .draw(&example())
            .unwrap_err()
            .to_string()
            .contains("no/a.svg: ")
    );
}

#[test]
fn nothing_is_drawn_of_nothing() {
    let empty = Replay {
        series: Vec::new(),
        ..example()
    };
    assert!(png(&empty).is_ok() && svg(&Replay::default()).is_ok());
}

#[test]
fn marks_stand_where_clocks_show_round_times() {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    // The night in which clocks are set back: 31 March 2024.
    let from: jiff::Timestamp = "2024-03-30T10:00:00Z".parse().unwrap();
    let clock = Clock::new(from.as_second()..from.as_second() + 2 * 86_400, zone);
    let marks = clock.key_points(BoldPoints(8));
    let labels: Vec<String> = marks.iter().map(|at| clock.label(*at)).collect();
    assert_eq!(
        labels,
        [
            "12:00",
            "18:00",
            "Sun 31 Mar",
            "06:00",
            "12:00",
            "18:00",
            "Mon 1 Apr",
            "06:00",
            "12:00"
        ]
    );
    assert_eq!(clock.map(&from.as_second(), (10, 110)), 10);
    assert_eq!(clock.map(&(from.as_second() + 86_400), (10, 110)), 60);
}

#[test]
fn a_course_is_drawn_in_its_corners_and_has_gaps_where_nothing_is_known() {
    let known = |at: i64, least: f64, most: f64| (at, at + 1, Some((least, most)));
    let course = [
        known(0, 1.0, 2.0),
        known(1, 1.0, 2.0),
        (2, 3, None),
        known(3, 4.0, 4.0),
    ];
    assert_eq!(
        lines(&course),
        [vec![(0, 2.0), (2, 2.0)], vec![(3, 4.0), (4, 4.0)]]
    );
    assert_eq!(outlines(&course)[0], [(0, 2.0), (2, 2.0), (2, 1.0), (0, 1.0)]);
}
