//! A replay as charts, one below the other: capacity, and the load of each metric.

use std::io;

use api::documents::{Replay, ReplayedLoad, ReplayedStretch};
use jiff::tz::TimeZone;
use plotters::chart::{ChartContext, SeriesLabelPosition};
use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

use super::FONT;
use super::clock::Clock;
use super::course::{Stretch, lines, outlines};

const REPLAYED: RGBColor = RGBColor(0x1f, 0x6f, 0xb4);
const HELD: RGBColor = RGBColor(0x70, 0x70, 0x70);
const LOAD: RGBColor = RGBColor(0x30, 0x30, 0x30);
const CARRIED: RGBColor = RGBColor(0x2c, 0x8c, 0x57);
const MISSED: RGBColor = RGBColor(0xd6, 0x27, 0x28);
const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);

type Part<'a, B> = ChartContext<'a, B, Cartesian2d<Clock, RangedCoordf64>>;

fn failed<E: std::fmt::Display>(error: E) -> io::Error {
    io::Error::other(error.to_string())
}

/// Draws a replay on an area.
///
/// # Errors
/// What the library cannot draw.
pub fn draw<B: DrawingBackend>(replay: &Replay, area: &DrawingArea<B, Shift>) -> io::Result<()> {
    area.fill(&WHITE).map_err(failed)?;
    let mut parts = area.split_evenly((replay.loads.len().min(7) + 1, 1)).into_iter();
    if let Some(part) = parts.next() {
        capacity(replay, &part)?;
    }
    for ((number, load), part) in replay.loads.iter().enumerate().zip(parts) {
        metric(replay, number, load, &part)?;
    }
    area.present().map_err(failed)
}

fn capacity<B: DrawingBackend>(replay: &Replay, area: &DrawingArea<B, Shift>) -> io::Result<()> {
    let replayed = course(replay, |stretch| Some(pair(stretch.desired)));
    let held = course(replay, |stretch| stretch.held.map(pair));
    let title = format!("{}: {}", replay.group, replay.policies.join(", "));
    let mut part = begin(replay, area, &title, "instances", highest(&[&replayed, &held]))?;
    shape(&mut part, &held, HELD, "as it was")?;
    shape(&mut part, &replayed, REPLAYED, "replayed")?;
    legend(&mut part)
}

fn metric<B: DrawingBackend>(
    replay: &Replay,
    number: usize,
    load: &ReplayedLoad,
    area: &DrawingArea<B, Shift>,
) -> io::Result<()> {
    let level = |stretch: &ReplayedStretch| stretch.loads.get(number).copied().flatten();
    let loads = course(replay, |stretch| {
        level(stretch).map(|level| (level.least, level.most))
    });
    let missed = course(replay, |stretch| {
        let level = level(stretch).filter(|level| level.missed > 0.0)?;
        Some((level.most - level.missed, level.most))
    });
    let carries = |instances: u32| Some(f64::from(instances) * load.instance_capacity?);
    let carried = course(replay, |stretch| {
        let [least, most] = stretch.in_service;
        Some((carries(least)?, carries(most)?))
    });
    let title = match load.missed_percent {
        Some(missed) => format!("{}, of which {missed:.3} % missed", named(load)),
        None => named(load),
    };
    let mut part = begin(replay, area, &title, unit(load), highest(&[&loads, &carried]))?;
    shape(&mut part, &carried, CARRIED, "carried at most")?;
    shape(&mut part, &loads, LOAD, "load")?;
    if missed.iter().any(|(_, _, bounds)| bounds.is_some()) {
        shape(&mut part, &missed, MISSED, "missed")?;
        // However short it was, it is to be seen.
        let outlines = outlines(&missed).into_iter();
        let outlines = outlines.map(|outline| PathElement::new(outline, MISSED.stroke_width(2)));
        part.draw_series(outlines).map_err(failed)?;
    }
    legend(&mut part)
}

/// Of what agents measure in per cent, an instance has 100.
fn unit(load: &ReplayedLoad) -> &'static str {
    match (load.source.as_str(), load.metric.as_str()) {
        ("agent", "CPU" | "MEM") => "% of one instance",
        _ => "load of the group",
    }
}

fn named(load: &ReplayedLoad) -> String {
    const LONGEST: usize = 90;
    let whole = format!("{} of {}", load.metric, load.source);
    match whole.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", whole.get(..end).unwrap_or_default()),
        None => whole,
    }
}

fn pair([least, most]: [u32; 2]) -> (f64, f64) {
    (f64::from(least), f64::from(most))
}

/// A figure of the replay's stretches.
fn course(replay: &Replay, of: impl Fn(&ReplayedStretch) -> Option<(f64, f64)>) -> Vec<Stretch> {
    let ends = replay.series.iter().skip(1).map(|next| next.at);
    let ends = ends.chain([replay.to]);
    let stretches = replay.series.iter().zip(ends);
    stretches
        .map(|(stretch, end)| (stretch.at, end, of(stretch)))
        .collect()
}

fn highest(courses: &[&Vec<Stretch>]) -> f64 {
    let bounds = courses.iter().flat_map(|course| course.iter());
    let most = bounds.filter_map(|(_, _, bounds)| bounds.map(|(_, most)| most));
    most.fold(1.0, f64::max)
}

/// A chart without a line yet.
fn begin<'a, B: DrawingBackend>(
    replay: &Replay,
    area: &'a DrawingArea<B, Shift>,
    title: &str,
    unit: &str,
    highest: f64,
) -> io::Result<Part<'a, B>> {
    let clock = Clock::new(replay.from..replay.to, TimeZone::system());
    let mut part = ChartBuilder::on(area)
        .caption(title, (FONT, 18))
        .margin(12)
        .margin_right(24)
        .x_label_area_size(28)
        .y_label_area_size(72)
        // Room for the names of the lines above the highest.
        .build_cartesian_2d(clock.clone(), 0.0..highest * 1.15)
        .map_err(failed)?;
    part.configure_mesh()
        .x_labels(12)
        .y_labels(6)
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(HELD)
        .label_style((FONT, 14))
        .axis_desc_style((FONT, 14))
        .y_desc(unit)
        .x_label_formatter(&|at| clock.label(*at))
        .y_label_formatter(&|value| figure(*value))
        .draw()
        .map_err(failed)?;
    Ok(part)
}

/// A figure on an axis: short.
fn figure(value: f64) -> String {
    let (scaled, unit) = match value.abs() {
        large if large >= 1e9 => (value / 1e9, "G"),
        large if large >= 1e6 => (value / 1e6, "M"),
        large if large >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{scaled:.2}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A course as a line along its most, above all that it was.
fn shape<B: DrawingBackend>(
    part: &mut Part<'_, B>,
    course: &[Stretch],
    color: RGBColor,
    name: &str,
) -> io::Result<()> {
    let filled = outlines(course).into_iter();
    let filled = filled.map(|outline| Polygon::new(outline, color.mix(0.3)));
    part.draw_series(filled).map_err(failed)?;
    let lines = lines(course).into_iter();
    let lines = lines.map(|line| PathElement::new(line, color.stroke_width(2)));
    part.draw_series(lines)
        .map_err(failed)?
        .label(name)
        .legend(move |(x, y)| Rectangle::new([(x, y - 2), (x + 18, y + 2)], color.filled()));
    Ok(())
}

fn legend<'a, B: DrawingBackend + 'a>(part: &mut Part<'a, B>) -> io::Result<()> {
    part.configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(GRID)
        .label_font((FONT, 14))
        .draw()
        .map_err(failed)
}
