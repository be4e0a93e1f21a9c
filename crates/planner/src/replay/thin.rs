//! A long outcome as few stretches, none of which hides a peak.

use super::outcome::{Level, Load, Outcome, Step, Stretch};
use super::recording::{Recording, Track};
use super::tally::missed;

/// An outcome in at most `most` stretches of equal length.
#[must_use]
pub fn thin(recording: &Recording, outcome: &Outcome, most: usize) -> Vec<Stretch> {
    let each = recording.times.div_ceil(most.max(1)).max(1);
    let stretches = outcome.steps.chunks(each).enumerate();
    stretches
        .filter_map(|(number, steps)| {
            let first = number * each;
            let held = recording.held.iter().skip(first).take(each).flatten();
            let tracks = recording.tracks.iter().zip(&outcome.loads);
            Some(Stretch {
                at: recording.at(first),
                desired: bounds(steps.iter().map(|step| step.desired))?,
                in_service: bounds(steps.iter().map(|step| step.in_service))?,
                held: bounds(held.map(|held| held.desired)),
                loads: tracks
                    .map(|(track, load)| level(track, load, first, steps))
                    .collect(),
            })
        })
        .collect()
}

fn level(track: &Track, load: &Load, first: usize, steps: &[Step]) -> Option<Level> {
    let points = track.points.iter().skip(first).zip(steps);
    let known = points.filter_map(|(point, step)| Some((point.as_ref()?, step.in_service)));
    let levels = known.map(|(point, serving)| Level {
        least: point.load,
        most: point.load,
        missed: missed(point, load.each, serving),
    });
    levels.reduce(|a, b| Level {
        least: a.least.min(b.least),
        most: a.most.max(b.most),
        missed: a.missed.max(b.missed),
    })
}

fn bounds(values: impl Iterator<Item = u32>) -> Option<(u32, u32)> {
    let both = values.map(|value| (value, value));
    both.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
}
