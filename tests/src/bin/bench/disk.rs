//! How fast the disk makes things durable, one after the other.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const LASTS: Duration = Duration::from_secs(2);
/// What a store writes at least: a page.
const PAGE: [u8; 4096] = [7; 4096];

/// Appended pages per second, each made durable by itself.
pub fn synchronisations(directory: &Path) -> f64 {
    let mut file = File::create(directory.join("fdatasync")).expect("a directory of our own can be written");
    let begun = Instant::now();
    let mut count = 0_u32;
    while begun.elapsed() < LASTS {
        file.write_all(&PAGE).expect("the disk has room");
        file.sync_data().expect("the disk works");
        count += 1;
    }
    f64::from(count) / begun.elapsed().as_secs_f64()
}
