//! Points in the engine's own time, which is the only clock its event stream can be resumed by.

/// Nanoseconds since 1970 by the engine's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EngineTime(i64);

impl EngineTime {
    /// Out of an event.
    pub(super) fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// Out of `2026-11-23T17:55:27.187100524Z` or with an offset (`+01:00`), as the engine tells its time.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (date, clock) = text.split_once('T')?;
        let end = clock.find(['Z', '+', '-'])?;
        let (time, zone) = (clock.get(..end)?, clock.get(end..)?);
        let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
        let seconds = days(date)? * 86_400 + seconds(whole)? - offset(zone)?;
        let nanos: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
        Some(Self(seconds.checked_mul(1_000_000_000)?.checked_add(nanos)?))
    }

    /// A tenth of a second before.
    pub(super) fn a_little_earlier(self) -> Self {
        Self(self.0.saturating_sub(100_000_000))
    }

    /// As the engine's `since` wants it: seconds and nine digits.
    pub(super) fn since(self) -> String {
        format!(
            "{}.{:09}",
            self.0.div_euclid(1_000_000_000),
            self.0.rem_euclid(1_000_000_000)
        )
    }
}

/// Days from 1970 to a date `YYYY-MM-DD`, counting years from March so that the leap day comes last.
fn days(date: &str) -> Option<i64> {
    let parts: Vec<i64> = date.split('-').map_while(|part| part.parse().ok()).collect();
    let &[year, month, day] = parts.as_slice() else {
        return None;
    };
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap_days = year / 4 - year / 100 + year / 400;
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

/// Seconds of `HH:MM:SS` or `HH:MM`.
fn seconds(time: &str) -> Option<i64> {
    let factors = [3_600, 60, 1];
    time.split(':')
        .zip(factors)
        .map(|(part, factor)| Some(part.parse::<i64>().ok()? * factor))
        .sum()
}

/// Seconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    match zone.split_at_checked(1)? {
        ("+", time) => seconds(time),
        ("-", time) => seconds(time).map(|east| -east),
        _ => Some(0),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_engine_s_time_becomes_what_since_wants() {
        for (text, since) in [
            ("1970-01-01T00:00:00Z", "0.000000000"),
            ("2026-11-23T17:55:27.187100524Z", "1795456527.187100524"),
            ("2026-11-23T18:55:27.5+01:00", "1795456527.500000000"),
            ("2024-02-29T00:00:00Z", "1709164800.000000000"),
            ("2024-03-01T00:00:00.000000001Z", "1709251200.000000001"),
        ] {
            assert_eq!(
                EngineTime::parse(text).map(EngineTime::since).as_deref(),
                Some(since),
                "{text}"
            );
        }
        assert_eq!(EngineTime::parse("yesterday"), None);
    }
}
