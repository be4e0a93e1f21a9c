//! A figure over stretches of time, as the outline of all that it was.

/// A stretch: from, to, and the least and the most in it; none where nothing is known.
pub type Stretch = (i64, i64, Option<(f64, f64)>);

/// The outlines of what is known without a gap: along the most, and back along the least.
pub fn outlines(stretches: &[Stretch]) -> Vec<Vec<(i64, f64)>> {
    let runs = stretches.split(|(_, _, bounds)| bounds.is_none());
    let outline = |run: &[Stretch]| {
        let most = corners(run.iter(), |(_, most)| most);
        let least = corners(run.iter(), |(least, _)| least);
        most.into_iter().chain(least.into_iter().rev()).collect()
    };
    runs.filter(|run| !run.is_empty()).map(outline).collect()
}

/// The lines along the most of what is known without a gap.
pub fn lines(stretches: &[Stretch]) -> Vec<Vec<(i64, f64)>> {
    let runs = stretches.split(|(_, _, bounds)| bounds.is_none());
    let line = |run: &[Stretch]| corners(run.iter(), |(_, most)| most);
    runs.filter(|run| !run.is_empty()).map(line).collect()
}

/// The corners of steps; those in a row that are alike are one.
fn corners<'a>(run: impl Iterator<Item = &'a Stretch>, of: impl Fn((f64, f64)) -> f64) -> Vec<(i64, f64)> {
    let mut corners: Vec<(i64, f64)> = Vec::new();
    for (from, to, bounds) in run {
        let Some(value) = bounds.map(&of) else {
            continue;
        };
        match corners.last_mut() {
            Some(last) if last.1 == value => last.0 = *to,
            _ => corners.extend([(*from, value), (*to, value)]),
        }
    }
    corners
}
